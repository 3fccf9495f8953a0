"""What a move needs, one missing thing at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from notoneless.case.core.outcomes import load_rules
from notoneless.case.core.policies import CaseFacts, check_can_move, check_gap_outcome, find_move
from notoneless.case.core.states import State
from notoneless.common.errors import Fault

TODAY = dt.date(2026, 11, 23)
RULES = load_rules("371321", TODAY)
FULL = CaseFacts(
    state=State.PERSUADING,
    today=TODAY,
    reason="家访三次",
    has_owner=True,
    is_planned=True,
    visits=2,
    evidence=1,
    open_ledgers=("dropout",),
)


def code_of(move_id: str, facts: CaseFacts, outcome: str = "") -> str:
    try:
        check_can_move(move_id, facts, RULES.outcome(outcome) if outcome else None)
    except Fault as fault:
        return fault.code
    return ""


@pytest.mark.parametrize(
    ("move", "outcome", "facts"),
    [
        ("confirm", "", {"state": State.TO_VERIFY, "visits": 1, "evidence": 0}),
        ("confirm", "", {"state": State.TO_VERIFY, "visits": 0, "evidence": 1}),
        ("start_persuasion", "", {"state": State.CONFIRMED}),
        ("record_return", "returned", {"evidence_kind": "school_paper", "placement": "01"}),
        ("record_return", "returned", {"evidence_kind": "school_paper", "placement": "06"}),
        ("ask_receiver", "", {}),
        ("close_mistake", "dead", {"evidence_kind": "death_paper"}),
        ("close_mistake", "graduated", {"evidence_kind": "graduation_paper"}),
        ("close_placed", "placed", {"evidence_kind": "committee_paper", "placement": "08"}),
        ("close_excused", "leave_of_absence", {"evidence_kind": "leave_approval", "evidence_valid_to": TODAY}),
        (
            "close_transferred",
            "out_county_with_roll",
            {"state": State.TRANSFERRING, "is_received": True, "evidence_kind": "letter_reply"},
        ),
        ("close_returned", "returned", {"state": State.RECHECKING, "evidence_kind": "school_paper"}),
        (
            "close_settled",
            "settled",
            {"state": State.TO_VERIFY, "evidence_kind": "bank_record", "open_ledgers": ()},
        ),
    ],
)
def test_enough(move: str, outcome: str, facts: dict):
    assert code_of(move, replace(FULL, **facts), outcome) == ""


@pytest.mark.parametrize(
    ("move", "outcome", "facts", "says"),
    [
        ("confirm", "", {"state": State.TO_VERIFY, "visits": 0, "evidence": 0}, "走访"),
        ("start_persuasion", "", {"state": State.CONFIRMED, "has_owner": False}, "责任人"),
        ("start_persuasion", "", {"state": State.CONFIRMED, "is_planned": False}, "方案"),
        ("start_persuasion", "", {"state": State.CONFIRMED, "open_ledgers": ("aid",)}, "劝返的缺口"),
        ("record_return", "returned", {"evidence_kind": "photo", "placement": "01"}, "佐证"),
        ("record_return", "returned", {"evidence_kind": "visit_record", "placement": "01"}, "佐证"),
        ("record_return", "returned", {"evidence_kind": "school_paper", "placement": "08"}, "安置"),
        ("close_mistake", "dead", {"evidence_kind": "death_paper", "reason": "  "}, "理由"),
        ("close_mistake", "graduated", {"evidence_kind": "graduation_paper", "open_ledgers": ("aid",)}, "逐条销去"),
        ("close_placed", "placed", {"evidence_kind": "committee_paper", "placement": "01"}, "安置"),
        ("close_excused", "leave_of_absence", {"evidence_kind": "leave_approval"}, "有效期"),
        (
            "close_excused",
            "leave_of_absence",
            {"evidence_kind": "leave_approval", "evidence_valid_to": TODAY - dt.timedelta(days=1)},
            "有效期",
        ),
        (
            "close_returned",
            "returned",
            {"state": State.RECHECKING, "evidence_kind": "school_paper", "rechecks_left": 1},
            "复查",
        ),
        ("close_settled", "settled", {"state": State.TO_VERIFY, "evidence_kind": "bank_record"}, "劝返缺口"),
    ],
)
def test_what_is_missing_is_named(move: str, outcome: str, facts: dict, says: str):
    with pytest.raises(Fault, match=says) as caught:
        check_can_move(move, replace(FULL, **facts), RULES.outcome(outcome) if outcome else None)
    assert caught.value.code == "E603"


def test_nothing_moves_while_a_closing_waits():
    assert code_of("confirm", replace(FULL, state=State.TO_VERIFY, is_waiting=True)) == "E605"


def test_a_move_that_is_not_in_the_table():
    assert code_of("confirm", replace(FULL, state=State.CLEARED)) == "E602"
    with pytest.raises(Fault, match="飞"):
        find_move("飞", State.CLEARED)


@pytest.mark.parametrize(
    ("outcome", "ledger", "kind", "code"),
    [
        ("corrected", "data", "roll_page", ""),
        ("paid_late", "aid", "bank_record", ""),
        ("corrected", "dropout", "roll_page", "E615"),
        ("dead", "aid", "death_paper", "E610"),
        ("returned", "aid", "school_paper", "E610"),
        ("corrected", "data", "photo", "E608"),
    ],
)
def test_one_gap_is_struck_off_by_paper_only_where_paper_is_enough(outcome: str, ledger: str, kind: str, code: str):
    if not code:
        check_gap_outcome(RULES.outcome(outcome), ledger, kind)
        return
    with pytest.raises(Fault) as caught:
        check_gap_outcome(RULES.outcome(outcome), ledger, kind)
    assert caught.value.code == code
