"""Every write on a case: keyword-only, with who and when, in one transaction, with its trail events."""

from .closing import ask_closing, decide_closing, report_mistake
from .consulting import ask_consultation, record_decision
from .gaps import close_gap, reopen_gap
from .handing_out import hand_out, take_back
from .moving import confirm, move, record_return, reopen, start_persuasion
from .noting import add_note, read_note
from .opening import open_or_join, open_or_join_many
from .planning import add_measure, assign, change_due_date, finish_measure, set_plan
from .reading import read_case, read_referral
from .rechecking import do_recheck
from .referring import accept_referral, answer_outside, refer, refer_outside, return_referral, withdraw_referral
from .sweeping import RosterProof, Struck, close_gaps_by_roster, mark_not_found_again, mark_still_found
from .working import VisitReport, add_evidence, open_evidence_file, record_visit, set_placement

__all__ = [
    "RosterProof",
    "Struck",
    "VisitReport",
    "accept_referral",
    "add_evidence",
    "add_measure",
    "add_note",
    "answer_outside",
    "ask_closing",
    "ask_consultation",
    "assign",
    "change_due_date",
    "close_gap",
    "close_gaps_by_roster",
    "confirm",
    "decide_closing",
    "do_recheck",
    "finish_measure",
    "hand_out",
    "mark_not_found_again",
    "mark_still_found",
    "move",
    "open_evidence_file",
    "open_or_join",
    "open_or_join_many",
    "read_case",
    "read_note",
    "read_referral",
    "record_decision",
    "record_return",
    "record_visit",
    "refer",
    "refer_outside",
    "reopen",
    "reopen_gap",
    "report_mistake",
    "return_referral",
    "set_placement",
    "set_plan",
    "start_persuasion",
    "take_back",
    "withdraw_referral",
]
