"""How the quality of a list and the age of lists read on screen: shares, bars, trends in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from notoneless.flows.coverage import Coverage, for_kind
from notoneless.flows.quality import matched
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places
from notoneless.roster.core import load_kinds
from notoneless.roster.core.freshness import Line, ListInForce, State
from notoneless.roster.core.quality import ELSEWHERE, UNKNOWN
from notoneless.roster.records.models import Delivery
from notoneless.web.roster.presenters import kind_name

WORST_COLUMNS = 6  # columns of the table by place: more would not fit on A4
STATE_KINDS = {State.FRESH: "done", State.STALE: "warn", State.MISSING: "bad"}


@dataclass(frozen=True)
class Share:
    """A part of a whole with its percentage; 100% only when nothing is lacking."""

    part: int
    whole: int

    @property
    def tenths(self) -> int:
        """Per mille, rounded down."""
        return self.part * 1000 // self.whole if self.whole else 0

    @property
    def words(self) -> str:
        """99.9%, 100%, not quite nothing <0.1%, — of nothing."""
        if not self.whole:
            return "—"
        if self.part and not self.tenths:
            return "<0.1%"
        return f"{self.tenths / 10:.1f}%".replace(".0%", "%")


@dataclass(frozen=True)
class ColumnLine:
    """One column: its 名称 and how much of it is filled in."""

    id: str
    name: str
    share: Share


@dataclass(frozen=True)
class PlaceLine:
    """One place: rows, valid ID numbers, and the filled share of the worst columns in their order."""

    name: str
    rows: int
    valid: Share
    filled: list[Share]


@dataclass(frozen=True)
class QualityView:
    """A delivery's quality ready to be shown; ``absent`` are 名称 of columns that the file did not have."""

    columns: list[ColumnLine]
    absent: list[str]
    worst: list[ColumnLine]
    places: list[PlaceLine]
    valid: Share
    refused: Share
    repeated: int
    compared: Mapping[str, Any] | None
    changed: list[tuple[str, int]]
    keys: list[str]


def quality_view(delivery: Delivery) -> QualityView:
    """The counts of a measured delivery as tables, the emptiest columns first in the table by place."""
    quality = delivery.quality
    there, rows = matched(delivery), quality["rows"]
    kind = load_kinds()[delivery.kind]
    names = {column.id: column.name for column in kind.columns}
    columns = [
        ColumnLine(column, names[column], Share(filled, rows))
        for column, filled in quality["filled"].items()
        if column in names and (filled or column in there)
    ]
    shown = {line.id for line in columns}
    compared = quality["compared"]
    worst = sorted((line for line in columns if 0 < line.share.part < rows), key=lambda line: line.share.part)
    return QualityView(
        columns=columns,
        absent=[names[column] for column in quality["filled"] if column in names and column not in shown],
        worst=worst[:WORST_COLUMNS],
        places=[_place_line(code, one, worst[:WORST_COLUMNS]) for code, one in _in_order(quality["places"])],
        valid=Share(quality["ids"].get("valid", 0), sum(quality["ids"].values())),
        refused=refused_share(delivery),
        repeated=quality["repeated_ids"],
        compared=compared,
        changed=_changed(compared, names),
        keys=[names.get(key, key) for key in compared["keys"]] if compared else [],
    )


def refused_share(delivery: Delivery) -> Share:
    """退回率: rows sent back of all rows with data."""
    return Share(delivery.rows_refused, delivery.rows_read - delivery.rows_ignored)


def _changed(compared: Mapping[str, Any] | None, names: Mapping[str, str]) -> list[tuple[str, int]]:
    found = compared["columns"].items() if compared else []
    return [(names.get(column, column), number) for column, number in sorted(found, key=lambda one: -one[1])]


def _in_order(places: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Places by code; those that could not be told last."""
    return sorted(places.items(), key=lambda one: (not one[0].isdigit(), one[0]))


def _place_line(code: str, one: Mapping[str, Any], worst: Sequence[ColumnLine]) -> PlaceLine:
    filled = [Share(one["filled"].get(line.id, 0), one["rows"]) for line in worst]
    return PlaceLine(place_words(code), one["rows"], Share(one["valid_ids"], one["rows"]), filled)


def place_words(code: str) -> str:
    """岸堤镇; 住址认不出, 住在别处 for the two that are no place."""
    words = {UNKNOWN: _("住址认不出"), ELSEWHERE: _("住在别处")}
    return words.get(code) or Places.load().label(code) or code


@dataclass(frozen=True)
class SenderLine:
    """One delivery among all of its sender."""

    delivery: Delivery
    kind: str
    refused: Share
    compared: Mapping[str, Any] | None


@dataclass(frozen=True)
class SenderKind:
    """One kind that a sender sends: the newest list's age and how the share of refused rows moved."""

    name: str
    id: str
    as_of: dt.date
    days: int
    word: str
    status_kind: str
    trend: str


def sender_lines(deliveries: Iterable[Delivery]) -> list[SenderLine]:
    """All deliveries of a sender, in the order given."""
    return [
        SenderLine(one, kind_name(one.kind), refused_share(one), one.quality.get("compared")) for one in deliveries
    ]


def sender_kinds(deliveries: Sequence[Delivery], today: dt.date) -> list[SenderKind]:
    """Per kind what is newest, whether it is old, and the trend; of the whole lists in force, newest first."""
    by_kind: dict[str, list[Delivery]] = {}
    for one in sorted(deliveries, key=lambda one: (one.as_of, one.created_at), reverse=True):
        if one.status == Delivery.Status.CURRENT and not one.supplements:
            by_kind.setdefault(one.kind, []).append(one)
    pack = load_pack(settings.REGION, today)
    found = []
    for kind, lists in sorted(by_kind.items()):
        days = (today - lists[0].as_of).days
        old = days > for_kind(pack, "roster.fresh_days", kind)
        word, status = (_("旧"), "warn") if old else (_("新"), "done")
        found.append(SenderKind(kind_name(kind), kind, lists[0].as_of, days, word, status, trend_words(lists)))
    return found


def trend_words(newest_first: Sequence[Delivery]) -> str:
    """退回率 3.2% → 1.1%，比上一份低."""
    now = refused_share(newest_first[0])
    if len(newest_first) < 2:
        return _("退回率 %(now)s，还没有上一份可比") % {"now": now.words}
    before = refused_share(newest_first[1])
    if now.tenths == before.tenths:
        return _("退回率 %(now)s，与上一份持平") % {"now": now.words}
    word = _("比上一份低") if now.tenths < before.tenths else _("比上一份高")
    return _("退回率 %(before)s → %(now)s，%(word)s") % {"before": before.words, "now": now.words, "word": word}


@dataclass(frozen=True)
class CoverageLine:
    """One township or school; ``seen`` says whether its list may be opened."""

    line: Line
    town: str
    word: str
    status_kind: str
    others: str
    seen: bool


def state_names() -> dict[State, str]:
    """新, 旧, 缺."""
    return {State.FRESH: _("新"), State.STALE: _("旧"), State.MISSING: _("缺")}


def coverage_lines(lines: Iterable[Line], seen: set[str]) -> list[CoverageLine]:
    """The lines with their words; ``seen`` are ids of deliveries in the reader's sight."""
    names = state_names()
    return [
        CoverageLine(
            line=line,
            town=Places.load().label(line.unit.place_code),
            word=names[line.state],
            status_kind=STATE_KINDS[line.state],
            others="；".join(_other(one) for one in line.others),
            seen=line.newest is not None and line.newest.id in seen,
        )
        for line in lines
    ]


def _other(one: ListInForce) -> str:
    return f"{one.as_of.isoformat()} {one.sender}（{Places.load().label(one.place_code)}）"


@dataclass(frozen=True)
class Loose:
    """A list of which a part was replaced: how many of its rows stay because their place is not known or elsewhere."""

    id: str
    sender: str
    as_of: dt.date
    rows: int


def loose_rows(lists: Iterable[ListInForce]) -> list[Loose]:
    """The partly replaced lists that still hold rows of no township."""
    found = []
    for one in lists:
        places = one.places or {}
        rows = sum(places.get(code, 0) for code in (UNKNOWN, ELSEWHERE, one.place_code))
        if rows:
            found.append(Loose(one.id, one.sender, one.as_of, rows))
    return found


@dataclass(frozen=True)
class CoverageSummary:
    """How many places of a kind rest on old lists or on none; ``words`` is "" when all are fresh."""

    kind: str
    name: str
    stale: int
    missing: int
    total: int
    by_school: bool

    @property
    def words(self) -> str:
        """3 个乡镇旧，1 个缺."""
        text = _("%(n)s 所学校%(state)s") if self.by_school else _("%(n)s 个乡镇%(state)s")
        parts = [
            text % {"n": f"{n:,}", "state": state}
            for n, state in ((self.stale, _("旧")), (self.missing, _("缺")))
            if n
        ]
        return "，".join(parts)


def coverage_summaries(found: Mapping[str, Coverage]) -> dict[str, CoverageSummary]:
    """Kind → its summary, of the kinds that are expected anywhere in sight."""
    return {
        kind: CoverageSummary(
            kind=kind,
            name=one.kind.name,
            stale=len(one.having(State.STALE)),
            missing=len(one.having(State.MISSING)),
            total=len(one.lines),
            by_school=one.kind.unit == "school",
        )
        for kind, one in found.items()
        if one.lines
    }


def worth_saying(summaries: Mapping[str, CoverageSummary]) -> list[CoverageSummary]:
    """Those with old lists or with holes; a kind of which nothing came at all is said elsewhere."""
    return [one for one in summaries.values() if one.stale or 0 < one.missing < one.total]
