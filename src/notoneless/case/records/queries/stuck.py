"""卡住的个案 in sight of one person, and those whose turn is this person's."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope

from ..models import Stuck
from .cases import visible_cases


def visible_stuck(user: User) -> QuerySet[Stuck]:
    """Reasons of open cases in sight, and those where the person's unit owes an answer to another's proposal."""
    owed = Scope.of(user).q() if may(user, Permission.CASE_ASSIGN) else Q(pk__in=[])
    return Stuck.objects.filter(Q(case__in=visible_cases(user)) | owed, case__closed_at=None)


def stuck_on(user: User) -> QuerySet[Stuck]:
    """Those that wait for this very person: by name, or for the person's role in the unit whose turn it is."""
    mine = Q(turn_user=user) | Q(turn_role=user.role) & Scope.of(user).q()
    return visible_stuck(user).filter(mine)
