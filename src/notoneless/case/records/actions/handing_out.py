"""派单 of many cases at once, and taking it back: statements for hundreds of cases, one trail event for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.trail.actions import Action
from notoneless.trail.record import Entry, record_all

from ..models import Case, Evidence, Gap, Handout, HandoutLine, Measure, Placement, Visit
from ..queries.cases import visible_cases
from ..queries.owners import split_for_owner

AT_ONCE = 200
MOST_HANDED_OUT = 20_000
CHANGED, CLOSED, ELSEWHERE, WORKED = (
    Wording("派单后有人改动过"),
    Wording("已经销号"),
    Wording("已不在您的范围"),
    Wording("新责任人已开始办理"),
)


@transaction.atomic
def hand_out(*, handout_id: UUID, cases: Sequence[tuple[str, int]], owner_id: int, by: User, now: dt.datetime) -> int:
    """Give cases, as (id, version), to one person, with their open gaps that nobody else owns; returns how many.

    What cannot be given now (closed, changed since, out of reach) is left as it is. The same handout again goes on with
    the cases that it has not got yet. Raises E701, E613 (nobody of that number), E649 (this handout was taken back).
    """
    check_may(by, Permission.CASE_ASSIGN)
    owner = User.objects.filter(pk=owner_id, is_active=True).first()
    if owner is None or not may(owner, Permission.CASE_WORK):
        raise Fault("E613", owner=owner.display_name if owner else Wording("（查无此人）"))
    handout, _made = Handout.objects.get_or_create(pk=handout_id, defaults={"owner": owner, "by": by, "at": now})
    if handout.undone_at or handout.by_id != by.pk or handout.owner_id != owner.pk:
        raise Fault("E649")
    known = set(handout.lines.values_list("case_id", flat=True))
    wanted = {case_id: version for case_id, version in cases if case_id not in known}
    return sum(_give(handout, part, wanted, by, now) for part in _parts(sorted(wanted)))


@transaction.atomic
def take_back(*, handout_id: UUID, by: User, now: dt.datetime) -> int:
    """撤销这次派单: cases that nobody has touched since are whose they were; the others stay. Returns how many went back.

    Raises E701, E704 (not one's own), E649 (taken back already).
    """
    check_may(by, Permission.CASE_ASSIGN)
    handout = Handout.objects.select_for_update().filter(pk=handout_id, by=by).first()
    if handout is None:
        raise Fault("E704", where=Wording("派单"))
    if handout.undone_at:
        raise Fault("E649")
    free = [line for line, why in standing(handout, by) if not why]
    for part in _parts(free):
        _give_back(handout, part, by, now)
    handout.undone_by, handout.undone_at = by, now
    handout.save(update_fields=["undone_by", "undone_at"])
    return len(free)


def standing(handout: Handout, user: User) -> list[tuple[HandoutLine, str]]:
    """Each case of a handout with why it could not be taken back now; "" when it could."""
    lines = list(handout.lines.filter(undone=False).select_related("case__child", "owner_before"))
    return [(line, why) for part in _parts(lines) for line, why in zip(part, _whys(handout, part, user), strict=True)]


def _whys(handout: Handout, lines: Sequence[HandoutLine], user: User) -> Iterator[str]:
    ids = [line.case_id for line in lines]
    seen = set(visible_cases(user).filter(pk__in=ids).values_list("pk", flat=True))
    worked = _worked_on(ids, handout.at)
    for line in lines:
        case = line.case
        if case.pk not in seen:
            yield ELSEWHERE
        elif case.closed_at:
            yield CLOSED
        elif case.version != line.version_after or case.owner_id != handout.owner_id:
            yield CHANGED
        else:
            yield WORKED if case.pk in worked else ""


def _worked_on(case_ids: Sequence[str], since: dt.datetime) -> set[str]:
    """Those to which something was added since: that moves no version on."""
    added = (
        Visit.objects.filter(case__in=case_ids, recorded_at__gt=since).values_list("case_id", flat=True),
        Evidence.objects.filter(case__in=case_ids, at__gt=since).values_list("case_id", flat=True),
        Measure.objects.filter(gap__case__in=case_ids, added_at__gt=since).values_list("gap__case_id", flat=True),
        Placement.objects.filter(case__in=case_ids, at__gt=since).values_list("case_id", flat=True),
    )
    return {case_id for ids in added for case_id in ids}


def _give(handout: Handout, ids: Sequence[str], versions: dict[str, int], by: User, now: dt.datetime) -> int:
    found = list(visible_cases(by).select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    same = [case for case in found if case.version == versions[case.pk]]
    taken = split_for_owner(same, handout.owner).taken
    before = {case.pk: case.owner_id for case in taken}
    gaps = _gaps_that_go_along(taken, before)
    Case.objects.filter(pk__in=before).update(owner=handout.owner, version=F("version") + 1)
    Gap.objects.filter(pk__in=[gap for moved in gaps.values() for gap in moved]).update(owner=handout.owner)
    HandoutLine.objects.bulk_create(
        HandoutLine(
            handout=handout, case=case, owner_before_id=before[case.pk], version_after=case.version + 1,
            gaps={str(gap): owner for gap, owner in gaps.get(case.pk, {}).items()},
        )
        for case in taken
    )  # fmt: skip
    _note(Action.CASE_ASSIGN, taken, by, now, owner=handout.owner.username, handout=str(handout.pk))
    return len(taken)


def _gaps_that_go_along(cases: Sequence[Case], before: dict[str, int | None]) -> dict[str, dict[UUID, int | None]]:
    """Case → its open gaps that nobody else owns, with whose they were."""
    found: dict[str, dict[UUID, int | None]] = {}
    rows = Gap.objects.filter(case__in=before, state=Gap.State.OPEN).values_list("pk", "case_id", "owner_id")
    for gap, case_id, owner in rows:
        if owner in (None, before[case_id]):
            found.setdefault(case_id, {})[gap] = owner
    return found


def _give_back(handout: Handout, lines: Sequence[HandoutLine], by: User, now: dt.datetime) -> None:
    cases: dict[int | None, list[str]] = {}
    gaps: dict[int | None, list[str]] = {}
    for line in lines:
        cases.setdefault(line.owner_before_id, []).append(line.case_id)
        for gap, owner in line.gaps.items():
            gaps.setdefault(owner, []).append(gap)
    for owner, ids in cases.items():
        Case.objects.filter(pk__in=ids).update(owner_id=owner, version=F("version") + 1)
    for owner, gap_ids in gaps.items():
        still = Gap.objects.filter(pk__in=gap_ids, owner=handout.owner, state=Gap.State.OPEN)
        still.update(owner_id=owner)
    HandoutLine.objects.filter(pk__in=[line.pk for line in lines]).update(undone=True)
    _note(Action.CASE_TAKE_BACK, [line.case for line in lines], by, now, handout=str(handout.pk))


def _note(action: Action, cases: Iterable[Case], by: User, now: dt.datetime, **detail: object) -> None:
    record_all([Entry(action, "case", case.pk, case.place_code, dict(detail)) for case in cases], by=by, now=now)


def _parts(rows: Sequence) -> Iterator[Sequence]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
