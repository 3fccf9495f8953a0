"""联合劝返: who took part, what was agreed, what comes next; written once, counted, and looked after when the day has passed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions, queries
from notoneless.case.records.models import Case, Visit
from notoneless.case.records.queries import CaseFilter
from notoneless.org.models import User
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
FRIDAY = k.TODAY + dt.timedelta(days=4)
JOINT = ("police", "school", "village")


@pytest.fixture
def case(cast: c.Cast) -> Case:
    """劝返中, visited once."""
    return k.bring_to_persuading(k.open_case(cast.clerk), cast.clerk, cast.teacher)


def visit(case: Case, by: User, now: dt.datetime = c.NOW, corrects_id: int | None = None, **said: Any) -> Visit:
    report = k.visit_report(at=now - dt.timedelta(hours=1), **said)
    made = actions.record_visit(case_id=case.pk, report=report, by=by, now=now, corrects_id=corrects_id)
    case.refresh_from_db()
    return made


def test_an_attempt_keeps_who_took_part_what_was_agreed_and_what_comes_next(cast: c.Cast, case: Case) -> None:
    made = visit(
        case, cast.township_officer, bodies=JOINT, agreed=True, agreed_date=FRIDAY, next_step="周五请司法所一起去"
    )
    assert made.bodies == ["school", "village", "police"]
    assert (made.agreed_date, made.next_step) == (FRIDAY, "周五请司法所一起去")
    told = next(entry.text for entry in queries.timeline(case) if "公安" in entry.text)
    for said in (
        "联合劝返（学校、村（社区）、公安派出所）",
        "家访",
        "约定 2026-11-27 返校",
        "下一步：周五请司法所一起去",
    ):
        assert said in told
    event = Event.objects.filter(action="visit.joint").last()
    assert event is not None
    assert sentence(event).endswith("的一次联合劝返，参加单位：学校、村（社区）、公安派出所")


def test_one_body_alone_is_a_visit_and_no_joint_attempt(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    visit(case, cast.teacher, bodies=("school",))
    assert Event.objects.last().action == "visit.record"
    assert not any("联合劝返" in entry.text for entry in queries.timeline(case))


def test_attempts_are_counted_without_the_corrected_and_anew_after_reopening(cast: c.Cast, case: Case) -> None:
    wrong = visit(case, cast.teacher, bodies=("school",))
    visit(case, cast.teacher, bodies=JOINT, corrects_id=wrong.pk)
    done = queries.get_persuasion(case, k.TODAY)
    assert (done.attempts, done.joint) == (2, 2)
    closed = k.close(case, cast.principal, cast.head, "graduated", "graduation_paper")
    actions.reopen(**k.fresh(closed), reason="又不来了", by=cast.head, now=k.later(3))
    closed.refresh_from_db()
    assert queries.get_persuasion(closed, k.TODAY).attempts == 0


def test_written_once_the_database_refuses_a_change_of_who_took_part(cast: c.Cast, case: Case) -> None:
    made = visit(case, cast.teacher, bodies=JOINT)
    for statement in ("UPDATE case_visit SET next_step = 'x' WHERE id = %s", "DELETE FROM case_visit WHERE id = %s"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [made.pk])


def past_promises(user: User, day: dt.date) -> tuple[int, list[str]]:
    """The number on 首页 and the list behind it."""
    listed = queries.list_cases(user, CaseFilter(standing="open", agreed_before=day)).rows
    return queries.get_home_counts(user, day)["agreed_past"], [case.pk for case in listed]


def test_a_day_agreed_and_passed_is_a_task_until_somebody_goes_again(cast: c.Cast, case: Case) -> None:
    visit(case, cast.teacher, bodies=JOINT, agreed=True, agreed_date=FRIDAY)
    assert past_promises(cast.teacher, FRIDAY) == (0, [])
    after = FRIDAY + dt.timedelta(days=1)
    assert past_promises(cast.teacher, after) == (1, [case.pk])
    assert past_promises(cast.stranger, after) == (0, [])
    visit(case, cast.teacher, now=k.later(6), bodies=("school",), difficulty="说下周再来")
    assert past_promises(cast.teacher, after) == (0, [])


def test_an_older_visit_written_down_later_does_not_undo_what_was_agreed_since(cast: c.Cast, case: Case) -> None:
    visit(case, cast.teacher, now=k.later(2), agreed=True, agreed_date=FRIDAY)
    late = k.visit_report(at=c.NOW - dt.timedelta(days=2), bodies=("village",))
    actions.record_visit(case_id=case.pk, report=late, by=cast.township_officer, now=k.later(3))
    case.refresh_from_db()
    assert case.agreed_date == FRIDAY


def test_a_return_settles_what_was_agreed(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.clerk, cast.teacher)
    visit(case, cast.teacher, agreed=True, agreed_date=k.TODAY)
    actions.set_placement(**k.fresh(case), kind="01", from_date=k.TODAY, by=cast.clerk, now=c.NOW)
    paper = k.add_evidence(case, cast.clerk)
    actions.record_return(**k.fresh(case), returned_date=k.TODAY, evidence_id=paper.pk, by=cast.clerk, now=c.NOW)
    case.refresh_from_db()
    assert case.agreed_date is None
