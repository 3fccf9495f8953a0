"""A gap opens or joins the child's one case; sweeping again never makes a second one and never forgets one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records.models import Case, CaseCounter, Gap, Move, Visit
from notoneless.common.errors import Fault
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


def sweep(cast: c.Cast, *found: object, sweep_id: str = k.SWEEP, now: dt.datetime = c.NOW) -> object:
    return actions.open_or_join_many(found=found, sweep_id=sweep_id, by=cast.clerk, now=now)


def test_gaps_of_one_child_make_one_case_with_one_opening_event(cast: c.Cast) -> None:
    k.make_child()
    k.make_child("C0000000002")
    urgent = k.found("suspected_dropout", due_date=k.TODAY + dt.timedelta(days=3))
    opened = sweep(cast, k.found("aid_missed", severity=2), urgent, k.found(child_id="C0000000002"))
    assert (opened.new_gaps, opened.cases_opened) == (3, 2)
    assert (opened.first_case, opened.last_case) == ("A2026-000001", "A2026-000002")
    case = Case.objects.get(child_id="C0000000001")
    assert (case.severity, case.due_date, case.state) == (3, urgent.due_date, "to_verify")
    assert case.opened_sweep == k.SWEEP
    assert case.moves.filter(from_state="", gap=None).count() == 1
    assert Event.objects.filter(action="case.open", object_id=case.pk).count() == 1


def test_the_same_sweep_again_changes_nothing(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "aid_missed", "enrolled_not_attending")
    events, moves = Event.objects.count(), Move.objects.count()
    again = sweep(cast, k.found("aid_missed"), k.found())
    assert (again.still_open, again.new_gaps, again.cases_opened) == (2, 0, 0)
    assert (Event.objects.count(), Move.objects.count(), Case.objects.count()) == (events, moves, 1)
    assert Case.objects.get().version == case.version


def test_the_same_gap_twice_in_one_sweep_counts_once(cast: c.Cast) -> None:
    k.make_child()
    opened = sweep(cast, k.found(), k.found())
    assert opened.new_gaps == Gap.objects.count() == 1


def test_a_later_sweep_joins_the_open_case_and_says_what_it_sees_now(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.principal, now=c.NOW)
    day = k.TODAY + dt.timedelta(days=98)
    joined = sweep(
        cast,
        k.found(reason="仍不在校", seen_date=day),
        k.found("aid_missed", seen_date=day, due_date=k.TODAY),
        sweep_id=k.LATER_SWEEP,
        now=k.later(98),
    )
    assert (joined.still_open, joined.new_gaps, joined.cases_opened) == (1, 1, 0)
    seen = k.gap_of(case)
    assert (seen.reason, seen.last_sweep, seen.first_sweep, seen.seen_date) == (
        "仍不在校",
        k.LATER_SWEEP,
        k.SWEEP,
        day,
    )
    assert seen.due_date == k.found().due_date
    case.refresh_from_db()
    assert case.due_date == k.TODAY
    assert k.gap_of(case, "aid_missed").owner == cast.teacher
    assert Event.objects.filter(action="case.join", object_id=case.pk).count() == 1


def test_found_again_by_an_older_list_stays_closed(cast: c.Cast) -> None:
    case = k.close(k.open_case(cast.clerk), cast.principal, cast.head, "graduated", "graduation_paper")
    again = sweep(cast, k.found(), sweep_id=k.LATER_SWEEP, now=k.later(1))
    assert again.settled_before == 1
    case.refresh_from_db()
    assert case.closed_at is not None
    assert k.gap_of(case).state == Gap.State.EXCUSED
    assert k.gap_of(case).last_sweep == k.LATER_SWEEP


def test_found_again_by_a_newer_list_wakes_the_same_case_with_its_history(cast: c.Cast) -> None:
    case = k.close(k.open_case(cast.clerk), cast.principal, cast.head, "graduated", "graduation_paper")
    moves = case.moves.count()
    day = k.TODAY + dt.timedelta(days=98)
    newer = k.found(seen_date=day, due_date=day + dt.timedelta(days=7), reason="又不在校")
    again = sweep(cast, newer, sweep_id=k.LATER_SWEEP, now=k.later(98))
    assert (again.reopened, again.cases_reopened, again.cases_opened) == (1, 1, 0)
    case.refresh_from_db()
    assert (case.state, case.outcome, case.reopened_count, case.due_date) == ("to_verify", "", 1, newer.due_date)
    gap = k.gap_of(case)
    assert (gap.state, gap.closing_evidence, gap.reason) == (Gap.State.OPEN, None, "又不在校")
    assert case.moves.count() == moves + 2
    assert Event.objects.filter(action="case.reopen", object_id=case.pk).count() == 1
    assert Case.objects.count() == Gap.objects.count() == 1


def test_a_new_gap_of_a_child_with_a_closed_case_opens_a_new_case(cast: c.Cast) -> None:
    case = k.close(k.open_case(cast.clerk), cast.principal, cast.head, "graduated", "graduation_paper")
    other = k.open_case(cast.clerk, "aid_missed")
    assert other.pk == "A2026-000002"
    assert case.gaps.count() == other.gaps.count() == 1


def test_an_old_gap_found_again_joins_the_case_that_is_open_now(cast: c.Cast) -> None:
    old = k.close(k.open_case(cast.clerk), cast.principal, cast.head, "graduated", "graduation_paper")
    now_open = k.open_case(cast.clerk, "aid_missed")
    day = k.TODAY + dt.timedelta(days=98)
    again = sweep(cast, k.found(seen_date=day), sweep_id=k.LATER_SWEEP, now=k.later(98))
    assert (again.reopened, again.cases_reopened) == (1, 0)
    assert k.gap_of(now_open).state == Gap.State.OPEN
    old.refresh_from_db()
    assert old.closed_at is not None


def test_a_case_follows_the_child_and_loses_an_owner_who_cannot_reach_it(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.principal, now=c.NOW)
    sweep(cast, k.found(place_code=c.OTHER_TOWN, school_code=""), sweep_id=k.LATER_SWEEP, now=k.later(9))
    case.refresh_from_db()
    assert (case.place_code, case.school_code, case.owner) == (c.OTHER_TOWN, "", None)
    sweep(cast, k.found(place_code=c.OTHER_TOWN, school_code="", severity=4), sweep_id="S3", now=k.later(10))
    case.refresh_from_db()
    assert case.severity == 4


@pytest.mark.parametrize("place", ["", c.FOREIGN_TOWN])
def test_a_gap_nobody_could_see_goes_to_the_office_of_the_one_who_sweeps(cast: c.Cast, place: str) -> None:
    k.make_child()
    sweep(cast, k.found(place_code=place))
    assert Case.objects.get().place_code == c.COUNTY


def test_numbers_run_on_within_a_year_and_begin_anew(cast: c.Cast) -> None:
    for n in (1, 2, 3):
        k.make_child(f"C000000000{n}")
    sweep(cast, k.found())
    sweep(cast, k.found(child_id="C0000000002"))
    sweep(cast, k.found(child_id="C0000000003"), now=k.later(60))
    assert sorted(Case.objects.values_list("pk", flat=True)) == ["A2026-000001", "A2026-000002", "A2027-000001"]
    assert CaseCounter.objects.get(year=2026).last == 2


def test_many_children_come_in_chunks_and_say_how_far_they_are(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notoneless.case.records.actions.opening.CHILDREN_AT_ONCE", 2)
    told: list[tuple[str, int, int]] = []
    gaps = []
    for n in range(5):
        k.make_child(f"C000000000{n}")
        gaps += [k.found(child_id=f"C000000000{n}"), k.found("aid_missed", child_id=f"C000000000{n}")]
    opened = actions.open_or_join_many(
        found=gaps, sweep_id=k.SWEEP, by=cast.clerk, now=c.NOW, progress=lambda *said: told.append(said)
    )
    assert (opened.new_gaps, opened.cases_opened) == (10, 5)
    assert told == [("立案", 4, 10), ("立案", 8, 10), ("立案", 10, 10)]


def test_a_person_may_report_a_gap_within_reach(cast: c.Cast) -> None:
    k.make_child()
    case = actions.open_or_join(found=k.found(), by=cast.principal, now=c.NOW)
    assert case.state == "to_verify"
    assert actions.open_or_join(found=k.found("aid_missed"), by=cast.clerk, now=c.NOW) == case
    with pytest.raises(Fault) as caught:
        actions.open_or_join(found=k.found(), by=cast.other_principal, now=c.NOW)
    assert caught.value.code == "E704"
    with pytest.raises(Fault) as caught:
        actions.open_or_join(found=k.found(), by=cast.partner, now=c.NOW)
    assert caught.value.code == "E701"


def test_the_database_refuses_a_second_open_case_and_a_second_gap(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    gap = k.gap_of(case)
    case.pk = "A2026-999999"
    with pytest.raises(IntegrityError), transaction.atomic():
        case.save(force_insert=True)
    gap.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        gap.save(force_insert=True)


def test_the_database_refuses_a_closing_without_ground(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="cleared", closed_at=c.NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Gap.objects.update(
            state="closed", closed_at=c.NOW, closed_by=cast.clerk, closed_how="evidence", outcome="dead"
        )


def test_visits_and_moves_are_written_once(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.teacher, now=c.NOW)
    for change in (
        lambda: Visit.objects.update(agreed=True),
        lambda: Visit.objects.all()._raw_delete("default"),
        lambda: Move.objects.update(reason="改"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
