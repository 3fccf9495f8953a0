"""移交: a case goes from one unit to another, and never lies between the two.

The sender proposes and keeps the duty; the receiver accepts (then, and only then, the case lies with the receiver) or
sends it back with a reason. A receiver without an account here is written to: the case waits as 转出待接收, still the
sender's, until the answer is written down.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import localdate

from notoneless.case.core.policies import check_can_move, find_move
from notoneless.case.core.states import State
from notoneless.case.core.units import Unit, same_unit, unit_of
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.trail.actions import Action

from ..models import Case, Gap, Measure, Referral
from ..permissions import can_touch, check_can_own, check_may_make, check_may_receive, check_may_withdraw
from ..queries import find_unit, get_facts, get_referral, list_receiving_staff
from .taking import check_open, lock_case, move_case, need_short, need_text, note, take_case, unstick

ACCEPTED, RETURNED, WITHDRAWN = Referral.Answer.ACCEPTED, Referral.Answer.RETURNED, Referral.Answer.WITHDRAWN


@transaction.atomic
def refer(
    *, case_id: str, version: int, to_place: str, reason: str, by: User, now: dt.datetime, to_school: str = ""
) -> Referral:
    """Propose the case to a school (``to_school``) or the office of a place. The duty stays until it is accepted.

    E628 while another referral waits, E605 while a closing does, E629 for a unit that is not known here, E630 for the
    one that has the case already, E631 when nobody there could accept it.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_ASSIGN)
    check_open(case)
    _check_free(case)
    receiver = find_unit(to_place, to_school)
    sender = unit_of(case.place_code, case.school_code)
    if same_unit(sender, receiver):
        raise Fault("E630", where=case.pk)
    if not any(person.pk != by.pk for person in list_receiving_staff(receiver)):
        raise Fault("E631", where=case.pk)
    referral = _propose(case, sender, by, now, reason, to_place=receiver.place_code, to_school=receiver.school_code)
    note(Action.REFERRAL_ASK, case, by, now, referral=referral.pk, to=_code(receiver))
    return referral


@transaction.atomic
def accept_referral(
    *, referral_id: int, by: User, now: dt.datetime, owner_id: int | None = None, reason: str = ""
) -> Case:
    """Take the case over: from now on it lies in the receiver's place and school, with an owner or none.

    Owners of the case, its gaps and its measures who do not reach it there are taken off. E632 when it has an answer,
    E633 for the one who proposed it, E613 for an owner who could not work it there, E616 for a case closed meanwhile.
    """
    referral = _take_referral(by, referral_id, now, ACCEPTED, need_short(Wording("说明"), reason))
    case = Case.objects.select_for_update().get(pk=referral.case_id)
    check_open(case)
    case.place_code, case.school_code, case.referred_at = referral.to_place, referral.to_school, now
    case.version += 1
    if owner_id is not None:
        case.owner = User.objects.filter(pk=owner_id).first()
        if case.owner is None:
            raise Fault("E613", owner=Wording("（查无此人）"))
        check_can_own(case.owner, case)
    elif case.owner and not can_touch(case.owner, case, Permission.CASE_WORK):
        case.owner = None
    case.save()
    _take_off_owners(case)
    note(Action.REFERRAL_ACCEPT, case, by, now, referral=referral.pk)
    return case


@transaction.atomic
def return_referral(*, referral_id: int, reason: str, by: User, now: dt.datetime) -> Referral:
    """Send it back with a reason; nothing else changes. E609 without a reason, E632, E633 as for accepting."""
    referral = _take_referral(by, referral_id, now, RETURNED, need_text(Wording("理由"), reason))
    note(Action.REFERRAL_RETURN, referral.case, by, now, referral=referral.pk)
    return referral


@transaction.atomic
def withdraw_referral(*, referral_id: int, reason: str, by: User, now: dt.datetime) -> Referral:
    """Take a proposal back, on the sender's side, before it has an answer (E632); E609 without a reason.

    E634 for the receiver, who sends it back instead. One sent out of this installation is not taken back but answered (E602).
    """
    found = get_referral(by, referral_id)
    check_may_withdraw(by, found)
    case = lock_case(by=by, case_id=found.case_id, permission=Permission.CASE_ASSIGN)
    if found.to_outside:
        raise Fault("E602", state=case.get_state_display(), move=Wording("撤回移交"))
    _answer(found, by, now, WITHDRAWN, need_text(Wording("理由"), reason))
    note(Action.REFERRAL_WITHDRAW, case, by, now, referral=found.pk)
    return found


@transaction.atomic
def refer_outside(*, case_id: str, version: int, receiver: str, reason: str, by: User, now: dt.datetime) -> Referral:
    """The child went where nobody has an account here: the case becomes 转出待接收 and waits for ``receiver``'s word.

    E604, E603 as the move ``ask_receiver`` of the state table; E628 while a referral waits, E605 while a closing does.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_WORK)
    check_open(case)
    _check_free(case)
    rule = find_move("ask_receiver", State(case.state))
    check_may_make(by, rule)
    outside = need_text(Wording("接收单位"), receiver, 200)
    text = need_text(Wording("理由"), reason)
    check_can_move(rule.id, get_facts(case, today=localdate(now), reason=text))
    sender = unit_of(case.place_code, case.school_code)
    referral = _propose(case, sender, by, now, text, to_outside=outside)
    move_case(case, rule.target, by=by, now=now, reason=text)
    case.save(update_fields=["state"])
    note(Action.REFERRAL_OUTSIDE, case, by, now, referral=referral.pk)
    return referral


@transaction.atomic
def answer_outside(*, case_id: str, version: int, accepted: bool, reason: str, by: User, now: dt.datetime) -> Case:
    """Write down what a receiver outside said: it has the child (then ask for the closing), or not (verify anew).

    E632 for a yes when no referral waits, E609 without words, E604 for a role that does not make the move, E602 in a
    state other than 转出待接收. A no is taken after a yes too: the paper never came.
    """
    case = take_case(by=by, case_id=case_id, version=version, permission=Permission.CASE_WORK)
    rule = find_move("receiver_denies", State(case.state))
    check_may_make(by, rule)
    text = need_text(Wording("对方怎么答复"), reason)
    sent = case.referrals.filter(answered_at=None).exclude(to_outside="").first()
    if sent is not None:
        _answer(sent, by, now, ACCEPTED if accepted else RETURNED, text)
    elif accepted:
        raise Fault("E632", where=case.pk)
    if not accepted:
        check_can_move(rule.id, get_facts(case, today=localdate(now), reason=text))
        move_case(case, rule.target, by=by, now=now, reason=text)
        case.save(update_fields=["state"])
    note(Action.REFERRAL_ANSWER, case, by, now, answer=Wording("有这个孩子") if accepted else Wording("没有接收"))
    return case


def end_referral(case: Case, reason: str, by: User, now: dt.datetime) -> None:
    """Withdraw the referral that waits, if one does: its case has just been closed, nobody need answer any more."""
    waiting = case.referrals.filter(answered_at=None).first()
    if waiting is not None:
        _answer(waiting, by, now, WITHDRAWN, reason)
        note(Action.REFERRAL_WITHDRAW, case, by, now, referral=waiting.pk)


def _check_free(case: Case) -> None:
    """Neither a closing nor another referral waits."""
    if case.closing_requests.filter(decided_at=None).exists():
        raise Fault("E605")
    if case.referrals.filter(answered_at=None).exists():
        raise Fault("E628", where=case.pk)


def _propose(case: Case, sender: Unit, by: User, now: dt.datetime, reason: str, **to: str) -> Referral:
    return Referral.objects.create(
        case=case,
        from_place=sender.place_code,
        from_school=sender.school_code,
        reason=need_text(Wording("理由"), reason),
        asked_by=by,
        asked_at=now,
        **to,
    )


def _take_referral(by: User, referral_id: int, now: dt.datetime, answer: str, text: str) -> Referral:
    """The receiver's side: right, reach, second person; then the answer, once."""
    check_may(by, Permission.CASE_ASSIGN)
    found = get_referral(by, referral_id)
    check_may_receive(by, found)
    Case.objects.filter(pk=found.case_id).update(version=F("version"))  # locks the row, so that acts queue
    unstick(found.case)
    _answer(found, by, now, answer, text)
    return found


def _answer(referral: Referral, by: User, now: dt.datetime, answer: str, text: str) -> None:
    changed = {"answer": answer, "answer_reason": text, "answered_by": by, "answered_at": now}
    if Referral.objects.filter(pk=referral.pk, answered_at=None).update(**changed) != 1:
        raise Fault("E632", where=referral.case_id)
    referral.refresh_from_db()


def _take_off_owners(case: Case) -> None:
    """Gaps and measures still to be done lose an owner who does not reach the case any more; gaps follow the case's."""
    gone = [person for person in _owners(case) if not can_touch(person, case, Permission.CASE_WORK)]
    still_open = case.gaps.filter(state=Gap.State.OPEN)
    still_open.filter(owner__in=gone).update(owner=None)
    still_open.filter(owner=None).update(owner=case.owner)
    Measure.objects.filter(gap__case=case, done_at=None, owner__in=gone).update(owner=case.owner)


def _owners(case: Case) -> list[User]:
    of_gaps = case.gaps.exclude(owner=None).values("owner")
    of_measures = Measure.objects.filter(gap__case=case).exclude(owner=None).values("owner")
    return list(User.objects.filter(Q(pk__in=of_gaps) | Q(pk__in=of_measures)))


def _code(unit: Unit) -> str:
    return unit.school_code or unit.place_code
