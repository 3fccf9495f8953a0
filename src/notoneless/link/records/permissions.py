"""May this person see a child, judge a doubtful pair, undo a link?"""

from __future__ import annotations

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.org.scope import Scope

from .models import Child, ReviewPair


def check_can_view(user: User, child: Child) -> None:
    """E701 without the right, E704 outside the person's place or school: foreign looks like absent."""
    check_may(user, Permission.CHILD_VIEW)
    if not Scope.of(user).covers(child.place_code, child.school_code):
        raise Fault("E704", where=child.pk)


def check_can_decide(user: User, place_code: str) -> None:
    check_may(user, Permission.LINK_REVIEW)
    if not Scope.of(user).covers(place_code, ""):
        raise Fault("E704", where=place_code)


def check_can_undo(user: User, child: Child) -> None:
    check_may(user, Permission.LINK_UNDO)
    if not Scope.of(user).covers(child.place_code, child.school_code):
        raise Fault("E704", where=child.pk)


def can_decide(user: User, pair: ReviewPair) -> bool:
    return may(user, Permission.LINK_REVIEW) and Scope.of(user).covers(pair.place_code, "")


def can_undo(user: User, child: Child) -> bool:
    return may(user, Permission.LINK_UNDO) and Scope.of(user).covers(child.place_code, child.school_code)
