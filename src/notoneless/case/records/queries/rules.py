"""The closing rules and code lists in force for this installation."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from notoneless.case.core.outcomes import Rules, load_rules


def rules_on(day: dt.date) -> Rules:
    """Outcomes, evidence kinds, placements, deadlines and re-check days of the installation's region on a day."""
    return load_rules(settings.REGION, day)
