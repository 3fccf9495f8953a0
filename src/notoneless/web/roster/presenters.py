"""How rosters read on screen: kinds against freshness, and what a check found."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from notoneless.check.core import load_checks
from notoneless.common.dates import MonthDay, term_of
from notoneless.common.errors import error_text
from notoneless.org.models import User
from notoneless.policy.pack import load_pack
from notoneless.roster.core import KindDefinition, load_kinds
from notoneless.roster.records.models import Delivery

_AREA = re.compile(r"^.*[省市县区]")

_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030", "utf-16": "UTF-16"}


@dataclass(frozen=True)
class KindLine:
    """One kind in the matrix: how many checks cannot do without it, its newest day, what the current term holds."""

    kind: KindDefinition
    checks: int
    latest: dt.date | None
    days: int | None
    word: str
    status_kind: str
    batches: int
    accepted: int
    refused: int


@dataclass(frozen=True)
class ProblemLine:
    """A kind of error with its rows and how to mend it."""

    code: str
    name: str
    rows: int
    how: str


def kind_lines(deliveries: Iterable[Delivery], today: dt.date, unit: str = "") -> list[KindLine]:
    """Every kind, in or not, those that most checks need first; numbers are those of the current term's lists.

    With ``unit``, the name of a sender, only the kinds that it owes or has sent: the others' lists are not its to miss.
    """
    by_kind: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        by_kind.setdefault(delivery.kind, []).append(delivery)
    term = _Terms(today)
    needed = Counter(kind for check in load_checks().values() for kind in check.needs)
    kinds = list(load_kinds().values())
    owed = [kind for kind in kinds if _owes(unit, kind)]
    shown = [kind for kind in kinds if kind in owed or kind.id in by_kind] if owed else kinds
    lines = [_kind_line(kind, needed[kind.id], by_kind.get(kind.id, []), today, term) for kind in shown]
    return sorted(lines, key=lambda line: -line.checks)


def unit_of(user: User) -> str:
    """The name under which this person's unit is a sender of lists; empty for offices that gather all lists."""
    return user.sender or (_("学校") if user.school_code else "")


def _owes(unit: str, kind: KindDefinition) -> bool:
    """县残疾人联合会 owes what 残疾人联合会 sends; 沂南县民政局 also what 民政局儿童福利科 does."""
    name = _AREA.sub("", unit)
    return bool(name) and any(sender in unit or sender.startswith(name) for sender in kind.senders)


def _kind_line(kind: KindDefinition, checks: int, found: list[Delivery], today: dt.date, term: _Terms) -> KindLine:
    if not found:
        return KindLine(kind, checks, None, None, _("未收到"), "bad" if checks else "off", 0, 0, 0)
    latest = max(delivery.as_of for delivery in found)
    now = [delivery for delivery in found if term.of(delivery.as_of) == term.now]
    word = _("本学期") if now else _("%(term)s 学期的") % {"term": term.of(latest)}
    return KindLine(
        kind=kind,
        checks=checks,
        latest=latest,
        days=(today - latest).days,
        word=word,
        status_kind="done" if now else "warn",
        batches=len(now),
        accepted=sum(delivery.rows_accepted for delivery in now),
        refused=sum(delivery.rows_refused for delivery in now),
    )


class _Terms:
    """Which term a day belongs to, by the region's calendar in the policy pack."""

    def __init__(self, today: dt.date) -> None:
        pack = load_pack(settings.REGION, today)
        self._autumn = MonthDay(pack.value("calendar.school_year_start_month"), 1)
        self._spring = MonthDay(pack.value("calendar.spring_start_month"), 1)
        self.now = self.of(today)

    def of(self, day: dt.date) -> str:
        """2026秋, 2027春."""
        return term_of(day, autumn_start=self._autumn, spring_start=self._spring)


def problem_lines(delivery: Delivery) -> list[ProblemLine]:
    """The kinds of errors of a delivery, most frequent first."""
    lines = [
        ProblemLine(code, error_text(code).name, rows, error_text(code).say_how({}))
        for code, rows in delivery.problem_counts.items()
    ]
    return sorted(lines, key=lambda line: (-line.rows, line.code))


def file_form(delivery: Delivery) -> str:
    """What kind of file it came in, as an office worker calls it: “csv，GB18030”."""
    return "，".join(filter(None, [delivery.format, _ENCODINGS.get(delivery.encoding, delivery.encoding)]))


def kind_name(kind: str) -> str:
    """户籍 for hukou; an unknown id as it is."""
    known = load_kinds().get(kind)
    return known.name if known else kind


def matched_columns(kind: str, columns: dict[str, str]) -> list[tuple[str, str]]:
    """File column beside the 名称 it was taken for."""
    known = load_kinds().get(kind)
    names = {column.id: column.name for column in known.columns} if known else {}
    return [(label, names.get(column, column)) for label, column in columns.items()]


def ignored_words(ignored: dict[str, Any]) -> str:
    """空行 1,006、小计行 2."""
    return "、".join(f"{reason} {rows:,}" for reason, rows in ignored.items() if rows)


def hidden_words(sheets: Iterable[dict[str, Any]]) -> str:
    """工作表“户籍”第 5–9 行、2 列; "" when nothing was hidden."""
    words = []
    for sheet in sheets:
        columns = len(sheet["hidden_columns"])
        parts = [_("第 %(rows)s 行") % {"rows": sheet["hidden_rows"]}] if sheet["hidden_rows"] else []
        parts += [_("%(n)s 列") % {"n": columns}] if columns else []
        if parts:
            words.append(_("工作表“%(name)s”%(parts)s") % {"name": sheet["name"], "parts": "、".join(parts)})
    return "；".join(words)
