"""How a sweep reads on screen: the comparisons as numbers, what was missing, what changed since the last one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from notoneless.check.core import STATES, CheckDefinition, load_checks
from notoneless.check.core.lists import list_name
from notoneless.check.records.models import CheckCount, Sweep
from notoneless.common.wording import Wording
from notoneless.flows.check_drill import Spot, county_of, part_of, place_name
from notoneless.flows.differences import CAUSE_NAMES, CHANGE_NAMES
from notoneless.link.core import definitions as link_definitions
from notoneless.roster.core import load_kinds
from notoneless.roster.records.models import Delivery

LEDGER_ORDER = ("school_age", "dropout", "suspected", "aid", "data")


@dataclass(frozen=True)
class CheckLine:
    """One comparison: its five numbers in the reader's scope, and which needed lists had not come.

    ``lists_as_of``: the oldest and the newest day that its lists speak of; ``change``: new, gone and unchanged gaps
    against the sweep before, None for a first sweep.
    """

    check: CheckDefinition
    expected: int
    met: int
    gap: int
    excused: int
    unknown: int
    missing: list[str]
    lists_as_of: tuple[str, ...] = ()
    change: Mapping[str, int] | None = None

    @property
    def blind(self) -> bool:
        """A needed list had not come, and without it not even the children to be asked about are known."""
        return bool(self.missing) and not self.expected

    @property
    def conserved(self) -> bool:
        """应查＝符合＋缺口＋有据排除＋不能判断."""
        return self.expected == self.met + self.gap + self.excused + self.unknown


@dataclass(frozen=True)
class MissingList:
    """A list that had not come, with the checks that could say nothing without it and those it would have helped."""

    name: str
    blind: list[str]
    weaker: list[str]


@dataclass(frozen=True)
class PlaceLine:
    """One county or township: open gaps per check, in the order of the heads; ``query`` narrows an address to it."""

    name: str
    query: str
    gaps: list[tuple[CheckDefinition, int]]
    total: int


@dataclass
class DiffLine:
    """One check between two sweeps; causes are (name, count) of the gaps that are new and those that are gone."""

    check: CheckDefinition
    new: int = 0
    gone: int = 0
    unchanged: int = 0
    new_causes: list[tuple[str, int]] = field(default_factory=list)
    gone_causes: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class StepLine:
    """One step of the link cascade and how many rows it joined, over all lists."""

    name: str
    sentence: str
    links: int
    way: str


def check_lines(
    counts: Iterable[Mapping[str, Any]],
    sweep: Sweep | None = None,
    changes: Mapping[str, Mapping[str, int]] | None = None,
) -> list[CheckLine]:
    """The checks as the bureau reads them; a check younger than the sweep is not there."""
    by_id = {row["check_id"]: row for row in counts}
    return [
        CheckLine(
            check=check,
            missing=[list_name(kind) for kind in by_id[check.id]["missing_lists"]],
            lists_as_of=_days_of_lists(check, sweep) if sweep else (),
            change=changes[check.id] if changes else None,
            **{state: by_id[check.id][state] for state in ("expected", *STATES)},
        )
        for check in checks_in_order()
        if check.id in by_id
    ]


def _days_of_lists(check: CheckDefinition, sweep: Sweep) -> tuple[str, ...]:
    kinds = {*check.needs, *check.optional}
    days = sorted({one["as_of"] for one in sweep.summary.get("lists", []) if one["kind"] in kinds})
    return tuple(dict.fromkeys((days[0], days[-1]))) if days else ()


def checks_in_order() -> list[CheckDefinition]:
    """School first, then aid, then data; within a ledger the gravest first."""
    return sorted(
        load_checks().values(), key=lambda check: (LEDGER_ORDER.index(check.ledger), -check.severity, check.id)
    )


def missing_lists(sweep: Sweep) -> list[MissingList]:
    """Every kind of list that the sweep did not have and that some check reads."""
    used = {one["kind"] for one in sweep.summary.get("lists", [])}
    found = []
    for kind in load_kinds().values():
        blind = [check.name for check in load_checks().values() if kind.id in check.needs]
        weaker = [check.name for check in load_checks().values() if kind.id in check.optional]
        if kind.id not in used and (blind or weaker):
            found.append(MissingList(list_name(kind.id), blind, weaker))
    return found


def revoked_inputs(sweep: Sweep) -> QuerySet[Delivery]:
    """The deliveries under the sweep that were taken back since."""
    return Delivery.objects.filter(sweeps__sweep=sweep, status=Delivery.Status.REVOKED).order_by("kind", "id")


def place_lines(rows: Sequence[CheckCount], spot: Spot) -> tuple[list[CheckDefinition], str, list[PlaceLine]]:
    """(checks that found a gap at the spot, county or town, its parts with their gaps of each), by place code."""
    here = [row for row in rows if spot.holds(row.place_code)]
    level = part_of(row.place_code for row in here)
    gaps: dict[str, dict[str, int]] = {}
    for row in here:
        found = gaps.setdefault(county_of(row.place_code) if level == "county" else row.place_code, {})
        found[row.check_id] = found.get(row.check_id, 0) + row.gap
    heads = [check for check in checks_in_order() if any(place.get(check.id) for place in gaps.values())]
    lines = []
    for code, found in sorted(gaps.items()):
        numbers = [(check, found.get(check.id, 0)) for check in heads]
        name = place_name(code, level) or _("地址不详")
        lines.append(PlaceLine(name, f"{level}={code}", numbers, sum(number for _check, number in numbers)))
    return heads, level, lines


def diff_lines(changes: Iterable[Mapping[str, str]]) -> list[DiffLine]:
    """Changes (check_id, change, cause, …) summed per check; checks without any change of gaps are left out."""
    lines: dict[str, DiffLine] = {}
    causes: dict[tuple[str, str, str], int] = {}
    for one in changes:
        line = lines.setdefault(one["check_id"], DiffLine(load_checks()[one["check_id"]]))
        setattr(line, one["change"], getattr(line, one["change"]) + 1)
        key = (one["check_id"], one["change"], one["cause"])
        causes[key] = causes.get(key, 0) + 1
    for (check_id, change, cause), count in sorted(causes.items(), key=lambda item: -item[1]):
        if change in ("new", "gone"):
            getattr(lines[check_id], f"{change}_causes").append((CAUSE_NAMES[cause], count))
    return [lines[check.id] for check in checks_in_order() if check.id in lines]


def spot_name(spot: Spot) -> str:
    """The county or township that a page is narrowed to, "" for the whole scope."""
    if spot.town:
        return place_name(spot.town, "town")
    return place_name(spot.county, "county") if spot.county else ""


def change_names() -> dict[str, str]:
    """新增, 减少, 不变."""
    return dict(CHANGE_NAMES)


def step_lines(sweep: Sweep) -> list[StepLine]:
    """The cascade as it ran: every step that placed a row, in order."""
    sums: dict[str, int] = {}
    for row in sweep.summary.get("steps", []):
        sums[row["step"]] = sums.get(row["step"], 0) + row["links"]
    known = link_definitions.steps()
    sayings = {
        "auto": Wording("自动合并"),
        "own": Wording("单独立人"),
        "review": Wording("交人工判定"),
        "none": Wording("不合并"),
    }
    return [
        StepLine(
            step.name,
            str(step.sentence).format(fits="……", differs="……", slip=Wording("有笔误")),
            sums[step.id],
            sayings[step.way],
        )
        for step in known.values()
        if step.id in sums
    ]
