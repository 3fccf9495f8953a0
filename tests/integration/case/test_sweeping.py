"""What a later sweep may do to an open gap: close it on a named row, or leave it to a person."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records.models import Case, Gap
from notoneless.case.records.queries import (
    get_open_gaps,
    get_vanished_gaps,
    incoming_referrals,
    outgoing_referrals,
    timeline,
)
from notoneless.common.errors import Fault
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
ALLOWED = {"not_enrolled", "aid_missed"}


def strike(cast: c.Cast, *gaps: Gap, allowed: set[str] = ALLOWED, **changes: object) -> actions.Struck:
    row = {"delivery_id": "D20270301-cc00", "row_no": 17, "reason": "学籍名册第 17 行"} | changes
    proofs = [actions.RosterProof(gap_id=gap.pk, **row) for gap in gaps]
    return actions.close_gaps_by_roster(
        proofs=proofs, allowed=allowed, sweep_id=k.LATER_SWEEP, by=cast.clerk, now=k.later(98)
    )


def test_a_row_closes_the_gap_and_with_the_last_one_the_case_nobody_began_to_work(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "not_enrolled", "aid_missed")
    assert strike(cast, k.gap_of(case, "not_enrolled")) == actions.Struck(gaps=1)
    assert Case.objects.get().closed_at is None
    assert strike(cast, k.gap_of(case, "aid_missed")) == actions.Struck(gaps=1, cases_closed=1)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("cleared", "roster")
    gap = k.gap_of(case, "aid_missed")
    assert (gap.closed_how, gap.closing_delivery, gap.closing_row) == ("roster", "D20270301-cc00", 17)
    assert any("D20270301-cc00 第 17 行" in entry.text for entry in timeline(case))
    event = Event.objects.filter(action="gap.close").last()
    assert event.object_id == case.pk
    assert event.detail["row"] == 17


def test_a_referral_that_waits_ends_with_its_case(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "aid_missed")
    asked = actions.refer(
        **k.fresh(case), to_place="", to_school=c.SECOND_SCHOOL, reason="在那里借读", by=cast.principal, now=c.NOW
    )
    strike(cast, k.gap_of(case, "aid_missed"))
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by, asked.answer_reason) == ("withdrawn", cast.clerk, "名册证明已无缺口")
    assert list(incoming_referrals(cast.other_principal)) == list(outgoing_referrals(cast.principal)) == []
    event = Event.objects.get(action="referral.withdraw")
    assert (event.object_id, event.detail["referral"]) == (case.pk, asked.pk)


def test_the_same_row_again_changes_nothing(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "aid_missed")
    gap = k.gap_of(case, "aid_missed")
    strike(cast, gap)
    events = Event.objects.count()
    assert strike(cast, gap) == actions.Struck()
    assert Event.objects.count() == events


def test_a_case_in_persuasion_is_watched_not_closed(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk, "not_enrolled", "aid_missed"), cast.principal, cast.teacher)
    assert strike(cast, k.gap_of(case, "not_enrolled")) == actions.Struck(gaps=1, cases_returned=1)
    case.refresh_from_db()
    assert case.state == "returned"
    assert case.rechecks.count() == 4
    assert case.returned_date == k.later(98).date()


def test_a_roster_return_that_proves_false_reopens_the_gap(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk, "not_enrolled"), cast.principal, cast.teacher)
    strike(cast, k.gap_of(case, "not_enrolled"))
    actions.do_recheck(
        **k.fresh(case), n=1, in_school=False, by=cast.teacher, now=k.later(99), note_text="名册上有，人不在"
    )
    case.refresh_from_db()
    assert case.state == "persuading"
    assert k.gap_of(case, "not_enrolled").state == Gap.State.OPEN


def test_a_watched_case_and_one_waiting_for_its_decision_stay_where_they_are(cast: c.Cast) -> None:
    watched = k.bring_back(k.open_case(cast.clerk, "not_enrolled"), cast.principal, cast.teacher)
    waiting = k.open_case(cast.clerk, "aid_missed", child_id="C0000000002")
    paper = k.add_evidence(waiting, cast.clerk, "death_paper")
    actions.ask_closing(
        **k.fresh(waiting), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=cast.clerk, now=c.NOW
    )
    struck = strike(cast, k.gap_of(watched, "not_enrolled"), k.gap_of(waiting, "aid_missed"))
    assert struck == actions.Struck(gaps=2)
    assert set(Case.objects.values_list("state", flat=True)) == {"returned", "to_verify"}


def test_a_check_that_does_not_allow_it_and_a_proof_without_a_row(cast: c.Cast) -> None:
    gap = k.gap_of(k.open_case(cast.clerk))
    with pytest.raises(Fault) as caught:
        strike(cast, gap)
    assert caught.value.code == "E625"
    for lacking in ({"delivery_id": ""}, {"row_no": 0}):
        with pytest.raises(Fault) as caught:
            strike(cast, gap, **lacking)
        assert caught.value.code == "E621"


def test_what_is_not_found_again_waits_for_a_person(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    gap = k.gap_of(case)
    mark = {"gap_ids": [gap.pk, uuid4()], "sweep_id": k.LATER_SWEEP, "by": cast.clerk, "now": k.later(98)}
    assert actions.mark_not_found_again(**mark) == 1
    assert [row["id"] for row in get_vanished_gaps()] == [gap.pk]
    assert Case.objects.get().closed_at is None
    assert actions.mark_still_found(**mark) == 1
    assert get_vanished_gaps() == []
    assert k.gap_of(case).last_sweep == k.LATER_SWEEP
    assert [row["check_id"] for row in get_open_gaps()] == ["enrolled_not_attending"]


def test_marking_takes_many_gaps(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notoneless.case.records.actions.sweeping.GAPS_AT_ONCE", 1)
    case = k.open_case(cast.clerk, "aid_missed", "id_invalid")
    ids = list(case.gaps.values_list("pk", flat=True))
    marked = actions.mark_not_found_again(gap_ids=ids, sweep_id=k.LATER_SWEEP, by=cast.clerk, now=c.NOW)
    assert marked == 2
