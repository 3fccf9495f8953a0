"""What killed processes left in the lake: unfinished writings, and directories that no row of the database points to."""

from __future__ import annotations

from dataclasses import dataclass

from notoneless.check.records.models import Sweep
from notoneless.org.keys import lake
from notoneless.roster.records.models import Delivery


@dataclass(frozen=True)
class CleanedUp:
    """How many unfinished writings went, and which directories that were published but never made current."""

    unfinished: int
    directories: list[str]


def clean_up() -> CleanedUp:
    """Clear them away; whatever a living process is writing stays. Safe at any time."""
    unfinished = lake().remove_staging()
    deliveries = lake().discard_unknown("deliveries", lambda: Delivery.objects.values_list("pk", flat=True))
    sweeps = lake().discard_unknown("sweeps", lambda: Sweep.objects.values_list("pk", flat=True))
    return CleanedUp(unfinished, [*deliveries, *sweeps])
