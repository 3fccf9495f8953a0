"""The story of a case: every recorded act as one Chinese sentence, the newest first."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.timezone import localdate

from notoneless.case.core.outcomes import Rules
from notoneless.case.core.persuasion import is_joint
from notoneless.case.core.states import DEFINITIONS, state_name
from notoneless.common.wording import Wording, worded
from notoneless.org.models import User

from ..models import Case, Gap, Measure, Move, Visit
from .referrals import unit_name
from .rules import rules_on


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: when, what kind of act, by whom, the sentence."""

    at: dt.datetime
    kind: str
    who: str
    text: str


def timeline(case: Case) -> list[Entry]:
    """Everything recorded about the case, newest first; for a case already found in the reader's scope."""
    entries = [
        *_moves(case), *_visits(case), *_evidence(case), *_placements(case), *_measures(case), *_rechecks(case),
        *_requests(case), *_referrals(case),
        *_consultations(case),
    ]  # fmt: skip
    return sorted(entries, key=lambda entry: entry.at)[::-1]


@functools.cache
def _sentences() -> dict[str, Wording]:
    texts: dict[str, str] = yaml.safe_load((DEFINITIONS / "sentences.yaml").read_text(encoding="utf-8"))
    return {kind: Wording(text) for kind, text in texts.items()}


def _entry(kind: str, at: dt.datetime, by: User, **values: Any) -> Entry:
    return Entry(at, kind.partition(".")[0], by.display_name, str(_sentences()[kind]).format(**values))


def _rules(moment: dt.datetime) -> Rules:
    return rules_on(localdate(moment))


def _moves(case: Case) -> Iterator[Entry]:
    for move in case.moves.select_related("by", "gap"):
        ground = f"，{move.reason}" if move.reason else ""
        kind = _move_kind(move)
        values = {"ground": ground, "delivery": move.delivery, "row": move.row_no, "sweep": move.sweep}
        values |= {"outcome": _rules(move.at).outcome_name(move.outcome)}
        if move.gap is None:
            yield _entry(kind, move.at, move.by, state=state_name(move.to_state), **values)
        else:
            yield _entry(kind, move.at, move.by, check=move.gap.reason, **values)


def _move_kind(move: Move) -> str:
    if move.gap is None:
        return "case.opened" if not move.from_state else "case.moved"
    if move.to_state == Gap.State.OPEN:
        return "gap.joined" if not move.from_state else "gap.reopened"
    return "gap.closed_by_roster" if move.delivery else "gap.closed"


def _visits(case: Case) -> Iterator[Entry]:
    for visit in case.visits.select_related("by"):
        attitudes = [visit.guardian_attitude, visit.child_attitude, visit.difficulty]
        attitudes += [_agreed(visit)]
        attitudes += [worded("下一步：{step}", step=visit.next_step) if visit.next_step else ""]
        said = "；".join(part for part in attitudes if part) or worded("无")
        rules = _rules(visit.at)
        joint = (
            worded("联合劝返（{bodies}），", bodies=rules.body_names(visit.bodies))
            if is_joint(visit.bodies, rules.pack)
            else ""
        )
        kind = "visit.correcting" if visit.corrects_id else "visit.made"
        name = rules.visit_kinds[visit.kind]
        yield _entry(kind, visit.at, visit.by, joint=joint, visit=name, met=visit.met_whom, said=said)


def _agreed(visit: Visit) -> str:
    if visit.agreed_date:
        return worded("约定 {day} 返校", day=visit.agreed_date)
    return worded("约定返校") if visit.agreed else ""


def _evidence(case: Case) -> Iterator[Entry]:
    for paper in case.evidence.select_related("by"):
        kind = _rules(paper.at).evidence_kinds[paper.kind]
        yield _entry("evidence.added", paper.at, paper.by, evidence=kind, number=paper.number, issuer=paper.issued_by)


def _placements(case: Case) -> Iterator[Entry]:
    for placement in case.placements.select_related("by"):
        kind = _rules(placement.at).placements[placement.kind]
        yield _entry("placement.set", placement.at, placement.by, placement=kind, day=placement.from_date.isoformat())


def _measures(case: Case) -> Iterator[Entry]:
    for measure in Measure.objects.filter(gap__case=case).select_related("added_by", "done_by"):
        yield _entry("measure.added", measure.added_at, measure.added_by, measure=measure.text)
        if measure.done_at and measure.done_by:
            yield _entry(
                "measure.done", measure.done_at, measure.done_by, measure=measure.text, result=measure.result
            )


def _rechecks(case: Case) -> Iterator[Entry]:
    for recheck in case.rechecks.select_related("by"):
        if recheck.done_at is None or recheck.by is None:
            continue
        kind = "recheck.passed" if recheck.in_school else "recheck.failed"
        note = f"，{recheck.note}" if recheck.note else ""
        yield _entry(kind, recheck.done_at, recheck.by, n=recheck.n, note=note)


def _consultations(case: Case) -> Iterator[Entry]:
    for one in case.consultations.select_related("asked_by", "recorded_by"):
        bodies = rules_on(one.meet_date).body_names(one.bodies)
        day = one.meet_date.isoformat()
        yield _entry("consultation.asked", one.asked_at, one.asked_by, bodies=bodies, day=day, question=one.question)
        if one.recorded_at and one.recorded_by:
            said = {"who": one.deciders, "decision": one.decision}
            yield _entry("consultation.decided", one.recorded_at, one.recorded_by, **said)


def _referrals(case: Case) -> Iterator[Entry]:
    for referral in case.referrals.select_related("asked_by", "answered_by"):
        to = referral.to_outside or unit_name(referral.to_place, referral.to_school)
        yield _entry("referral.asked", referral.asked_at, referral.asked_by, to=to, reason=referral.reason)
        if referral.answered_at and referral.answered_by:
            reason = f"：{referral.answer_reason}" if referral.answer_reason else ""
            side = "outside_" if referral.to_outside else ""
            kind = f"referral.{side}{referral.answer}"
            yield _entry(kind, referral.answered_at, referral.answered_by, to=to, reason=reason)


def _requests(case: Case) -> Iterator[Entry]:
    for request in case.closing_requests.select_related("asked_by", "decided_by", "evidence"):
        values = {
            "outcome": _rules(request.asked_at).outcome_name(request.outcome),
            "number": request.evidence.number,
        }
        yield _entry("closing.asked", request.asked_at, request.asked_by, reason=request.reason, **values)
        if request.decided_at and request.decided_by:
            kind = "closing.approved" if request.approved else "closing.refused"
            reason = f"：{request.decision_reason}" if request.decision_reason else ""
            yield _entry(kind, request.decided_at, request.decided_by, reason=reason, **values)
