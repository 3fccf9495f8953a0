"""What may be read of cases; every list starts from the reader's scope, only the facts for a sweep are whole."""

from .cases import (
    CaseFilter,
    CasePage,
    count_cases,
    find_cases,
    get_case,
    get_closing_request,
    get_consultation,
    get_evidence,
    get_gap,
    get_home_counts,
    list_cases,
    list_overdue,
)
from .facts import get_excuse_facts, get_open_gaps, get_placement_facts, get_vanished_gaps, get_visit_facts
from .notes import KnownNote, NoteKind, get_note, list_notes, list_possible_readers, note_kinds
from .owners import Split, get_cases, list_owners_at, list_owners_for_any, list_possible_owners, split_for_owner
from .persuasion import get_agreed_date, get_persuasion, standing_visits
from .referrals import (
    Receivers,
    find_unit,
    get_referral,
    incoming_referrals,
    list_counties_at_work,
    list_receivers,
    list_receiving_staff,
    outgoing_referrals,
    unit_name,
)
from .rules import rules_on
from .standing import PossibleMove, get_facts, list_gap_outcomes, list_outcomes, list_possible_moves
from .stuck import stuck_on, visible_stuck
from .timeline import Entry, timeline

__all__ = [
    "CaseFilter",
    "CasePage",
    "Entry",
    "KnownNote",
    "NoteKind",
    "PossibleMove",
    "Receivers",
    "Split",
    "count_cases",
    "find_cases",
    "find_unit",
    "get_agreed_date",
    "get_case",
    "get_cases",
    "get_closing_request",
    "get_consultation",
    "get_evidence",
    "get_excuse_facts",
    "get_facts",
    "get_gap",
    "get_home_counts",
    "get_note",
    "get_open_gaps",
    "get_persuasion",
    "get_placement_facts",
    "get_referral",
    "get_vanished_gaps",
    "get_visit_facts",
    "incoming_referrals",
    "list_cases",
    "list_counties_at_work",
    "list_gap_outcomes",
    "list_notes",
    "list_outcomes",
    "list_overdue",
    "list_owners_at",
    "list_owners_for_any",
    "list_possible_moves",
    "list_possible_owners",
    "list_possible_readers",
    "list_receivers",
    "list_receiving_staff",
    "note_kinds",
    "outgoing_referrals",
    "rules_on",
    "split_for_owner",
    "standing_visits",
    "stuck_on",
    "timeline",
    "unit_name",
    "visible_stuck",
]
