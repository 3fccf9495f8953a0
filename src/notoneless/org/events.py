"""Reads on the trail for people, cut to the auditor's own place (the trail itself is below org, without scope)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.scope import Scope
from notoneless.policy.places import full_code
from notoneless.trail.actions import Action
from notoneless.trail.models import Event
from notoneless.trail.record import record


def list_events(user: User) -> QuerySet[Event]:
    """Events of the person's place. Those without a place (failed logins, the machine's own acts) belong to the whole
    installation and are shown to those who cover its region. Raises Fault E701 without the right."""
    check_may(user, Permission.TRAIL_VIEW)
    scope = Scope.of(user)
    low, high = scope.bounds()
    seen = Q(place_code__gte=low, place_code__lt=high) if low else Q(pk__in=[])
    if scope.covers(full_code(settings.REGION)):
        seen |= Q(place_code="")
    return Event.objects.filter(seen)


@transaction.atomic
def note_trail_read(*, by: User, now: dt.datetime) -> None:
    """Reading the trail is itself in the trail."""
    check_may(by, Permission.TRAIL_VIEW)
    record(Action.TRAIL_VIEW, by=by, now=now, object_kind="trail")
