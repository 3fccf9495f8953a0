"""Can this be done now? What a move needs against what is on file; who may do it is asked elsewhere (permissions)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notoneless.common.errors import Fault

from .outcomes import Outcome, needs_persuasion, placements_for
from .states import Move, Need, State, state_name, table


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
    is_received: bool = False


def find_move(move_id: str, state: State) -> Move:
    """The move of that id out of ``state``; E602 when the table has none."""
    move = table().find(move_id, state)
    if move is None:
        raise Fault("E602", state=state_name(state), move=table().move_name(move_id))
    return move


def missing(move: Move, facts: CaseFacts, outcome: Outcome | None = None) -> list[Need]:
    """The needs of ``move`` that are not met; a second person is asked for at the decision, not here."""
    return [need for need in move.needs if not _is_met(need, move, facts, outcome)]


def check_can_move(move_id: str, facts: CaseFacts, outcome: Outcome | None = None) -> Move:
    """The move, when it can be made now. E605 while a closing waits, E602 not in the table, E603 what is missing.

    ``outcome`` is what a closing (or a return) claims: which evidence counts, which gaps may still be open.
    """
    if facts.is_waiting:
        raise Fault("E605")
    move = find_move(move_id, facts.state)
    lacking = missing(move, facts, outcome)
    if lacking:
        names = "、".join(table().need_names[need] for need in lacking)
        raise Fault("E603", move=move.name, missing=names)
    return move


def check_gap_outcome(outcome: Outcome, ledger: str, evidence_kind: str) -> None:
    """Whether ``outcome`` may strike off one single gap of that ledger on that kind of evidence.

    E615 for a gap that needs persuasion (it ends with the case), E610 for an outcome that does not fit, E608 for the
    wrong kind of evidence.
    """
    if needs_persuasion(ledger):
        raise Fault("E615")
    if not outcome.single or not outcome.settles(ledger):
        raise Fault("E610", outcome=outcome.name)
    if evidence_kind not in outcome.evidence:
        raise Fault("E608", outcome=outcome.name)


def _is_met(need: Need, move: Move, facts: CaseFacts, outcome: Outcome | None) -> bool:
    persuading = [ledger for ledger in facts.open_ledgers if needs_persuasion(ledger)]
    left = [ledger for ledger in facts.open_ledgers if outcome is None or not outcome.settles(ledger)]
    purpose = "placed" if move.target is State.PLACED else "returned"
    met = {
        Need.REASON: bool(facts.reason.strip()),
        Need.OWNER: facts.has_owner,
        Need.PLAN: facts.is_planned,
        Need.VISIT_OR_EVIDENCE: facts.visits + facts.evidence > 0,
        Need.EVIDENCE: outcome is not None and facts.evidence_kind in outcome.evidence,
        Need.VALID_TO: facts.evidence_valid_to is not None and facts.evidence_valid_to >= facts.today,
        Need.PLACEMENT: facts.placement in placements_for(purpose),
        Need.PERSUASION_GAP: bool(persuading),
        Need.NO_PERSUASION_GAP: not persuading,
        Need.GAPS_SETTLED: not left,
        Need.RECHECKS_PASSED: facts.rechecks_left == 0,
        Need.RECEIVER_CONFIRMED: facts.is_received,
        Need.SECOND_PERSON: True,
    }
    return met[need]
