"""The one-page reply to the department that sent a list (回复函): counts, what to mend and where, by when.

It names rows by number only; no person is in it. The words are data (reply.yaml), dated, so that an old letter can be
printed again as it was.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from django.conf import settings
from django.utils.timezone import localdate

from notoneless.check.core.lists import list_name
from notoneless.common.errors import error_text
from notoneless.org.models import User
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places
from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import get_delivery, read_refused

WORDS = Path(__file__).with_name("reply.yaml")
MOST_KINDS = 7  # kinds of error that fit on the page together with the rest
MOST_RUNS = 12  # 5、8–12、30 are three runs


@dataclass(frozen=True)
class ReplyLine:
    """One kind of error: how often, how to mend it, and the numbers of the returned rows that have it."""

    code: str
    name: str
    number: int
    how: str
    rows: str


@dataclass(frozen=True)
class Reply:
    """The letter, paragraph by paragraph. ``ask`` is empty when nothing has to come back."""

    title: str
    to: str
    opening: str
    compared: str
    problems: str
    lines: list[ReplyLine]
    more: str
    ask: str
    closing: str
    contact: str
    signer: str
    day: dt.date


def write_reply(user: User, delivery_id: str, *, day: dt.date) -> Reply:
    """The letter about a delivery, as of ``day`` (E704 for a foreign or absent one)."""
    delivery = get_delivery(user, delivery_id)
    words, values = _words(day), _values(delivery, day)
    lines = reply_lines(delivery.problem_counts, read_refused(delivery))
    say = {name: " ".join(text.split()).format_map(values) for name, text in words.items() if name != "from"}
    hidden = len(lines) - MOST_KINDS
    return Reply(
        title=say["title"],
        to=say["to"],
        opening=say["opening"],
        compared=_compared(delivery, say),
        problems=say["problems"] if lines else say["nothing"],
        lines=lines[:MOST_KINDS],
        more=words["more"].format(more=hidden) if hidden > 0 else "",
        ask=(say["ask"] if delivery.rows_refused else say["warn"]) if lines else "",
        closing=say["closing"],
        contact=say["contact"],
        signer=say["signer"],
        day=day,
    )


def _compared(delivery: Delivery, say: Mapping[str, str]) -> str:
    compared = delivery.quality.get("compared")
    if not compared or compared["keys"]:
        return ""
    return say["compared"] + (say["gone"] if compared["gone"] else "")


def _values(delivery: Delivery, day: dt.date) -> dict[str, Any]:
    compared = delivery.quality.get("compared") or {}
    days = load_pack(settings.REGION, day).value("roster.resend_days")
    counts = ("read", "accepted", "refused", "duplicate", "ignored")
    kind = list_name(delivery.kind) if delivery.kind in load_kinds() else delivery.kind
    county = [place for place in Places.load().ancestors(delivery.place_code) if place.level in ("county", "city")]
    return {
        "sender": delivery.sender,
        "kind": f"《{kind}》",
        "id": delivery.pk,
        "received": long_day(localdate(delivery.created_at)),
        "as_of": long_day(delivery.as_of),
        "earlier": long_day(dt.date.fromisoformat(compared["as_of"])) if compared else "",
        "resend_by": long_day(day + dt.timedelta(days=days)),
        "place": county[0].name if county else "",
        "more": 0,
        **{name: f"{getattr(delivery, f'rows_{name}'):,}" for name in counts},
        **{name: f"{compared.get(name, 0):,}" for name in ("new", "gone", "changed")},
    }


def reply_lines(problem_counts: Mapping[str, int], refused: pa.Table) -> list[ReplyLine]:
    """One line per kind of error, those that sent rows back first, then by number.

    ``refused`` as ``REFUSED_SCHEMA``; an error whose rows were all taken has no row numbers.
    """
    rows: dict[str, dict[str, set[int]]] = {}
    found: Counter[str] = Counter()
    for row in refused.select(["row_no", "sheet", "problems"]).to_pylist():
        for code in row["problems"]:
            found[code] += 1
            rows.setdefault(code, {}).setdefault(row["sheet"] or "", set()).add(row["row_no"])
    sheets = len({sheet for by_sheet in rows.values() for sheet in by_sheet})
    lines = [
        ReplyLine(
            code,
            error_text(code).name,
            number,
            error_text(code).say_how({}),
            _where(rows.get(code, {}), sheets > 1, number - found[code]),
        )
        for code, number in problem_counts.items()
    ]
    return sorted(lines, key=lambda line: (line.code not in rows, -line.number, line.code))


def _where(by_sheet: Mapping[str, Iterable[int]], name_sheets: bool, taken: int) -> str:
    """退回行 5、8–12（另 3 处已先采用，请核实）."""
    parts = [
        f"{f'“{sheet}”' if name_sheets else ''}第 {row_words(rows)} 行" for sheet, rows in sorted(by_sheet.items())
    ]
    if not parts:
        return "已先采用，请核实"
    return "；".join(parts) + (f"；另 {taken:,} 处已先采用，请核实" if taken else "")


def row_words(rows: Iterable[int], most: int = MOST_RUNS) -> str:
    """5、8–12、30 等 41; never more than ``most`` runs."""
    runs: list[list[int]] = []
    ordered = sorted(rows)
    for row in ordered:
        if runs and row == runs[-1][-1] + 1:
            runs[-1][1:] = [row]
        else:
            runs.append([row])
    words = "、".join(_run(run) for run in runs[:most])
    return words if len(runs) <= most else f"{words} 等 {len(ordered):,}"


def _run(run: Sequence[int]) -> str:
    if len(run) == 1:
        return str(run[0])
    return f"{run[0]}–{run[-1]}" if run[-1] - run[0] > 1 else f"{run[0]}、{run[-1]}"


def long_day(day: dt.date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _words(day: dt.date) -> Mapping[str, Any]:
    """The version in force on that day."""
    return [version for version in _versions() if version["from"] <= day][-1]


@cache
def _versions() -> list[dict[str, Any]]:
    found = yaml.safe_load(WORDS.read_text(encoding="utf-8"))["versions"]
    return sorted(found, key=lambda version: version["from"])
