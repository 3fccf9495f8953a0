"""May this person do it? The right comes from the role, the reach from place or school, the step from the table."""

from __future__ import annotations

from notoneless.case.core.states import Move as MoveRule
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.org.roles import ROLES
from notoneless.org.scope import Scope

from .models import Case, ClosingRequest, Referral


def is_in_scope(user: User, case: Case) -> bool:
    """Whether the case lies in the person's place or school."""
    return Scope.of(user).covers(case.place_code, case.school_code)


def check_may_touch(user: User, case: Case, permission: Permission) -> None:
    """E701 without the right, E704 outside the person's reach (a foreign case looks like an absent one)."""
    check_may(user, permission)
    if not is_in_scope(user, case):
        raise Fault("E704", where=Wording("个案"))


def can_touch(user: User, case: Case, permission: Permission) -> bool:
    """For the button: what :func:`check_may_touch` would say."""
    return may(user, permission) and is_in_scope(user, case)


def check_may_make(user: User, rule: MoveRule) -> None:
    """E604 when the state table does not give this step to the person's role."""
    if user.role not in rule.roles:
        raise Fault("E604", move=rule.name, roles=_names(rule.roles))


def can_make(user: User, rule: MoveRule) -> bool:
    """For the button: what :func:`check_may_make` would say."""
    return user.role in rule.roles


def check_may_decide(user: User, request: ClosingRequest, rule: MoveRule) -> None:
    """E607 for the one who asked, E604 for a role that does not decide this step."""
    if request.asked_by_id == user.pk:
        raise Fault("E607")
    if user.role not in rule.decided_by:
        raise Fault("E604", move=rule.name, roles=_names(rule.decided_by))


def can_decide(user: User, request: ClosingRequest) -> bool:
    """Whether the person may decide this request: right, reach, and not the one who asked."""
    return can_touch(user, request.case, Permission.CASE_APPROVE) and request.asked_by_id != user.pk


def check_may_receive(user: User, referral: Referral) -> None:
    """E633 for the one who proposed the hand-over, E704 for anybody whose unit is not the receiver."""
    if referral.asked_by_id == user.pk:
        raise Fault("E633")
    if not can_receive(user, referral):
        raise Fault("E704", where=Wording("移交"))


def can_receive(user: User, referral: Referral) -> bool:
    """Whether the person may accept it or send it back: leads in the receiving unit, and did not propose it."""
    reaches = not referral.to_outside and Scope.of(user).covers(referral.to_place, referral.to_school)
    return may(user, Permission.CASE_ASSIGN) and reaches and referral.asked_by_id != user.pk


def check_may_withdraw(user: User, referral: Referral) -> None:
    """E701 without the right, E634 for the receiver: only the side that still has the case takes the proposal back."""
    check_may(user, Permission.CASE_ASSIGN)
    if not is_in_scope(user, referral.case):
        raise Fault("E634")


def check_can_own(owner: User, case: Case) -> None:
    """E613 when this person could not work the case: account off, no right, or out of reach."""
    if not can_touch(owner, case, Permission.CASE_WORK):
        raise Fault("E613", owner=owner.display_name)


def _names(roles: tuple[str, ...]) -> str:
    return "、".join(ROLES[role].name for role in roles)
