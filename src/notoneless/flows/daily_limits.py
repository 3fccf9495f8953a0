"""How often a day one person may do what, slowly repeated, would carry the register away: the policy pack says."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.timezone import localdate, localtime

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.policy.pack import load_pack
from notoneless.trail.actions import Action
from notoneless.trail.models import Event

LIMITS = {
    Action.CHILD_UNMASK: "privacy.unmask_per_day",
    Action.CHILD_SEARCH: "privacy.numbers_searched_per_day",
    Action.LEDGER_EXPORT_WHOLE: "privacy.whole_numbers_exported_per_day",
}


def check_daily_limit(action: Action, *, by: User, now: dt.datetime, amount: int = 1) -> None:
    """Refuse what would go beyond today's limit, counted over the person's own events of today. Raises E822."""
    parameter = LIMITS[action]
    limit: int = load_pack(settings.REGION, localdate(now)).value(parameter)
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Event.objects.filter(actor=by.username, action=action.value, at__gte=midnight)
    done = sum(detail.get("numbers", 1) for detail in today.values_list("detail", flat=True))
    if done + amount > limit:
        raise Fault("E822", limit=limit, done=done)
