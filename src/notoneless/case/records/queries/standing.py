"""Where a case stands: what is on file for it, and which steps this person can take now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notoneless.case.core.outcomes import Outcome, needs_persuasion
from notoneless.case.core.policies import CaseFacts, missing
from notoneless.case.core.states import Move, Need, State, Way, table
from notoneless.org.models import User
from notoneless.org.permissions import Permission

from ..models import Case, Evidence, Gap, Measure, Placement, Referral
from ..permissions import can_make, can_touch
from .rules import rules_on

HANDED_IN = frozenset({Need.REASON, Need.EVIDENCE, Need.VALID_TO, Need.SECOND_PERSON})
"""Needs met by the form itself: a button is shown although they are still missing."""


@dataclass(frozen=True)
class PossibleMove:
    """A step out of the present state that the person's role may take, and what is still missing for it."""

    rule: Move
    missing: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether only the form is left to fill in."""
        return not self.missing


def get_facts(case: Case, *, today: dt.date, reason: str = "", evidence: Evidence | None = None) -> CaseFacts:
    """What is on file since the case was opened or last reopened, as ``case.core.policies`` asks for it."""
    since = case.reopened_at or case.opened_at
    gaps = list(case.gaps.filter(state=Gap.State.OPEN))
    placement = Placement.objects.filter(child=case.child_id, to_date=None, from_date__lte=today).first()
    return CaseFacts(
        state=State(case.state),
        today=today,
        reason=reason,
        has_owner=case.owner_id is not None,
        is_planned=_is_planned(gaps),
        visits=case.visits.filter(recorded_at__gte=since).count(),
        evidence=case.evidence.filter(at__gte=since).count(),
        evidence_kind=evidence.kind if evidence else "",
        evidence_valid_to=evidence.valid_to if evidence else None,
        placement=placement.kind if placement else "",
        open_ledgers=tuple(gap.ledger for gap in gaps),
        rechecks_left=case.rechecks.filter(round=case.return_round, done_at=None, dropped_at=None).count(),
        is_received=_is_received(case),
        is_waiting=case.closing_requests.filter(decided_at=None).exists(),
    )


def list_possible_moves(user: User, case: Case, today: dt.date) -> list[PossibleMove]:
    """The steps by hand that this person's role may take from here, in table order, with what each still lacks.

    Empty while a closing waits for its decision.
    """
    facts = get_facts(case, today=today)
    if facts.is_waiting:
        return []
    rules = [rule for rule in table().leaving(facts.state) if rule.way in {Way.DIRECT, Way.CLOSING, Way.RECHECK}]
    return [_possible(rule, facts) for rule in rules if _may(user, case, rule)]


def list_outcomes(case: Case, today: dt.date) -> list[Outcome]:
    """The outcomes with which a closing could be asked for from the case's state."""
    ids = {rule.id for rule in table().leaving(State(case.state)) if rule.way is Way.CLOSING}
    return [outcome for outcome in rules_on(today).outcomes.values() if ids & set(outcome.moves)]


def list_gap_outcomes(gap: Gap, today: dt.date) -> list[Outcome]:
    """The outcomes that can strike off this one gap; none for a gap that ends with its case."""
    if needs_persuasion(gap.ledger):
        return []
    known = rules_on(today).outcomes.values()
    return [outcome for outcome in known if outcome.single and outcome.settles(gap.ledger)]


def _may(user: User, case: Case, rule: Move) -> bool:
    permission = Permission.CASE_REOPEN if rule.id == "reopen" else Permission.CASE_WORK
    return can_touch(user, case, permission) and can_make(user, rule)


def _possible(rule: Move, facts: CaseFacts) -> PossibleMove:
    outcome = _widest(rule, facts.today)
    lacking = [need for need in missing(rule, facts, outcome) if need not in HANDED_IN]
    return PossibleMove(rule, tuple(table().need_names[need] for need in lacking))


def _widest(rule: Move, today: dt.date) -> Outcome | None:
    """The outcome of a closing step that covers most: what it would leave open, every other leaves open too."""
    found = [one for one in rules_on(today).outcomes.values() if rule.id in one.moves]
    return max(found, key=lambda one: one.covers == "all", default=None)


def _is_received(case: Case) -> bool:
    """The last word of a receiver outside, since the case was opened or last reopened, is that it has the child."""
    sent = case.referrals.filter(asked_at__gte=case.reopened_at or case.opened_at).exclude(to_outside="").last()
    return sent is not None and sent.answer == Referral.Answer.ACCEPTED


def _is_planned(gaps: list[Gap]) -> bool:
    """Every gap that wants persuasion has a plan and at least one measure (一套方案、一揽子措施)."""
    wanting = [gap for gap in gaps if needs_persuasion(gap.ledger)]
    with_measures = set(Measure.objects.filter(gap__in=wanting).values_list("gap_id", flat=True))
    return bool(wanting) and all(gap.plan and gap.pk in with_measures for gap in wanting)
