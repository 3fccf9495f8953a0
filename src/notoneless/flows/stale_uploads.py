"""Uploads that nobody decided about: kept for a number of days (policy pack), then cleared away with their files."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.timezone import localdate

from notoneless.flows import upload_store as store
from notoneless.policy.pack import load_pack
from notoneless.roster.records.actions import purge_draft
from notoneless.roster.records.queries import list_stale_drafts


def purge_stale_uploads(*, now: dt.datetime) -> int:
    """Clear away what has waited longer than roster.draft_days, one trail event each; returns how many. Repeatable."""
    days = load_pack(settings.REGION, localdate(now)).value("roster.draft_days")
    purged = 0
    for draft in list_stale_drafts(before=now - dt.timedelta(days=days)):
        if purge_draft(draft=draft, days=days, now=now):
            store.drop(draft.pk)
            purged += 1
    return purged
