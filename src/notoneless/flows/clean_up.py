"""What killed processes left: unfinished writings and directories of the lake that no row of the database points to,
and uploads that never became a draft.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from notoneless.check.records.models import Sweep
from notoneless.flows import upload_store
from notoneless.org.keys import lake
from notoneless.roster.records.models import Delivery, UploadDraft

ARRIVING_SECONDS = 24 * 60 * 60  # technical: nothing takes a day to arrive


@dataclass(frozen=True)
class CleanedUp:
    """How many unfinished writings went, which directories that were published but never made current, and how many
    uploads that never became a draft.
    """

    unfinished: int
    directories: list[str]
    uploads: int = 0


def clean_up() -> CleanedUp:
    """Clear them away; whatever a living process is writing stays. Safe at any time."""
    unfinished = lake().remove_staging()
    deliveries = lake().discard_unknown("deliveries", lambda: Delivery.objects.values_list("pk", flat=True))
    sweeps = lake().discard_unknown("sweeps", lambda: Sweep.objects.values_list("pk", flat=True))
    uploads = upload_store.discard_unknown(
        lambda: UploadDraft.objects.values_list("pk", flat=True), before=time.time() - ARRIVING_SECONDS
    )
    return CleanedUp(unfinished, [*deliveries, *sweeps], uploads)
