"""Making a sweep current. Its files are already in the lake; this writes the pointer row, counts and inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import CheckCount, Sweep, SweepInput
from .permissions import check_can_run


def record_sweep(
    *, sweep: Sweep, deliveries: Iterable[str], counts: list[dict[str, Any]], by: User, now: dt.datetime
) -> Sweep:
    """Supersede the region's current sweep by this one. Runs inside the sweep flow's transaction (E701, E702)."""
    check_can_run(by, sweep.region)
    # First of all, because writers queue at the trail: of two sweeps at once the later sees the earlier as current.
    record(
        Action.SWEEP_RUN,
        by=by,
        now=now,
        object_kind="sweep",
        object_id=sweep.pk,
        place_code=sweep.region,
        as_of=sweep.as_of.isoformat(),
        gaps=sum(count["gap"] for count in counts),
        manifest=sweep.manifest_digest,
    )
    Sweep.objects.filter(region=sweep.region, status=Sweep.Status.CURRENT).update(status=Sweep.Status.SUPERSEDED)
    sweep.created_by, sweep.created_at = by, now
    sweep.save(force_insert=True)
    SweepInput.objects.bulk_create(SweepInput(sweep=sweep, delivery_id=key) for key in deliveries)
    CheckCount.objects.bulk_create([CheckCount(sweep=sweep, **count) for count in counts], batch_size=500)
    return sweep


def record_gap_counts(*, sweep: Sweep, counts: dict[str, int]) -> None:
    """Keep what became of the gaps with the sweep's summary; in the transaction that made the sweep current."""
    sweep.summary = {**sweep.summary, "gaps": counts}
    sweep.save(update_fields=["summary"])
