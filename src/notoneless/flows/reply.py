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
import pyarrow.compute as pc
import yaml
from django.conf import settings
from django.utils.timezone import localdate

from notoneless.check.core.lists import list_name
from notoneless.common.errors import error_text
from notoneless.common.resident_id import PROBLEM_CODES
from notoneless.org.models import User
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places
from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.core.people import BIRTH_DIFFERS, SEX_DIFFERS, UNKNOWN_SEX
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import get_delivery, read_refused, read_rows

WORDS = Path(__file__).with_name("reply.yaml")
MOST_KINDS = 6  # kinds of error that fit on the page together with the rest
MOST_RUNS = 10  # 5、8–12、30 are three runs


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
    words, values = reply_words(day), _values(delivery, day)
    lines = reply_lines(delivery.problem_counts, read_refused(delivery), _doubtful_ids(delivery))
    say = {name: text.format_map(values) for name, text in words.items() if name != "from"}
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


Rows = dict[str, set[int]]
"""Sheet → row numbers."""


def reply_lines(
    problem_counts: Mapping[str, int], refused: pa.Table, taken: Mapping[str, Rows] | None = None
) -> list[ReplyLine]:
    """One line per kind of error, those that sent rows back first, then by number.

    ``refused`` as ``REFUSED_SCHEMA``; ``taken``: code → rows that were taken although something is doubtful, as far as
    it is known which.
    """
    returned: dict[str, Rows] = {}
    found: Counter[str] = Counter()
    for row in refused.select(["row_no", "sheet", "problems"]).to_pylist():
        for code in row["problems"]:
            found[code] += 1
            returned.setdefault(code, {}).setdefault(row["sheet"] or "", set()).add(row["row_no"])
    taken = taken or {}
    sheets = {sheet for rows in (*returned.values(), *taken.values()) for sheet in rows}
    lines = []
    for code, number in problem_counts.items():
        known = found[code] + sum(map(len, taken.get(code, {}).values()))
        where = _where(returned.get(code, {}), taken.get(code, {}), number - known, name_sheets=len(sheets) > 1)
        lines.append(ReplyLine(code, error_text(code).name, number, error_text(code).say_how({}), where))
    return sorted(lines, key=lambda line: (line.code not in returned, -line.number, line.code))


def _where(returned: Rows, taken: Rows, others: int, *, name_sheets: bool) -> str:
    """第 5、8–12 行；已先采用、请核实：第 30 行；另 3 处已先采用，请核实."""
    parts = [_rows(returned, name_sheets)] if returned else []
    if taken:
        parts.append(f"已先采用、请核实：{_rows(taken, name_sheets)}")
    if others > 0:
        parts.append(f"另 {others:,} 处已先采用，请核实" if parts else "已先采用，请核实")
    return "；".join(parts)


def _rows(by_sheet: Rows, name_sheets: bool) -> str:
    named = [(f"“{sheet}”" if name_sheets else "", rows) for sheet, rows in sorted(by_sheet.items())]
    return "；".join(f"{sheet}第 {row_words(rows)} 行" for sheet, rows in named)


def _doubtful_ids(delivery: Delivery) -> dict[str, Rows]:
    """Code → accepted rows whose ID number is doubtful (its state says how), or says another birth date or sex."""
    if load_kinds()[delivery.kind].subject != "person":
        return {}
    table = read_rows(delivery, ["row_no", "sheet", "id_state", "id_no", "dob", "sex"])
    found: dict[str, Rows] = {}
    doubtful = table.filter(pc.not_equal(table["id_state"], "valid"))
    for row in doubtful.select(["row_no", "sheet", "id_state"]).to_pylist():
        _note(found, PROBLEM_CODES[row["id_state"]], row)
    certain = table.filter(pc.equal(table["id_state"], "valid"))
    for code, differs in ((BIRTH_DIFFERS, other_birth(certain)), (SEX_DIFFERS, other_sex(certain))):
        for row in certain.filter(differs).select(["row_no", "sheet"]).to_pylist():
            _note(found, code, row)
    return {code: rows for code, rows in found.items() if code in delivery.problem_counts}


def _note(found: dict[str, Rows], code: str, row: Mapping[str, Any]) -> None:
    found.setdefault(code, {}).setdefault(row["sheet"] or "", set()).add(row["row_no"])


def other_birth(rows: pa.Table) -> pa.ChunkedArray:
    """Where the birth date is not that of the (valid) ID number; null where there is none."""
    return pc.not_equal(pc.utf8_slice_codeunits(rows["id_no"], 6, 14), pc.strftime(rows["dob"], "%Y%m%d"))


def other_sex(rows: pa.Table) -> pa.ChunkedArray:
    """Where the sex is known and not that of the (valid) ID number, whose 17th digit is odd for men."""
    odd = pc.bit_wise_and(pc.cast(pc.utf8_slice_codeunits(rows["id_no"], 16, 17), pa.int8()), 1)
    told = pc.if_else(pc.equal(odd, 1), "1", "2")
    return pc.and_(pc.not_equal(told, rows["sex"]), pc.not_equal(rows["sex"], UNKNOWN_SEX))


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


def reply_words(day: dt.date) -> Mapping[str, Any]:
    """The version in force on that day."""
    return [version for version in _versions() if version["from"] <= day][-1]


@cache
def _versions() -> list[dict[str, Any]]:
    found = yaml.safe_load(WORDS.read_text(encoding="utf-8"))["versions"]
    return sorted(found, key=lambda version: version["from"])
