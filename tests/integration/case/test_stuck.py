"""卡住的个案: the nightly look finds what does not move and says whose turn it is; somebody can always act."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions, queries
from notoneless.case.records.actions.stuck import find_stuck
from notoneless.case.records.models import Case, Stuck
from notoneless.jobs.nightly import Nightly
from notoneless.org.models import User
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
LATE = k.later(400)


def reasons(user: User) -> list[str]:
    return sorted(queries.stuck_on(user).values_list("reason", flat=True))


def referred(cast: c.Cast) -> Case:
    case = k.open_case(cast.clerk)
    school = {"to_place": "", "to_school": c.SECOND_SCHOOL, "reason": "已升学"}
    actions.refer(**k.fresh(case), **school, by=cast.principal, now=c.NOW)
    return case


def asked(cast: c.Cast) -> Case:
    case = k.open_case(cast.clerk)
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.clerk, now=c.NOW)
    paper = k.add_evidence(case, cast.principal, "graduation_paper")
    closing = {"outcome_id": "graduated", "evidence_id": paper.pk, "reason": "已毕业"}
    actions.ask_closing(**k.fresh(case), **closing, by=cast.principal, now=c.NOW)
    return case


def test_a_case_without_an_owner_is_the_heads_turn_where_it_lies(cast: c.Cast) -> None:
    k.open_case(cast.clerk)
    assert find_stuck(now=k.later(3)) == 0
    assert find_stuck(now=k.later(4)) == 1
    assert reasons(cast.principal) == ["no_owner"]
    assert [reasons(one) for one in (cast.teacher, cast.clerk, cast.other_principal, cast.stranger)] == [[]] * 4
    assert queries.visible_stuck(cast.clerk).count() == 1
    assert queries.visible_stuck(cast.stranger).count() == 0


def test_a_school_without_an_account_is_led_by_its_township(cast: c.Cast) -> None:
    User.objects.filter(pk=cast.principal.pk).update(is_active=False)
    k.open_case(cast.clerk)
    find_stuck(now=LATE)
    assert reasons(cast.township_officer) == ["no_owner"]


def test_silence_is_the_owners_turn_until_the_owner_acts(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.clerk, cast.teacher)
    find_stuck(now=k.later(20))
    assert reasons(cast.teacher) == ["idle_persuading"]
    actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.teacher, now=k.later(20))
    assert reasons(cast.teacher) == []
    find_stuck(now=k.later(21))
    assert Stuck.objects.count() == 0


def test_an_owner_whose_account_is_off_has_no_turn(cast: c.Cast) -> None:
    k.bring_to_persuading(k.open_case(cast.clerk), cast.clerk, cast.teacher)
    User.objects.filter(pk=cast.teacher.pk).update(is_active=False)
    find_stuck(now=k.later(1))
    assert reasons(cast.principal) == ["owner_gone"]


def test_a_proposal_without_an_answer_is_the_receivers_turn(cast: c.Cast) -> None:
    case = referred(cast)
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.principal, now=c.NOW)
    find_stuck(now=k.later(8))
    assert reasons(cast.other_principal) == ["referral_waiting"]
    assert reasons(cast.principal) == []
    assert queries.visible_stuck(cast.principal).count() == 1
    actions.return_referral(
        referral_id=case.referrals.get().pk, reason="不是本校的", by=cast.other_principal, now=k.later(8)
    )
    assert Stuck.objects.count() == 0


def test_a_closing_without_a_decision_is_the_deciders_turn(cast: c.Cast) -> None:
    asked(cast)
    find_stuck(now=k.later(6))
    assert reasons(cast.clerk) == ["closing_waiting"]
    assert reasons(cast.principal) == []


def test_a_day_agreed_and_a_look_that_is_due(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.clerk, cast.teacher)
    promised = k.visit_report(agreed=True, agreed_date=k.later(2).date())
    actions.record_visit(case_id=case.pk, report=promised, by=cast.teacher, now=c.NOW)
    find_stuck(now=k.later(4))
    assert reasons(cast.teacher) == ["agreed_passed"]
    other = k.bring_back(k.open_case(cast.clerk, child_id="C0000000002"), cast.clerk, cast.teacher)
    assert other.next_recheck_date is not None
    find_stuck(now=c.NOW + (other.next_recheck_date - k.TODAY) + dt.timedelta(days=4))
    assert "recheck_due" in reasons(cast.teacher)


def test_the_same_night_twice_changes_nothing_and_leaves_one_trace(cast: c.Cast) -> None:
    k.open_case(cast.clerk)
    before = list(Event.objects.values_list("action", flat=True))
    assert find_stuck(now=LATE) == find_stuck(now=LATE) == 1
    assert list(Event.objects.values_list("action", flat=True)) == [*before, "stuck.find"]
    assert sentence(Event.objects.get(action="stuck.find")) == "系统夜里查看未销个案：1 个卡住，共 1 条原因"


def test_a_closed_case_is_never_stuck(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    find_stuck(now=LATE)
    k.close(case, cast.principal, cast.head, "graduated", "graduation_paper", now=LATE)
    assert queries.visible_stuck(cast.clerk).count() == 0
    assert find_stuck(now=LATE) == 0


@pytest.mark.parametrize("gone", [[], ["principal", "teacher"], ["principal", "township_officer", "other_principal"]])
def test_whatever_is_stuck_waits_for_somebody_who_has_an_account(cast: c.Cast, gone: list[str]) -> None:
    referred(cast)
    k.bring_back(k.open_case(cast.clerk, child_id="C0000000002"), cast.clerk, cast.teacher)
    k.open_case(cast.clerk, child_id="C0000000003", school_code="", place_code=c.OTHER_TOWN)
    k.open_case(cast.stranger, child_id="C0000000004", school_code=c.FOREIGN_SCHOOL, place_code=c.FOREIGN_TOWN)
    User.objects.filter(pk__in=[getattr(cast, name).pk for name in gone]).update(is_active=False)
    find_stuck(now=LATE)
    waiting = set(Stuck.objects.values_list("pk", flat=True))
    assert len(waiting) >= 4
    people = User.objects.filter(is_active=True)
    assert {pk for person in people for pk in queries.stuck_on(person).values_list("pk", flat=True)} == waiting


def test_the_worker_looks_once_a_day(cast: c.Cast) -> None:
    k.open_case(cast.clerk)
    nightly = Nightly(lambda: LATE)
    nightly.run_when_due()
    assert reasons(cast.principal) == ["no_owner"]
    Stuck.objects.all().delete()
    nightly.run_when_due()
    assert Stuck.objects.count() == 0
