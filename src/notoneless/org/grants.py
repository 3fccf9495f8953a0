"""授权申请: what an account may do, and where, takes effect only when the security administrator has approved it.

The system administrator asks, the security administrator decides, the auditor reads both in the trail.
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from notoneless.common.errors import Fault
from notoneless.org.models import Grant, User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.posts import Post, check_officer, checked_post
from notoneless.org.queries import list_staff
from notoneless.org.roles import OFFICERS, ROLES
from notoneless.trail.actions import Action
from notoneless.trail.record import record

OPEN = Grant.State.OPEN


def open_grant(user: User, kind: Grant.Kind, post: Post, *, by: User, now: dt.datetime, reason: str = "") -> Grant:
    """Write an asking down, in the caller's transaction; the caller has asked for the right.

    Raises Fault E731 (三员 would fall together), E732 (the account has an open one).
    """
    check_officer(user, post)
    try:
        with transaction.atomic():
            return Grant.objects.create(
                user=user, kind=kind, reason=reason.strip()[:300], asked_by=by, asked_at=now, **vars(post)
            )
    except IntegrityError as error:
        raise Fault("E732", where=user.username) from error


@transaction.atomic
def ask_move(
    *,
    user: User,
    role: str,
    by: User,
    now: dt.datetime,
    place_code: str = "",
    school_code: str = "",
    sender: str = "",
    reason: str = "",
) -> Grant:
    """Ask for another role, place, school or unit; the old one counts until it is approved.

    Raises Fault E701, E710–E712, E713 (one's own account), E731, E732, E733 (the last one of 三员), E737.
    """
    check_may(by, Permission.ORG_MANAGE)
    if user.pk == by.pk:
        raise Fault("E713")
    if role != user.role:
        check_not_last(user)
    grant = open_grant(
        user, Grant.Kind.MOVE, checked_post(role, place_code, school_code, sender), by=by, now=now, reason=reason
    )
    _record(Action.GRANT_ASK, grant, by, now, reason=grant.reason)
    return grant


@transaction.atomic
def ask_enable(*, user: User, by: User, now: dt.datetime, reason: str = "") -> Grant:
    """Ask to open a closed account again, with the post it had.

    Raises Fault E701, E710–E712, E731, E732, E737, E738 (it is open).
    """
    check_may(by, Permission.ORG_MANAGE)
    if user.is_active:
        raise Fault("E738", where=user.username)
    post = checked_post(user.role, user.place_code, user.school_code, user.sender)
    grant = open_grant(user, Grant.Kind.ENABLE, post, by=by, now=now, reason=reason)
    _record(Action.GRANT_ASK, grant, by, now, reason=grant.reason)
    return grant


@transaction.atomic
def decide_grant(*, grant: Grant, approved: bool, by: User, now: dt.datetime, reason: str = "") -> Grant:
    """Approve or refuse an asking; approved, it takes effect at once, from the person's next request on.

    Raises Fault E701, E730 (decided before), E735 (one's own), E739 (a refusal without a reason), and for an approval
    what the post lacks by now: E710–E712, E731, E733, E737.
    """
    check_may(by, Permission.GRANT_DECIDE)
    grant = Grant.objects.select_for_update().select_related("user", "asked_by").get(pk=grant.pk)
    if by.pk in (grant.asked_by_id, grant.user_id):
        raise Fault("E735", where=grant.user.username)
    if not approved and not reason.strip():
        raise Fault("E739")
    grant.state = Grant.State.APPROVED if approved else Grant.State.REFUSED
    _end(grant, by, now, reason)
    if approved:
        _take_effect(grant)
    _record(
        Action.GRANT_APPROVE if approved else Action.GRANT_REFUSE,
        grant,
        by,
        now,
        reason=grant.decision_reason,
        asker=grant.asked_by.display_name,
    )
    return grant


@transaction.atomic
def withdraw_grant(*, grant: Grant, by: User, now: dt.datetime) -> Grant:
    """Take an asking back before it is decided. Raises Fault E701, E730."""
    check_may(by, Permission.ORG_MANAGE)
    grant = Grant.objects.select_for_update().select_related("user").get(pk=grant.pk)
    grant.state = Grant.State.WITHDRAWN
    _end(grant, by, now, "")
    _record(Action.GRANT_WITHDRAW, grant, by, now)
    return grant


def list_grants(user: User) -> QuerySet[Grant]:
    """Askings about accounts in sight, newest first (Fault E701)."""
    return Grant.objects.filter(user__in=list_staff(user)).select_related("user", "asked_by", "decided_by")


def get_grant(user: User, grant_id: int) -> Grant:
    """One asking; out of sight like absent (E701, E704)."""
    grant = list_grants(user).filter(pk=grant_id).first()
    if grant is None:
        raise Fault("E704", where=str(grant_id))
    return grant


def check_not_last(user: User) -> None:
    """Of each of 三员 one open account stays (Fault E733)."""
    if user.role not in OFFICERS or not user.is_active:
        return
    if not User.objects.filter(role=user.role, is_active=True).exclude(pk=user.pk).exists():
        raise Fault("E733", role=ROLES[user.role].name)


def _end(grant: Grant, by: User, now: dt.datetime, reason: str) -> None:
    """Written only while it is open: of two decisions at once the later one is told so (E730)."""
    grant.decided_by, grant.decided_at, grant.decision_reason = by, now, reason.strip()[:300]
    done = Grant.objects.filter(pk=grant.pk, state=OPEN).update(
        state=grant.state, decided_by=by, decided_at=now, decision_reason=grant.decision_reason
    )
    if not done:
        raise Fault("E730", where=grant.user.username)


def _take_effect(grant: Grant) -> None:
    user, post = grant.user, Post.of(grant)
    checked_post(post.role, post.place_code, post.school_code, post.sender)
    if grant.kind == Grant.Kind.MOVE and post.role != user.role:
        check_not_last(user)
    check_officer(user, post)
    for name, value in vars(post).items():
        setattr(user, name, value)
    if grant.kind != Grant.Kind.MOVE:
        user.is_active = True
    user.save(update_fields=[*vars(post), "is_active"])


def _record(action: Action, grant: Grant, by: User, now: dt.datetime, **detail: str) -> None:
    record(
        action,
        by=by,
        now=now,
        object_kind="user",
        object_id=grant.user.username,
        place_code=grant.place_code or grant.user.place_code,
        kind=grant.get_kind_display(),
        role_name=ROLES[grant.role].name,
        **detail,
    )
