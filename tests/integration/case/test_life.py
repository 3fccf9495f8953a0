"""The whole life of a case, and every way out of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records.models import Case, ClosingRequest, Gap
from notoneless.case.records.queries import timeline
from notoneless.common.errors import Fault

pytestmark = pytest.mark.django_db


def test_from_found_to_closed_by_way_of_four_looks(cast: c.Cast) -> None:
    case = k.bring_back(k.open_case(cast.clerk), cast.principal, cast.teacher)
    assert case.state == "returned"
    assert case.next_recheck_date == case.due_date == case.rechecks.first().due_date
    k.pass_rechecks(case, cast.teacher)
    assert case.state == "rechecking"
    assert case.next_recheck_date is None
    assert case.rechecks.count() == 4
    k.close(case, cast.principal, cast.head, "returned", "school_paper", k.later(200))
    assert case.state == "cleared"
    assert case.outcome == "returned"
    gap = k.gap_of(case)
    assert gap.state == Gap.State.CLOSED
    assert gap.closed_how == "evidence"
    assert gap.closed_by == cast.head
    told = [entry.text for entry in timeline(case)]
    assert "状态改为「销号」，已查明" in told
    assert any("第 4 次复查：在校" in text for text in told)
    assert any(text.startswith("摸排生成个案") for text in told)


def test_a_look_that_finds_the_child_gone_reopens_persuasion_and_starts_a_new_round(cast: c.Cast) -> None:
    case = k.bring_back(k.open_case(cast.clerk), cast.principal, cast.teacher)
    look = case.rechecks.first()
    day = dt.datetime.combine(look.due_date, c.NOW.timetz())
    actions.do_recheck(**k.fresh(case), n=1, in_school=True, by=cast.teacher, now=day)
    actions.do_recheck(**k.fresh(case), n=2, in_school=False, by=cast.teacher, now=day, note_text="三天没来")
    case.refresh_from_db()
    assert case.state == "persuading"
    assert case.next_recheck_date is None
    assert case.rechecks.filter(dropped_at__isnull=False).count() == 2
    assert case.due_date > day.date()
    paper = k.add_evidence(case, cast.principal, now=day)
    actions.record_return(
        **k.fresh(case), returned_date=day.date(), evidence_id=paper.pk, by=cast.principal, now=day, reason="又劝回"
    )
    case.refresh_from_db()
    assert case.return_round == 2
    assert case.rechecks.filter(round=2, done_at=None, dropped_at=None).count() == 4


def test_a_look_out_of_order_too_early_or_too_many(cast: c.Cast) -> None:
    case = k.bring_back(k.open_case(cast.clerk), cast.principal, cast.teacher)
    for n, now in ((2, k.later(100)), (1, c.NOW)):
        with pytest.raises(Fault) as caught:
            actions.do_recheck(**k.fresh(case), n=n, in_school=True, by=cast.teacher, now=now)
        assert caught.value.code == "E618"
    with pytest.raises(Fault) as caught:
        actions.do_recheck(**k.fresh(case), n=1, in_school=False, by=cast.teacher, now=c.NOW)
    assert caught.value.code == "E609"
    k.pass_rechecks(case, cast.teacher)
    with pytest.raises(Fault) as caught:
        actions.do_recheck(**k.fresh(case), n=5, in_school=True, by=cast.teacher, now=k.later(300))
    assert caught.value.code == "E618"


@pytest.mark.parametrize(
    ("outcome", "kind", "state", "gap_state"),
    [
        ("dead", "death_paper", "mistake", "excused"),
        ("wrong_identity", "police_paper", "mistake", "excused"),
        ("out_province_no_roll", "school_paper", "mistake", "excused"),
    ],
)
def test_a_mistake_closes_with_its_reason_and_a_second_person(
    cast: c.Cast, outcome: str, kind: str, state: str, gap_state: str
) -> None:
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.township_officer, kind)
    request = actions.report_mistake(
        **k.fresh(case),
        outcome_id=outcome,
        evidence_id=paper.pk,
        reason="派出所查明",
        by=cast.township_officer,
        now=c.NOW,
    )
    assert Case.objects.get(pk=case.pk).state == "to_verify"
    actions.decide_closing(
        request_id=request.pk, version=k.fresh(case)["version"], approved=True, by=cast.clerk, now=c.NOW
    )
    case.refresh_from_db()
    assert (case.state, case.outcome) == (state, outcome)
    assert k.gap_of(case).state == gap_state
    assert k.gap_of(case).closed_how == ("excuse" if outcome.startswith("out") else "mistake")


def test_report_mistake_takes_only_outcomes_that_say_so(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.clerk)
    with pytest.raises(Fault) as caught:
        actions.report_mistake(
            **k.fresh(case), outcome_id="returned", evidence_id=paper.pk, reason="?", by=cast.clerk, now=c.NOW
        )
    assert caught.value.code == "E610"


def test_a_child_that_went_elsewhere_waits_for_the_receiver(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    by = {"by": cast.township_officer, "now": c.NOW}
    actions.refer_outside(**k.fresh(case), receiver="河南某县教体局", reason="随父母去了河南", **by)
    actions.answer_outside(**k.fresh(case), accepted=False, reason="查无此生", **by)
    case.refresh_from_db()
    assert case.state == "to_verify"
    actions.refer_outside(**k.fresh(case), receiver="江苏某市教育局", reason="改去江苏", **by)
    actions.answer_outside(**k.fresh(case), accepted=True, reason="九月已入学", **by)
    k.close(case, cast.township_officer, cast.clerk, "out_county_with_roll", "letter_reply")
    assert case.state == "transferred"
    assert k.gap_of(case).state == Gap.State.EXCUSED


def test_a_child_lawfully_placed(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.principal, cast.teacher)
    actions.set_placement(**k.fresh(case), kind="08", from_date=k.TODAY, by=cast.principal, now=c.NOW)
    k.close(case, cast.principal, cast.clerk, "disabled_taught_at_home", "committee_paper")
    assert case.state == "placed"


def test_an_approved_leave_needs_its_end(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.principal, cast.teacher)
    with pytest.raises(Fault) as caught:
        k.close(case, cast.principal, cast.clerk, "leave_of_absence", "leave_approval")
    assert caught.value.code == "E603"
    end = k.TODAY + dt.timedelta(days=90)
    k.close(case, cast.principal, cast.clerk, "leave_of_absence", "leave_approval", valid_to=end)
    assert case.state == "excused"


def test_paper_gaps_are_struck_off_one_by_one_and_then_the_case(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "aid_missed", "id_invalid")
    paper = k.add_evidence(case, cast.clerk, "bank_record")
    actions.close_gap(
        **k.fresh_gap(k.gap_of(case, "aid_missed")), outcome_id="paid_late", evidence_id=paper.pk, reason="已补发",
        by=cast.clerk, now=c.NOW,
    )  # fmt: skip
    with pytest.raises(Fault, match="逐条销去"):
        k.close(case, cast.clerk, cast.head, "settled", "bank_record")
    page = k.add_evidence(case, cast.clerk, "household_book")
    actions.close_gap(
        **k.fresh_gap(k.gap_of(case, "id_invalid")), outcome_id="foreign_document", evidence_id=page.pk,
        reason="持护照", by=cast.clerk, now=c.NOW,
    )  # fmt: skip
    k.close(case, cast.clerk, cast.head, "settled", "roll_page")
    assert case.state == "cleared"
    assert set(case.gaps.values_list("state", flat=True)) == {"closed", "excused"}


def test_the_one_who_approves_may_take_a_struck_off_gap_back(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "aid_missed")
    paper = k.add_evidence(case, cast.clerk, "bank_record")
    gap = k.gap_of(case, "aid_missed")
    actions.close_gap(
        **k.fresh_gap(gap), outcome_id="paid_late", evidence_id=paper.pk, reason="已补发", by=cast.clerk, now=c.NOW
    )
    back = actions.reopen_gap(**k.fresh_gap(gap), reason="回单金额不符", by=cast.head, now=c.NOW)
    assert back.state == Gap.State.OPEN
    assert back.closing_evidence is None
    with pytest.raises(Fault) as caught:
        actions.reopen_gap(**k.fresh_gap(gap), reason="再来", by=cast.head, now=c.NOW)
    assert caught.value.code == "E614"
    assert any("回单金额不符" in entry.text for entry in timeline(case))


@pytest.mark.parametrize(
    ("check", "outcome", "kind", "code"),
    [
        ("enrolled_not_attending", "corrected", "roll_page", "E615"),
        ("aid_missed", "corrected", "bank_record", "E608"),
        ("aid_missed", "settled", "bank_record", "E610"),
        ("aid_missed", "nonsense", "bank_record", "E610"),
    ],
)
def test_a_gap_is_not_struck_off_by_the_wrong_thing(
    cast: c.Cast, check: str, outcome: str, kind: str, code: str
) -> None:
    case = k.open_case(cast.clerk, check)
    paper = k.add_evidence(case, cast.clerk, kind)
    with pytest.raises(Fault) as caught:
        actions.close_gap(
            **k.fresh_gap(k.gap_of(case, check)), outcome_id=outcome, evidence_id=paper.pk, reason="?",
            by=cast.clerk, now=c.NOW,
        )  # fmt: skip
    assert caught.value.code == code


def test_a_struck_off_gap_is_not_struck_off_twice_nor_during_a_closing(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk, "aid_missed", "id_invalid")
    paper = k.add_evidence(case, cast.clerk, "roll_page")
    arguments = {
        "outcome_id": "corrected",
        "evidence_id": paper.pk,
        "reason": "已更正",
        "by": cast.clerk,
        "now": c.NOW,
    }
    gap = k.gap_of(case, "id_invalid")
    actions.close_gap(**k.fresh_gap(gap), **arguments)
    with pytest.raises(Fault) as caught:
        actions.close_gap(**k.fresh_gap(gap), **arguments)
    assert caught.value.code == "E614"
    death = k.add_evidence(case, cast.clerk, "death_paper")
    actions.ask_closing(
        **k.fresh(case), outcome_id="dead", evidence_id=death.pk, reason="病故", by=cast.clerk, now=c.NOW
    )
    with pytest.raises(Fault) as caught:
        actions.close_gap(**k.fresh_gap(k.gap_of(case, "aid_missed")), **arguments)
    assert caught.value.code == "E605"


def test_nobody_decides_what_he_asked_for(cast: c.Cast) -> None:
    """By the action, and by the database when the action is passed by."""
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.clerk, "death_paper")
    request = actions.ask_closing(
        **k.fresh(case), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=cast.clerk, now=c.NOW
    )
    with pytest.raises(Fault) as caught:
        actions.decide_closing(
            request_id=request.pk, version=k.fresh(case)["version"], approved=True, by=cast.clerk, now=c.NOW
        )
    assert caught.value.code == "E607"
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosingRequest.objects.filter(pk=request.pk).update(decided_by=cast.clerk, decided_at=c.NOW, approved=True)
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_a_refused_closing_leaves_the_case_open_and_may_be_asked_again(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.principal, "graduation_paper")
    ask = {"outcome_id": "graduated", "evidence_id": paper.pk, "reason": "已毕业", "by": cast.principal, "now": c.NOW}
    request = actions.ask_closing(**k.fresh(case), **ask)
    with pytest.raises(Fault) as caught:
        actions.ask_closing(**k.fresh(case), **ask)
    assert caught.value.code == "E605"
    decide = {"request_id": request.pk, "approved": False, "by": cast.head, "now": c.NOW}
    with pytest.raises(Fault) as caught:
        actions.decide_closing(**decide, version=k.fresh(case)["version"])
    assert caught.value.code == "E609"
    actions.decide_closing(**decide, version=k.fresh(case)["version"], reason="证书复印件看不清")
    with pytest.raises(Fault) as caught:
        actions.decide_closing(**decide, version=k.fresh(case)["version"], reason="再退一次")
    assert caught.value.code == "E606"
    case.refresh_from_db()
    assert case.state == "to_verify"
    assert actions.ask_closing(**k.fresh(case), **ask).pk != request.pk
    assert any("退回销号申请" in entry.text for entry in timeline(case))


def test_what_was_enough_when_asked_is_looked_at_again_when_decided(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.principal, "graduation_paper")
    request = actions.ask_closing(
        **k.fresh(case), outcome_id="graduated", evidence_id=paper.pk, reason="已毕业", by=cast.principal, now=c.NOW
    )
    actions.open_or_join_many(found=[k.found("aid_missed")], sweep_id=k.LATER_SWEEP, by=cast.clerk, now=c.NOW)
    with pytest.raises(Fault) as caught:
        actions.decide_closing(
            request_id=request.pk, version=k.fresh(case)["version"], approved=True, by=cast.head, now=c.NOW
        )
    assert caught.value.code == "E603"
    assert ClosingRequest.objects.get(pk=request.pk).decided_at is None


def test_the_wrong_paper_does_not_close(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    photo = k.add_evidence(case, cast.clerk, "photo")
    for outcome, code in (("dead", "E608"), ("returned", "E610"), ("nonsense", "E610")):
        with pytest.raises(Fault) as caught:
            actions.ask_closing(
                **k.fresh(case), outcome_id=outcome, evidence_id=photo.pk, reason="?", by=cast.clerk, now=c.NOW
            )
        assert caught.value.code == code


def test_reopened_with_its_history_and_not_closable_on_the_old_paper(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    k.close(case, cast.principal, cast.head, "graduated", "graduation_paper")
    paper, moves = case.evidence.get(), case.moves.count()
    actions.reopen(**k.fresh(case), reason="证书是别人的", by=cast.head, now=k.later(3))
    case.refresh_from_db()
    assert (case.state, case.outcome, case.closed_at, case.reopened_count) == ("to_verify", "", None, 1)
    assert k.gap_of(case).state == Gap.State.OPEN
    assert case.due_date > k.later(3).date()
    assert case.moves.count() == moves + 2
    assert case.closing_requests.count() == 1
    with pytest.raises(Fault) as caught:
        actions.ask_closing(
            **k.fresh(case), outcome_id="graduated", evidence_id=paper.pk, reason="还是它", by=cast.principal,
            now=k.later(4),
        )  # fmt: skip
    assert caught.value.code == "E620"


def test_no_second_open_case_by_reopening(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    k.close(case, cast.principal, cast.head, "graduated", "graduation_paper")
    other = k.open_case(cast.clerk, "aid_missed")
    assert other.pk != case.pk
    with pytest.raises(Fault) as caught:
        actions.reopen(**k.fresh(case), reason="？", by=cast.head, now=c.NOW)
    assert caught.value.code == "E626"
    assert other.pk in caught.value.message


def test_a_closed_case_takes_no_more_work(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    k.close(case, cast.principal, cast.head, "graduated", "graduation_paper")
    with pytest.raises(Fault) as caught:
        actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.principal, now=c.NOW)
    assert caught.value.code == "E616"
    with pytest.raises(Fault) as caught:
        actions.confirm(**k.fresh(case), by=cast.principal, now=c.NOW)
    assert caught.value.code == "E602"


def test_moves_with_an_action_of_their_own_cannot_be_made_bare(cast: c.Cast) -> None:
    case = k.bring_to_persuading(k.open_case(cast.clerk), cast.principal, cast.teacher)
    for move_id in ("record_return", "close_mistake"):
        with pytest.raises(Fault) as caught:
            actions.move(**k.fresh(case), move_id=move_id, reason="?", by=cast.clerk, now=c.NOW)
        assert caught.value.code == "E602"


def test_a_teacher_does_not_confirm(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.teacher, now=c.NOW)
    with pytest.raises(Fault) as caught:
        actions.confirm(**k.fresh(case), by=cast.teacher, now=c.NOW)
    assert caught.value.code == "E604"
    assert "校长" in caught.value.message
