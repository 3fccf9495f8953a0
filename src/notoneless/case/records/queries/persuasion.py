"""Attempts to bring the child back: those that stand, how many there are, what was agreed last."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from notoneless.case.core.persuasion import Persuasion, count_attempts

from ..models import Case, Visit
from .rules import rules_on


def standing_visits(case: Case) -> QuerySet[Visit]:
    """Visits since the case was opened or last reopened, the first one first; corrected ones are left out."""
    since = case.reopened_at or case.opened_at
    return case.visits.filter(recorded_at__gte=since, corrections=None).order_by("at", "pk")


def get_persuasion(case: Case, today: dt.date) -> Persuasion:
    """Attempts made and asked for, by the policy pack of ``today``."""
    return count_attempts(standing_visits(case).values_list("bodies", flat=True), rules_on(today).pack)


def get_agreed_date(case: Case) -> dt.date | None:
    """The day of return that was agreed at the latest visit; None when nothing was agreed there."""
    latest = standing_visits(case).last()
    return latest.agreed_date if latest and latest.agreed else None
