"""Can this be done now? What a move needs against what is on file; who may do it is asked elsewhere (permissions)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notoneless.common.errors import Fault

from .outcomes import Outcome, get_outcome, needs_persuasion, placement_kinds
from .states import Move, Need, State, state_name, table

RETURN_OUTCOME = "returned"
PLACEMENTS_FOR = {State.PLACED: {"placed"}, State.RETURNED: {"school", "placed"}}


@dataclass(frozen=True)
class CaseFacts:
    """What is on file for a case since it was opened (or last reopened), plus what the person hands in now."""

    state: State
    today: dt.date
    reason: str = ""
    has_owner: bool = False
    is_planned: bool = False
    visits: int = 0
    evidence: int = 0
    evidence_kind: str = ""
    evidence_valid_to: dt.date | None = None
    placement: str = ""
    open_ledgers: tuple[str, ...] = ()
    rechecks_left: int = 0
    is_waiting: bool = False


def find_move(move_id: str, facts: CaseFacts) -> Move:
    """The move of that id out of the case's state; E602 when the table has none."""
    move = table().find(move_id, facts.state)
    if move is None:
        raise Fault("E602", state=state_name(facts.state), move=move_id)
    return move


def missing(move: Move, facts: CaseFacts, outcome: Outcome | None = None) -> list[Need]:
    """The needs of ``move`` that are not met; a second person is asked for at the decision, not here."""
    return [need for need in move.needs if not _is_met(need, move, facts, outcome)]


def check_can_move(move_id: str, facts: CaseFacts, outcome: Outcome | None = None) -> Move:
    """The move, when it can be made now. E605 while a closing waits, E602 not in the table, E603 what is missing."""
    if facts.is_waiting:
        raise Fault("E605")
    move = find_move(move_id, facts)
    lacking = missing(move, facts, outcome)
    if lacking:
        names = "、".join(table().need_names[need] for need in lacking)
        raise Fault("E603", move=move.name, missing=names)
    return move


def can_move(move_id: str, facts: CaseFacts, outcome: Outcome | None = None) -> bool:
    """Whether :func:`check_can_move` would let it pass; for the button."""
    try:
        check_can_move(move_id, facts, outcome)
    except Fault:
        return False
    return True


def closing_outcome(outcome_id: str) -> Outcome:
    """An outcome that closes a case; E610 when unknown or meant for single gaps."""
    outcome = get_outcome(outcome_id)
    if not outcome.move:
        raise Fault("E610", outcome=outcome_id)
    return outcome


def check_gap_outcome(outcome_id: str, ledger: str, evidence_kind: str) -> Outcome:
    """The outcome, when it may strike off one single gap of that ledger with that kind of evidence.

    E615 for a gap that needs persuasion (it ends with the case), E610 for an outcome that does not fit, E608 for the
    wrong kind of evidence.
    """
    if needs_persuasion(ledger):
        raise Fault("E615")
    outcome = get_outcome(outcome_id)
    if outcome.move or not outcome.settles(ledger):
        raise Fault("E610", outcome=outcome_id)
    if evidence_kind not in outcome.evidence:
        raise Fault("E608", outcome=outcome.name)
    return outcome


def _is_met(need: Need, move: Move, facts: CaseFacts, outcome: Outcome | None) -> bool:
    persuading = [ledger for ledger in facts.open_ledgers if needs_persuasion(ledger)]
    left = [ledger for ledger in facts.open_ledgers if outcome is None or not outcome.settles(ledger)]
    accepted = (outcome or get_outcome(RETURN_OUTCOME)).evidence
    kind = placement_kinds().get(facts.placement, "")
    met = {
        Need.REASON: bool(facts.reason.strip()),
        Need.OWNER: facts.has_owner,
        Need.PLAN: facts.is_planned,
        Need.VISIT_OR_EVIDENCE: facts.visits + facts.evidence > 0,
        Need.EVIDENCE: facts.evidence_kind in accepted,
        Need.VALID_TO: facts.evidence_valid_to is not None and facts.evidence_valid_to >= facts.today,
        Need.PLACEMENT: kind in PLACEMENTS_FOR.get(move.target, set()),
        Need.PERSUASION_GAP: bool(persuading),
        Need.NO_PERSUASION_GAP: not persuading,
        Need.GAPS_SETTLED: not left,
        Need.RECHECKS_PASSED: facts.rechecks_left == 0,
        Need.SECOND_PERSON: True,
    }
    return met[need]
