"""A gap opens the child's one case, joins it, or wakes the closed one; the same gap never comes twice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.case.core.opening import FoundGap, Opened, case_number, earliest, first_of_each, gravest, is_newer
from notoneless.case.core.states import State
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.scope import Scope
from notoneless.trail.actions import Action
from notoneless.trail.many_rows import insert_all, update_all
from notoneless.trail.record import Entry, record_all

from ..models import Case, CaseCounter, Gap, Move

CHILDREN_AT_ONCE = 400
Progress = Callable[[str, int, int], None]
CASE_FIELDS = [
    "place_code", "school_code", "state", "severity", "due_date", "closed_at", "outcome", "reopened_at",
    "reopened_count", "returned_date", "next_recheck_date", "agreed_date", "referred_at", "owner", "version",
]  # fmt: skip
GAP_FIELDS = [
    "case", "place_code", "school_code", "state", "reason", "severity", "due_date", "closed_at", "closed_by",
    "closed_how", "outcome", "closing_evidence", "closing_delivery", "closing_row",
]  # fmt: skip


@dataclass
class _Changes:
    """What one chunk of children is going to write."""

    new_cases: list[Case] = field(default_factory=list)
    changed_cases: dict[str, Case] = field(default_factory=dict)
    new_gaps: list[Gap] = field(default_factory=list)
    changed_gaps: list[Gap] = field(default_factory=list)
    seen_again: defaultdict[dt.date, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    moves: list[Move] = field(default_factory=list)
    events: list[Entry] = field(default_factory=list)


@transaction.atomic
def open_or_join(*, found: FoundGap, by: User, now: dt.datetime) -> Case:
    """Open or join by hand, for a gap that a person reports; returns the child's open case.

    Needs the right to work cases and the child's place or school in reach (E701, E704).
    """
    check_may(by, Permission.CASE_WORK)
    if not Scope.of(by).covers(found.place_code, found.school_code):
        raise Fault("E704", where=Wording("孩子档案"))
    _open([found], "", by, now, None)
    gap = Gap.objects.select_related("case").get(
        check_id=found.check_id, child_id=found.child_id, period=found.period
    )
    return gap.case


@transaction.atomic
def open_or_join_many(
    *, found: Sequence[FoundGap], sweep_id: str, by: User, now: dt.datetime, progress: Progress | None = None
) -> Opened:
    """Open or join a case for every gap of a sweep: all of it or nothing; the same again does nothing.

    Needs the right to run sweeps. A gap whose place lies outside the runner's reach (or is unknown) goes to the
    runner's own office, so that somebody sees it. Every case opened, joined or woken leaves one trail event.
    """
    check_may(by, Permission.SWEEP_RUN)
    reach = Scope.of(by)
    placed = [gap if reach.covers(gap.place_code) else replace(gap, place_code=by.place_code) for gap in found]
    return _open(placed, sweep_id, by, now, progress)


def _open(found: Sequence[FoundGap], sweep_id: str, by: User, now: dt.datetime, progress: Progress | None) -> Opened:
    opening = _Opening(sweep_id, by, now)
    once = sorted(first_of_each(found), key=lambda gap: gap.child_id)
    done = 0
    for chunk in _by_children(once):
        opening.take(chunk)
        done += len(chunk)
        if progress:
            progress(Wording("立案"), done, len(once))
    opening.finish()
    return opening.counts


def _by_children(found: list[FoundGap]) -> Iterator[list[FoundGap]]:
    """Chunks that never split one child's gaps."""
    chunk: list[FoundGap] = []
    children = 0
    for _, gaps in groupby(found, key=lambda gap: gap.child_id):
        chunk += gaps
        children += 1
        if children == CHILDREN_AT_ONCE:
            yield chunk
            chunk, children = [], 0
    if chunk:
        yield chunk


class _Opening:
    """One run of opening; holds the number row locked, so that two runs cannot open a case for one child."""

    def __init__(self, sweep_id: str, by: User, now: dt.datetime) -> None:
        self.sweep_id, self.by, self.now = sweep_id, by, now
        self.year = localdate(now).year
        CaseCounter.objects.get_or_create(year=self.year)
        self.number = CaseCounter.objects.select_for_update().get(year=self.year)
        self.counts = Opened()

    def take(self, chunk: list[FoundGap]) -> None:
        """Work out and write what the gaps of some children change."""
        children = {gap.child_id for gap in chunk}
        known = {(g.check_id, g.child_id, g.period): g for g in Gap.objects.filter(child__in=children)}
        cases: defaultdict[str, dict[str, Case]] = defaultdict(dict)
        for case in Case.objects.filter(child__in=children).select_related("owner"):
            cases[case.child_id][case.pk] = case
        changes = _Changes()
        for child_id, gaps in groupby(chunk, key=lambda gap: gap.child_id):
            self._take_child(list(gaps), known, cases[child_id], changes)
        self._write(changes)

    def finish(self) -> None:
        """Write back the last number given out."""
        self.number.save(update_fields=["last"])

    def _take_child(
        self,
        found: list[FoundGap],
        known: dict[tuple[str, str, str], Gap],
        cases: dict[str, Case],
        changes: _Changes,
    ) -> None:
        fresh = [gap for gap in found if gap.key not in known]
        again = [(gap, known[gap.key]) for gap in found if gap.key in known]
        woken = [(seen, gap) for seen, gap in again if self._speaks_against(seen, gap)]
        case = next((one for one in cases.values() if one.closed_at is None), None)
        if case is None and woken:
            case = self._wake(cases[woken[0][1].case_id], changes)
        for seen, gap in again:
            self._see_again(seen, gap, changes)
        if case is None and not fresh:
            return
        case = case or self._new_case(fresh, changes)
        for seen, gap in woken:
            self._reopen_gap(seen, gap, case, changes)
        for seen in fresh:
            self._new_gap(seen, case, changes)
        self._settle_case(case, found, [*fresh, *(seen for seen, _ in woken)], changes)

    def _speaks_against(self, seen: FoundGap, gap: Gap) -> bool:
        return gap.closed_at is not None and is_newer(seen.seen_date, localdate(gap.closed_at))

    def _see_again(self, seen: FoundGap, gap: Gap, changes: _Changes) -> None:
        changes.seen_again[seen.seen_date].append(gap.pk)
        if gap.state == Gap.State.OPEN:
            self._count(still_open=1)
            if self._says_more(seen, gap):
                changes.changed_gaps.append(gap)
        elif not self._speaks_against(seen, gap):
            self._count(settled_before=1)

    def _says_more(self, seen: FoundGap, gap: Gap) -> bool:
        """Take over what the sweep says differently of an open gap; its deadline stays as it was set."""
        names = ["reason", "severity", "place_code", "school_code"]
        differs = any(getattr(gap, name) != getattr(seen, name) for name in names)
        for name in names:
            setattr(gap, name, getattr(seen, name))
        return differs

    def _new_case(self, found: list[FoundGap], changes: _Changes) -> Case:
        self.number.last += 1
        case = Case(
            id=case_number(self.year, self.number.last),
            child_id=found[0].child_id,
            place_code=found[0].place_code,
            school_code=found[0].school_code,
            severity=gravest(gap.severity for gap in found),
            due_date=earliest(gap.due_date for gap in found),
            opened_at=self.now,
            opened_sweep=self.sweep_id,
        )
        changes.new_cases.append(case)
        changes.moves.append(self._move(case, "", State.TO_VERIFY, None))
        changes.events.append(self._event(Action.CASE_OPEN, case, gaps=len(found)))
        self._count(cases_opened=1)
        first = self.counts.first_case or case.pk
        self.counts = replace(self.counts, first_case=first, last_case=case.pk)
        return case

    def _wake(self, case: Case, changes: _Changes) -> Case:
        changes.moves.append(self._move(case, case.state, State.TO_VERIFY, None, reason=Wording("再次查出")))
        case.state, case.closed_at, case.outcome = State.TO_VERIFY.value, None, ""
        case.reopened_at, case.reopened_count = self.now, case.reopened_count + 1
        case.returned_date = case.next_recheck_date = case.agreed_date = case.referred_at = None
        changes.events.append(self._event(Action.CASE_REOPEN, case, sweep=self.sweep_id))
        self._count(cases_reopened=1)
        return case

    def _reopen_gap(self, seen: FoundGap, gap: Gap, case: Case, changes: _Changes) -> None:
        changes.moves.append(self._move(case, gap.state, Gap.State.OPEN, gap, reason=Wording("再次查出")))
        gap.case, gap.state, gap.due_date, gap.reason = case, Gap.State.OPEN, seen.due_date, seen.reason
        gap.place_code, gap.school_code, gap.severity = seen.place_code, seen.school_code, seen.severity
        gap.closed_at = gap.closed_by = gap.closing_evidence = gap.closing_row = None
        gap.closed_how = gap.outcome = gap.closing_delivery = ""
        changes.changed_gaps.append(gap)
        self._count(reopened=1)

    def _new_gap(self, seen: FoundGap, case: Case, changes: _Changes) -> None:
        gap = Gap(
            check_id=seen.check_id,
            ledger=seen.ledger,
            child_id=seen.child_id,
            period=seen.period,
            case=case,
            place_code=seen.place_code,
            school_code=seen.school_code,
            reason=seen.reason,
            severity=seen.severity,
            owner=case.owner,
            owner_role=seen.owner_role,
            opened_at=self.now,
            due_date=seen.due_date,
            first_sweep=self.sweep_id,
            last_sweep=self.sweep_id,
            seen_date=seen.seen_date,
        )
        changes.new_gaps.append(gap)
        changes.moves.append(self._move(case, "", Gap.State.OPEN, gap))
        self._count(new_gaps=1)
        if not case._state.adding:
            changes.events.append(self._event(Action.CASE_JOIN, case, check=seen.check_id, sweep=self.sweep_id))

    def _settle_case(self, case: Case, found: list[FoundGap], added: list[FoundGap], changes: _Changes) -> None:
        """An open case follows the child's place (one accepted by a receiver stays there), and the gravest and most urgent
        of what was added."""
        if case._state.adding:
            return
        before = (case.place_code, case.school_code, case.severity)
        if case.referred_at is None:
            case.place_code, case.school_code = found[0].place_code, found[0].school_code
        case.severity = gravest([case.severity, *(gap.severity for gap in found)])
        if added:
            was_woken = case.reopened_at == self.now
            days = [gap.due_date for gap in added]
            case.due_date = earliest(days if was_woken else [case.due_date, *days])
        elif before == (case.place_code, case.school_code, case.severity):
            return
        if case.owner and not Scope.of(case.owner).covers(case.place_code, case.school_code):
            case.owner = None
        case.version += 1
        changes.changed_cases[case.pk] = case

    def _move(self, case: Case, source: str, target: str, gap: Gap | None, reason: str = "") -> Move:
        return Move(
            case=case, gap=gap, from_state=source, to_state=target, by=self.by, at=self.now, reason=reason,
            sweep=self.sweep_id,
        )  # fmt: skip

    def _event(self, action: Action, case: Case, **detail: object) -> Entry:
        return Entry(action, "case", case.pk, case.place_code, detail)

    def _count(self, **added: int) -> None:
        self.counts = replace(self.counts, **{key: getattr(self.counts, key) + n for key, n in added.items()})

    def _write(self, changes: _Changes) -> None:
        insert_all(changes.new_cases)
        update_all(changes.changed_cases.values(), CASE_FIELDS)
        insert_all(changes.new_gaps)
        update_all(changes.changed_gaps, GAP_FIELDS)
        for seen_date, gaps in changes.seen_again.items():
            sweep = {"last_sweep": self.sweep_id} if self.sweep_id else {}
            Gap.objects.filter(pk__in=gaps).update(seen_date=seen_date, still_found=True, **sweep)
        insert_all(changes.moves)
        record_all(changes.events, by=self.by, now=self.now)
