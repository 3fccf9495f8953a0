"""How far the lists reach: which place rests on which list and how old it is, and whether a new list is a whole one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db.models import Q, QuerySet

from notoneless.check.records.models import Sweep
from notoneless.check.records.queries import get_manifest
from notoneless.common.dates import MonthDay, term_of
from notoneless.common.errors import Fault
from notoneless.org.models import School, User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.queries import list_places, list_schools
from notoneless.org.scope import Scope
from notoneless.policy.pack import Pack, load_pack
from notoneless.policy.places import LEVELS, Places, full_code
from notoneless.roster.core.definitions import KindDefinition, load_kinds
from notoneless.roster.core.freshness import Line, ListInForce, Unit, lines_of
from notoneless.roster.core.precedence import holds, in_places
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.precedence import InForce, choose_in_force, get_list_before, get_lists_within
from notoneless.roster.records.queries import read_rows

TURNING_TYPES = frozenset({"grade", "term"})
LOCAL_LEVELS = LEVELS[LEVELS.index("county") :]
BULKY = ("mapping", "sheets", "corrections", "problem_counts")


@dataclass(frozen=True)
class Overlap:
    """A new whole list beside the one that it would replace, counted by row key.

    ``earlier`` is None (and all counts but ``new`` are 0) when it is the first of its kind, sender and place.
    ``least_percent``: how much of the earlier list is expected to be there again; 0 when that cannot be said.
    """

    earlier: Delivery | None
    new: int
    gone: int
    kept: int
    least_percent: int = 0

    @property
    def suspicious(self) -> bool:
        """像是另一部分，不是新的全部名单: too little of the earlier list is in it."""
        return self.earlier is not None and self.kept * 100 < self.least_percent * (self.kept + self.gone)


def overlap(
    kind: str, sender: str, place: str, row_keys: Iterable[str] | pa.ChunkedArray, *, as_of: dt.date | None = None
) -> Overlap:
    """How the rows of a new whole list (``row_keys`` as the roster gives them) stand to the list before it, or to the
    lists of its parts that it would replace; ``earlier`` is then the newest of those.

    ``as_of`` is the new list's day (default: no later list is left out). The caller shows the earlier list only to
    those who may see it. Raises E525 when ``place`` is not a place code.
    """
    place, day = full_code(place), as_of or dt.date.max
    keys = (
        pc.unique(row_keys) if isinstance(row_keys, pa.ChunkedArray) else pa.array(sorted(set(row_keys)), pa.string())
    )
    before = get_list_before(kind=kind, sender=sender, place_code=place, as_of=day)
    replaced = [before] if before else get_lists_within(kind=kind, sender=sender, place_code=place, as_of=day)
    if not replaced:
        return Overlap(None, len(keys), 0, 0)
    known = pa.chunked_array([chunk for one in replaced for chunk in keys_within(one, place).chunks], pa.string())
    kept = pc.sum(pc.is_in(known, value_set=keys)).as_py() or 0
    earlier = replaced[-1]
    return Overlap(earlier, len(keys) - kept, len(known) - kept, kept, _least_percent(kind, earlier.as_of, day))


def keys_within(delivery: Delivery, place: str) -> pa.ChunkedArray:
    """Row keys of a delivery, only of the rows in ``place`` when that is a part of the delivery's own place."""
    if holds(place, delivery.place_code):
        return read_rows(delivery, ["row_key"])["row_key"]
    rows = read_rows(delivery, ["row_key", "addr_code"])
    return rows.filter(in_places(rows["addr_code"], [place]))["row_key"]


def _least_percent(kind: str, earlier: dt.date, now: dt.date) -> int:
    """The expected share; none across terms for kinds whose rows are named by grade or term: they all turn over."""
    pack = load_pack(settings.REGION, now)
    definition = load_kinds()[kind]
    turning = any(column.key and column.type in TURNING_TYPES for column in definition.columns)
    if turning and now != dt.date.max and _term(earlier, pack) != _term(now, pack):
        return 0
    return int(for_kind(pack, "roster.overlap_percent", kind))


def _term(day: dt.date, pack: Pack) -> str:
    autumn = MonthDay(pack.value("calendar.school_year_start_month"), 1)
    return term_of(day, autumn_start=autumn, spring_start=MonthDay(pack.value("calendar.spring_start_month"), 1))


def for_kind(pack: Pack, parameter: str, kind: str) -> Any:
    """A parameter's value for one kind of roster: ``<parameter>_<kind>`` where the pack has it, else the common one."""
    own = f"{parameter}_{kind}"
    return pack.value(own if own in pack.parameters else parameter)


@dataclass(frozen=True)
class Coverage:
    """How far the lists of one kind reach among the units in a person's sight.

    ``partly`` are lists of which newer ones have replaced a part; ``unmeasured`` lists count only where they say
    themselves whom they are about.
    """

    kind: KindDefinition
    as_of: dt.date
    fresh_days: int
    lines: list[Line]
    partly: list[ListInForce]
    unmeasured: int

    def having(self, state: str) -> list[Line]:
        """The lines in that state."""
        return [line for line in self.lines if line.state == state]


def coverage(user: User, kind: str, as_of: dt.date) -> Coverage:
    """Which list each township or school in sight rests on that day (E701; E704 for a kind that does not exist).

    Sender, day and rows of a list that speaks for the person's place are told even when the list itself is of a wider
    office; a partner is told of its own unit's lists only.
    """
    check_may(user, Permission.ROSTER_VIEW)
    if kind not in load_kinds():
        raise Fault("E704", where=kind)
    return coverages(user, as_of, [kind])[kind]


def coverages(user: User, as_of: dt.date, kinds: Iterable[str] | None = None) -> dict[str, Coverage]:
    """The same for several kinds (default: all) in one go, kind → coverage (E701)."""
    check_may(user, Permission.ROSTER_VIEW)
    wanted = list(load_kinds()) if kinds is None else list(kinds)
    found = choose_in_force(_lists_about(user).filter(as_of__lte=as_of, kind__in=wanted).defer(*BULKY))
    return _by_kind(user, as_of, wanted, found)


def coverage_of_sweep(user: User, sweep: Sweep) -> dict[str, Coverage]:
    """How fresh the lists were that a sweep rests on, kind → coverage, as of the sweep's day."""
    left_out = {entry["id"]: tuple(entry.get("left_out", ())) for entry in get_manifest(sweep)["deliveries"]}
    used = Delivery.objects.filter(pk__in=left_out).defer(*BULKY)
    if user.sender:
        used = used.filter(sender=user.sender)
    found = [InForce(one, left_out[one.pk]) for one in used]
    return _by_kind(user, sweep.as_of, list(load_kinds()), found)


def _lists_about(user: User) -> QuerySet[Delivery]:
    """Current lists that speak for places in sight: those of the own area, and of the county or township around it."""
    found = Delivery.objects.filter(status=Delivery.Status.CURRENT)
    if user.sender:
        return found.filter(sender=user.sender)
    low, high = _area(user)
    if not low:
        return found.none()
    around = [one.code for one in Places.load().ancestors(low) if one.level in LOCAL_LEVELS]
    return found.filter(Q(place_code__gte=low, place_code__lt=high) | Q(place_code__in=around))


def _area(user: User) -> tuple[str, str]:
    """The interval of the own office; of a school, the place where it stands."""
    if not user.school_code:
        return Scope.of(user).home
    place = School.objects.filter(code=user.school_code).values_list("place_code", flat=True).first() or ""
    return place, place


def _units(user: User) -> Mapping[str, list[Unit]]:
    """What lists are expected for: the townships and the schools in sight, in order of their codes."""
    schools = list_schools(user).filter(is_active=True).order_by("code").values_list("code", "name", "place_code")
    towns = list_places(user, "town").order_by("code").values_list("code", "name")
    return {
        "township": [Unit(code, name, code) for code, name in towns if not user.school_code],
        "school": [Unit(code, name, place) for code, name, place in schools],
    }


def _by_kind(user: User, as_of: dt.date, kinds: list[str], found: list[InForce]) -> dict[str, Coverage]:
    units, pack = _units(user), load_pack(settings.REGION, as_of)
    lists: dict[str, list[ListInForce]] = {kind: [] for kind in kinds}
    for one in found:
        if one.delivery.kind in lists:
            lists[one.delivery.kind].append(_in_force(one))
    return {kind: _coverage(load_kinds()[kind], units, lists[kind], as_of, pack) for kind in kinds}


def _coverage(
    kind: KindDefinition, units: Mapping[str, list[Unit]], lists: list[ListInForce], as_of: dt.date, pack: Pack
) -> Coverage:
    fresh_days = int(for_kind(pack, "roster.fresh_days", kind.id))
    lines = lines_of(kind, units[kind.unit], lists, as_of, fresh_days)
    partly = [one for one in lists if one.left_out]
    return Coverage(kind, as_of, fresh_days, lines, partly, sum(one.places is None for one in lists))


def _in_force(one: InForce) -> ListInForce:
    delivery, quality = one.delivery, one.delivery.quality
    places = {code: counts["rows"] for code, counts in quality["places"].items()} if quality else None
    return ListInForce(
        id=delivery.pk,
        sender=delivery.sender,
        place_code=delivery.place_code,
        as_of=delivery.as_of,
        rows=delivery.rows_accepted,
        supplements=delivery.supplements,
        left_out=one.left_out,
        places=places,
        schools=quality["schools"] if quality else None,
    )
