"""May this person? Rules about deliveries; whether it can be done now is decided by the actions."""

from __future__ import annotations

from django.db.models import Q

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.org.scope import Scope

from .models import Delivery, UploadDraft


def deliveries_in_sight(user: User) -> Q:
    """What a person may see: a partner the lists of its own unit in its own place (two counties may each have a unit
    of that name), a school what it sent, an office its place.
    """
    if not may(user, Permission.ROSTER_VIEW):
        return Q(pk__in=[])
    if user.sender:
        low, high = Scope.of(user).home
        return Q(sender=user.sender, place_code__gte=low, place_code__lt=high) if low else Q(pk__in=[])
    if user.school_code:
        return Q(created_by=user)
    lo, hi = Scope.of(user).bounds()
    return Q(place_code__gte=lo, place_code__lt=hi)


def check_can_upload(user: User, *, sender: str, place_code: str) -> None:
    """Raise E701 without the right, E702 when the list is of a foreign unit or place."""
    check_may(user, Permission.ROSTER_UPLOAD)
    if user.sender and sender != user.sender:
        raise Fault("E702", where=sender)
    if not Scope.of(user).may_send_for(place_code):
        raise Fault("E702", where=place_code)


def check_can_decide(user: User, draft: UploadDraft) -> None:
    """Whoever brought a file decides about it, as long as that person may still send it (E701, E702)."""
    check_can_upload(user, sender=draft.sender, place_code=draft.place_code)
    if draft.created_by_id != user.pk:
        raise Fault("E702", where=str(draft.pk))


def habits_in_sight(user: User) -> Q:
    """Habits that a person may see and forget: a partner those of its own unit, a school its own, an office its
    place's.
    """
    if not may(user, Permission.ROSTER_UPLOAD):
        return Q(pk__in=[])
    if user.school_code:
        return Q(created_by=user)
    low, high = Scope.of(user).home
    sight = Q(place_code__gte=low, place_code__lt=high)
    return sight & Q(sender=user.sender) if user.sender else sight


def check_can_revoke(user: User, delivery: Delivery) -> None:
    """A partner takes back its own list; an office any list of its place (E701, E702)."""
    check_may(user, Permission.ROSTER_REVOKE)
    if not Delivery.objects.filter(deliveries_in_sight(user), pk=delivery.pk).exists():
        raise Fault("E702", where=delivery.pk)


def can_revoke(user: User, delivery: Delivery) -> bool:
    try:
        check_can_revoke(user, delivery)
    except Fault:
        return False
    return True
