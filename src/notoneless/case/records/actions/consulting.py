"""会商: put a case before several bodies, write down once what they decided, and the measures that follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Case, Consultation, Gap, Measure
from ..queries import get_consultation, get_gap, rules_on
from .taking import check_open, lock_case, need_past, need_text, note


@transaction.atomic
def ask_consultation(
    *, case_id: str, question: str, bodies: Sequence[str], meet_date: dt.date, by: User, now: dt.datetime
) -> Consultation:
    """Put a question to several bodies for a day. E635 while another consultation has no decision, E616 closed case.

    E609 without a question or bodies, E611 for a body that is not in the list of ``meet_date``.
    """
    case = lock_case(by=by, case_id=case_id, permission=Permission.CASE_WORK)
    check_open(case)
    if case.consultations.filter(recorded_at=None).exists():
        raise Fault("E635", where=case.pk)
    known = rules_on(meet_date).bodies
    unknown = next((body for body in bodies if body not in known), None)
    if unknown is not None:
        raise Fault("E611", list=Wording("参加单位"), given=unknown)
    if not bodies:
        raise Fault("E609", field=Wording("请哪些单位"))
    asked = Consultation.objects.create(
        case=case,
        question=need_text(Wording("商量什么"), question, 1000),
        bodies=[body for body in known if body in bodies],
        meet_date=meet_date,
        asked_by=by,
        asked_at=now,
    )
    note(Action.CONSULTATION_ASK, case, by, now, consultation=asked.pk, bodies=rules_on(meet_date).body_names(bodies))
    return asked


@transaction.atomic
def record_decision(
    *,
    consultation_id: int,
    decision: str,
    deciders: str,
    decided_date: dt.date,
    by: User,
    now: dt.datetime,
    measures: Sequence[str] = (),
    gap_id: UUID | str | None = None,
) -> Consultation:
    """Write down the decision, once (E636), and add its measures to the plan of one open gap.

    E612 for a day in the future, E609 for an empty field or measures without a gap, E614 for a gap that is struck off.
    """
    found = get_consultation(by, consultation_id)
    case = lock_case(by=by, case_id=found.case_id, permission=Permission.CASE_WORK)
    check_open(case)
    said = {
        "decision": need_text(Wording("会商决定"), decision, 1000),
        "deciders": need_text(Wording("谁决定的"), deciders, 200),
        "decided_date": need_past(Wording("会商日期"), decided_date, now),
        "recorded_by": by,
        "recorded_at": now,
    }
    if Consultation.objects.filter(pk=found.pk, recorded_at=None).update(**said) != 1:
        raise Fault("E636", where=case.pk)
    texts = [need_text(Wording("措施"), text) for text in measures if text.strip()]
    if texts:
        _add_measures(case, found, texts, _open_gap(case, gap_id, by), by, now)
    note(Action.CONSULTATION_DECIDE, case, by, now, consultation=found.pk, measures=len(texts))
    found.refresh_from_db()
    return found


def _open_gap(case: Case, gap_id: UUID | str | None, by: User) -> Gap:
    if gap_id is None:
        raise Fault("E609", field=Wording("措施记在哪个缺口"))
    gap = get_gap(by, gap_id)
    if gap.case_id != case.pk:
        raise Fault("E704", where=Wording("缺口"))
    if gap.state != Gap.State.OPEN:
        raise Fault("E614", state=gap.get_state_display())
    return gap


def _add_measures(
    case: Case, asked: Consultation, texts: Sequence[str], gap: Gap, by: User, now: dt.datetime
) -> None:
    owner = gap.owner or case.owner
    Measure.objects.bulk_create(
        Measure(gap=gap, text=text, owner=owner, added_by=by, added_at=now, consultation=asked) for text in texts
    )
