"""Every write on a case: right, reach, version, trail. Each act is tried in every way that must fail.

A write that is added to ``actions`` and not to ``ACTS`` fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records import models as m
from notoneless.case.records.models import Case
from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
MODELS = [
    m.Case, m.Gap, m.Measure, m.Visit, m.Evidence, m.Placement, m.Recheck, m.Move, m.ClosingRequest, m.Referral, m.Consultation, m.SealedNote, m.NoteReading, m.HandoutLine,
]  # fmt: skip
WRITES = sorted(name for name in actions.__all__ if name[0].islower())
# 派单 leaves out what its giver may not give now, and says so: test_handing_out.py.
LEAVES_OUT = {"hand_out", "take_back"}
SWEEPS = {"open_or_join_many", "close_gaps_by_roster", "mark_not_found_again", "mark_still_found"}


@dataclass
class Act:
    """How to come to the point, what to do there, by whom."""

    prepare: Callable[[c.Cast], Case]
    arguments: Callable[[c.Cast, Case], dict[str, Any]]
    actor: str = "clerk"


def plain(cast: c.Cast) -> Case:
    return k.open_case(cast.clerk)


def paper_case(cast: c.Cast) -> Case:
    return k.open_case(cast.clerk, "aid_missed")


def visited(cast: c.Cast) -> Case:
    case = plain(cast)
    actions.record_visit(case_id=case.pk, report=k.visit_report(), by=cast.clerk, now=c.NOW)
    return case


def ready_to_persuade(cast: c.Cast) -> Case:
    case = visited(cast)
    actions.confirm(**k.fresh(case), by=cast.clerk, now=c.NOW)
    actions.assign(**k.fresh(case), owner_id=cast.teacher.pk, by=cast.clerk, now=c.NOW)
    actions.set_plan(**k.fresh_gap(k.gap_of(case)), plan="补课", by=cast.clerk, now=c.NOW)
    actions.add_measure(gap_id=k.gap_of(case).pk, text="家访", by=cast.clerk, now=c.NOW)
    case.refresh_from_db()
    return case


def ready_to_return(cast: c.Cast) -> Case:
    case = k.bring_to_persuading(plain(cast), cast.clerk, cast.teacher)
    actions.set_placement(**k.fresh(case), kind="01", from_date=k.TODAY, by=cast.clerk, now=c.NOW)
    k.add_evidence(case, cast.clerk)
    case.refresh_from_db()
    return case


def returned(cast: c.Cast) -> Case:
    return k.bring_back(plain(cast), cast.clerk, cast.teacher)


def papered(cast: c.Cast) -> Case:
    case = plain(cast)
    k.add_evidence(case, cast.clerk, "death_paper", file=b"%PDF-1.7 scan", file_name="scan.pdf")
    return case


def asked(cast: c.Cast) -> Case:
    case = papered(cast)
    actions.ask_closing(**k.fresh(case), **death(case), by=cast.principal, now=c.NOW)
    case.refresh_from_db()
    return case


def closed(cast: c.Cast) -> Case:
    return k.close(plain(cast), cast.principal, cast.head, "graduated", "graduation_paper")


def struck(cast: c.Cast) -> Case:
    case = paper_case(cast)
    actions.close_gap(**k.fresh_gap(case.gaps.get()), **repaid(cast, case), by=cast.clerk, now=c.NOW)
    case.refresh_from_db()
    return case


def death(case: Case) -> dict[str, Any]:
    return {"outcome_id": "dead", "evidence_id": case.evidence.get().pk, "reason": "病故"}


def repaid(cast: c.Cast, case: Case) -> dict[str, Any]:
    paper = case.evidence.first() or k.add_evidence(case, cast.clerk, "bank_record")
    return {"outcome_id": "paid_late", "evidence_id": paper.pk, "reason": "已补发"}


def gap_ids(case: Case) -> dict[str, Any]:
    return {"gap_ids": list(case.gaps.values_list("pk", flat=True)), "sweep_id": k.LATER_SWEEP}


def of_case(case: Case) -> dict[str, Any]:
    return {"case_id": case.pk, "version": case.version}


def of_gap(case: Case) -> dict[str, Any]:
    return {"gap_id": case.gaps.get().pk, "version": case.version}


REASON = {"reason": "理由充分"}


def referred(cast: c.Cast) -> Case:
    """Proposed by the school's head to the township, which the county's clerk reaches too."""
    case = plain(cast)
    actions.refer(**k.fresh(case), to_place=c.TOWN, by=cast.principal, now=c.NOW, **REASON)
    case.refresh_from_db()
    return case


def sent_outside(cast: c.Cast) -> Case:
    case = plain(cast)
    actions.refer_outside(**k.fresh(case), receiver="河南某县", by=cast.clerk, now=c.NOW, **REASON)
    case.refresh_from_db()
    return case


def consulted(cast: c.Cast) -> Case:
    case = plain(cast)
    actions.ask_consultation(case_id=case.pk, **QUESTION, by=cast.clerk, now=c.NOW)
    case.refresh_from_db()
    return case


QUESTION = {"question": "怎样解决接送", "bodies": ["school", "village"], "meet_date": k.TODAY}
DECISION = {"decision": "由村里接送", "deciders": "村支书老王、孙校长", "decided_date": k.TODAY}


def noted(cast: c.Cast) -> Case:
    case = plain(cast)
    actions.add_note(case_id=case.pk, **NOTE, by=cast.clerk, now=c.NOW)
    case.refresh_from_db()
    return case


NOTE = {"kind": "neglect", "text": "父母都不管"}
HANDOUT = UUID(int=7)


def handed_out(cast: c.Cast) -> Case:
    case = plain(cast)
    actions.hand_out(
        handout_id=HANDOUT, cases=[(case.pk, case.version)], owner_id=cast.teacher.pk, by=cast.clerk, now=c.NOW
    )
    case.refresh_from_db()
    return case


def of_referral(case: Case) -> dict[str, Any]:
    return {"referral_id": case.referrals.get().pk}


ACTS = {
    "accept_referral": Act(referred, lambda cast, case: of_referral(case)),
    "answer_outside": Act(sent_outside, lambda cast, case: of_case(case) | REASON | {"accepted": True}),
    "add_note": Act(plain, lambda cast, case: {"case_id": case.pk} | NOTE),
    "read_note": Act(noted, lambda cast, case: {"note_id": case.notes.get().pk} | REASON),
    "ask_consultation": Act(plain, lambda cast, case: {"case_id": case.pk} | QUESTION),
    "record_decision": Act(consulted, lambda cast, case: {"consultation_id": case.consultations.get().pk} | DECISION),
    "read_referral": Act(referred, lambda cast, case: of_referral(case)),
    "refer": Act(plain, lambda cast, case: of_case(case) | REASON | {"to_place": c.TOWN}),
    "refer_outside": Act(plain, lambda cast, case: of_case(case) | REASON | {"receiver": "河南某县"}),
    "return_referral": Act(referred, lambda cast, case: of_referral(case) | REASON),
    "withdraw_referral": Act(referred, lambda cast, case: of_referral(case) | REASON),
    "add_evidence": Act(
        plain,
        lambda cast, case: {
            "case_id": case.pk,
            "kind": "photo",
            "number": "1",
            "issued_by": "李老师",
            "issued_date": k.TODAY,
            "file": b"%PDF-1.7 scan",
            "file_name": "scan.pdf",
        },
    ),
    "add_measure": Act(plain, lambda cast, case: {"gap_id": case.gaps.get().pk, "text": "家访"}),
    "ask_closing": Act(papered, lambda cast, case: of_case(case) | death(case)),
    "assign": Act(plain, lambda cast, case: of_case(case) | {"owner_id": cast.teacher.pk}),
    "change_due_date": Act(plain, lambda cast, case: of_gap(case) | REASON | {"due_date": k.later(30).date()}),
    "close_gap": Act(
        paper_case, lambda cast, case: of_gap(case) | repaid(cast, case) | {"version": k.fresh(case)["version"]}
    ),
    "close_gaps_by_roster": Act(
        plain,
        lambda cast, case: {
            "proofs": [actions.RosterProof(case.gaps.get().pk, "D1", 3, "第 3 行")],
            "allowed": {"enrolled_not_attending"},
            "sweep_id": k.LATER_SWEEP,
        },
    ),
    "confirm": Act(visited, lambda cast, case: of_case(case)),
    "decide_closing": Act(
        asked,
        lambda cast, case: {
            "request_id": case.closing_requests.get().pk,
            "version": case.version,
            "approved": True,
        },
    ),
    "do_recheck": Act(
        returned, lambda cast, case: of_case(case) | {"n": 1, "in_school": False, "note_text": "不在校"}
    ),
    "finish_measure": Act(
        ready_to_persuade,
        lambda cast, case: {"measure_id": case.gaps.get().measures.get().pk, "result": "已办"},
    ),
    "mark_not_found_again": Act(plain, lambda cast, case: gap_ids(case)),
    "mark_still_found": Act(plain, lambda cast, case: gap_ids(case)),
    "hand_out": Act(
        plain,
        lambda cast, case: {
            "handout_id": HANDOUT,
            "cases": [(case.pk, case.version)],
            "owner_id": cast.teacher.pk,
        },
    ),
    "take_back": Act(handed_out, lambda cast, case: {"handout_id": HANDOUT}),
    "move": Act(visited, lambda cast, case: of_case(case) | {"move_id": "confirm"}),
    "open_evidence_file": Act(papered, lambda cast, case: {"evidence_id": case.evidence.get().pk}),
    "open_or_join": Act(plain, lambda cast, case: {"found": k.found("aid_missed")}),
    "open_or_join_many": Act(plain, lambda cast, case: {"found": [k.found("aid_missed")], "sweep_id": k.LATER_SWEEP}),
    "read_case": Act(plain, lambda cast, case: {"case_id": case.pk}),
    "record_return": Act(
        ready_to_return,
        lambda cast, case: (
            of_case(case) | {"returned_date": k.TODAY, "evidence_id": case.evidence.order_by("at", "pk").first().pk}
        ),
    ),
    "record_visit": Act(plain, lambda cast, case: {"case_id": case.pk, "report": k.visit_report()}),
    "reopen": Act(closed, lambda cast, case: of_case(case) | REASON),
    "reopen_gap": Act(struck, lambda cast, case: of_gap(case) | REASON),
    "report_mistake": Act(papered, lambda cast, case: of_case(case) | death(case)),
    "set_placement": Act(plain, lambda cast, case: of_case(case) | {"kind": "01", "from_date": k.TODAY}),
    "set_plan": Act(plain, lambda cast, case: of_gap(case) | {"plan": "补课"}),
    "start_persuasion": Act(ready_to_persuade, lambda cast, case: of_case(case)),
}
VERSIONED = sorted(
    name
    for name in WRITES
    if name
    not in SWEEPS
    | LEAVES_OUT
    | {
        "add_evidence", "add_measure", "finish_measure", "open_evidence_file", "open_or_join", "read_case", "record_visit",
        "add_note", "read_note", "ask_consultation", "record_decision", "accept_referral", "read_referral", "return_referral", "withdraw_referral",
    }
)  # fmt: skip


def snapshot() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


def prepared(cast: c.Cast, name: str) -> tuple[Case, dict[str, Any]]:
    case = ACTS[name].prepare(cast)
    arguments = ACTS[name].arguments(cast, case)
    return case, arguments


def refused(name: str, by: User, arguments: dict[str, Any]) -> str:
    before, events = snapshot(), Event.objects.count()
    with pytest.raises(Fault) as caught:
        getattr(actions, name)(**arguments, by=by, now=c.NOW)
    assert snapshot() == before
    assert Event.objects.count() == events
    return caught.value.code


def test_every_write_stands_in_the_table() -> None:
    assert set(ACTS) == set(WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_done_by_one_who_may_it_leaves_its_trace(cast: c.Cast, name: str) -> None:
    _, arguments = prepared(cast, name)
    before = Event.objects.count()
    getattr(actions, name)(**arguments, by=cast.clerk, now=c.NOW)
    assert Event.objects.count() > before
    event = Event.objects.last()
    assert event.actor == cast.clerk.username
    assert "张小花" not in str(event.detail)


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("who", ["partner", "auditor", "admin"])
def test_nobody_without_the_right_does_it(cast: c.Cast, name: str, who: str) -> None:
    _, arguments = prepared(cast, name)
    assert refused(name, getattr(cast, who), arguments) in {"E701", "E704"}


@pytest.mark.parametrize("name", sorted(set(WRITES) - SWEEPS - {"hand_out"}))
@pytest.mark.parametrize("who", ["stranger", "other_principal"])
def test_nobody_does_it_out_of_reach(cast: c.Cast, name: str, who: str) -> None:
    _, arguments = prepared(cast, name)
    assert refused(name, getattr(cast, who), arguments) == "E704"


@pytest.mark.parametrize("name", VERSIONED)
def test_nobody_overwrites_what_he_has_not_seen(cast: c.Cast, name: str) -> None:
    case, arguments = prepared(cast, name)
    Case.objects.filter(pk=case.pk).update(version=99)
    assert refused(name, cast.clerk, arguments) == "E601"


@pytest.mark.parametrize("name", WRITES)
def test_nothing_is_saved_when_the_trail_cannot_be_written(
    cast: c.Cast, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, arguments = prepared(cast, name)
    before = snapshot()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no trail")

    monkeypatch.setattr("notoneless.trail.record.insert_all", fail)
    with pytest.raises(RuntimeError, match="no trail"):
        getattr(actions, name)(**arguments, by=cast.clerk, now=c.NOW)
    assert snapshot() == before
