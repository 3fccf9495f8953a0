"""May this person judge a doubtful pair, undo a link? (Who sees a child at all is said by queries.list_children.)"""

from __future__ import annotations

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.org.scope import Scope

from .models import Child


def check_can_decide(user: User, place_code: str) -> None:
    """E701 without the right, E704 outside the person's place: foreign looks like absent."""
    check_may(user, Permission.LINK_REVIEW)
    if not Scope.of(user).covers(place_code, ""):
        raise Fault("E704", where=Wording("疑似同一人"))


def check_can_undo(user: User, child: Child) -> None:
    """E701 without the right, E704 outside the person's place."""
    check_may(user, Permission.LINK_UNDO)
    if not Scope.of(user).covers(child.place_code, child.school_code):
        raise Fault("E704", where=Wording("孩子档案"))


def can_undo(user: User, child: Child) -> bool:
    """For the button: what :func:`check_can_undo` would say."""
    return may(user, Permission.LINK_UNDO) and Scope.of(user).covers(child.place_code, child.school_code)
