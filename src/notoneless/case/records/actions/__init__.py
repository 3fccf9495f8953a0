"""Every write on a case: keyword-only, with who and when, in one transaction, with its trail events."""

from .closing import ask_closing, decide_closing, report_mistake
from .gaps import close_gap, reopen_gap
from .moving import ask_receiver, confirm, move, record_return, reopen, start_persuasion
from .opening import open_or_join, open_or_join_many
from .planning import add_measure, assign, assign_many, change_due_date, finish_measure, set_plan
from .reading import read_case
from .rechecking import do_recheck
from .sweeping import RosterProof, Struck, close_gaps_by_roster, mark_not_found_again, mark_still_found
from .working import VisitReport, add_evidence, open_evidence_file, record_visit, set_placement

__all__ = [
    "RosterProof",
    "Struck",
    "VisitReport",
    "add_evidence",
    "add_measure",
    "ask_closing",
    "ask_receiver",
    "assign",
    "assign_many",
    "change_due_date",
    "close_gap",
    "close_gaps_by_roster",
    "confirm",
    "decide_closing",
    "do_recheck",
    "finish_measure",
    "mark_not_found_again",
    "mark_still_found",
    "move",
    "open_evidence_file",
    "open_or_join",
    "open_or_join_many",
    "read_case",
    "record_return",
    "record_visit",
    "reopen",
    "reopen_gap",
    "report_mistake",
    "set_placement",
    "set_plan",
    "start_persuasion",
]
