"""谁看过这个孩子: every look, act and export that touches one child, from the trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from notoneless.case.records.models import Case
from notoneless.common.errors import Fault
from notoneless.link.records.models import Child
from notoneless.org.events import list_events
from notoneless.org.models import Place, User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.scope import Scope
from notoneless.trail.actions import Action
from notoneless.trail.models import Event
from notoneless.trail.record import record


@dataclass(frozen=True)
class WhoSaw:
    """Events about one child, newest first, and exports of lists of an area that holds the child."""

    child_id: str
    events: list[Event]
    exports: list[Event]


@transaction.atomic
def who_saw(user: User, child_id: str, *, now: dt.datetime) -> WhoSaw:
    """Raises E701, E704 (a child outside the own place is like none). Looking is itself one more event."""
    check_may(user, Permission.AUDIT)
    child = Child.objects.filter(Scope.of(user).q(), pk=child_id).first()
    if child is None:
        raise Fault("E704", where=child_id)
    cases = list(Case.objects.filter(child=child).values_list("pk", flat=True))
    about = Q(object_kind="child", object_id=child.pk) | Q(object_kind="case", object_id__in=cases)
    seen = list_events(user)
    found = WhoSaw(child.pk, list(seen.filter(about).order_by("-id")), _exports(user, child))
    record(Action.AUDIT_WHO, by=user, now=now, object_kind="child", object_id=child.pk, place_code=child.place_code)
    return found


def _exports(user: User, child: Child) -> list[Event]:
    """Exports by people whose place holds the child: an export keeps its conditions and count, not its rows, so these
    may hold the child and need not."""
    holding = Place.objects.filter(low__lte=child.place_code, high__gt=child.place_code).values("code")
    exports = list_events(user).filter(action=Action.LEDGER_EXPORT.value, place_code__in=holding)
    return list(exports.order_by("-id"))
