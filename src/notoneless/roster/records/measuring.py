"""The one write on a delivery's quality: counts measured anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import Delivery
from .permissions import check_can_upload


@transaction.atomic
def record_quality(*, delivery: Delivery, quality: Mapping[str, Any], by: User, now: dt.datetime) -> Delivery:
    """Keep what was measured of a delivery (E701, E702). An import keeps its own in its own transaction."""
    check_can_upload(by, sender=delivery.sender, place_code=delivery.place_code)
    delivery.quality = dict(quality)
    delivery.save(update_fields=["quality"])
    record(
        Action.ROSTER_MEASURE,
        by=by,
        now=now,
        object_kind="delivery",
        object_id=delivery.pk,
        place_code=delivery.place_code,
        rows=quality.get("rows", 0),
    )
    return delivery
