"""What a person may see of the deliveries, and what a sweep reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pyarrow as pa
from django.db.models import QuerySet

from notoneless.common.errors import Fault
from notoneless.org.keys import lake
from notoneless.org.models import User

from .models import Delivery, UploadDraft
from .permissions import deliveries_in_sight

COLLECTION = "deliveries"
ROWS = "rows.parquet"
REFUSED = "refused.parquet"
ORIGINAL = "original"


def list_deliveries(user: User) -> QuerySet[Delivery]:
    """Deliveries in this person's sight, newest first."""
    return Delivery.objects.filter(deliveries_in_sight(user)).select_related("created_by", "revoked_by")


def get_delivery(user: User, delivery_id: str) -> Delivery:
    """One delivery; a foreign one answers exactly like an absent one (E704)."""
    delivery = list_deliveries(user).filter(pk=delivery_id).first()
    if delivery is None:
        raise Fault("E704", where=delivery_id)
    return delivery


def list_drafts(user: User) -> QuerySet[UploadDraft]:
    """A draft is seen only by the person who uploaded it."""
    return UploadDraft.objects.filter(created_by=user)


def get_draft(user: User, draft_id: str) -> UploadDraft:
    draft = list_drafts(user).filter(pk=draft_id).first()
    if draft is None:
        raise Fault("E704", where=str(draft_id))
    return draft


def list_sweep_inputs(region_bounds: tuple[str, str], as_of: dt.date) -> list[Delivery]:
    """The deliveries a sweep rests on: per kind, sender and place the latest list whose date is not in the future, and
    the mended rows that came after it.

    The order is total, so the same deliveries always give the same sweep.
    """
    low, high = region_bounds
    found = Delivery.objects.filter(
        status=Delivery.Status.CURRENT, as_of__lte=as_of, place_code__gte=low, place_code__lt=high
    ).order_by("kind", "sender", "place_code", "-as_of", "-created_at", "id")
    chosen: list[Delivery] = []
    complete: set[tuple[str, str, str]] = set()
    for delivery in found:
        source = (delivery.kind, delivery.sender, delivery.place_code)
        if source not in complete:
            chosen.append(delivery)
            complete |= set() if delivery.supplements else {source}
    return sorted(chosen, key=lambda delivery: (delivery.kind, delivery.pk))


def read_rows(delivery: Delivery, columns: list[str] | None = None) -> pa.Table:
    """Accepted rows of one delivery, in file order."""
    return lake().read_table(COLLECTION, delivery.pk, ROWS, columns=columns)


def read_refused(delivery: Delivery) -> pa.Table:
    return lake().read_table(COLLECTION, delivery.pk, REFUSED)


def read_source_rows(wanted: dict[str, list[int]]) -> Iterator[tuple[str, dict]]:
    """(delivery id, row as dict) for the given row numbers; reads only the row groups concerned."""
    for delivery_id, row_numbers in sorted(wanted.items()):
        for row in lake().read_rows(COLLECTION, delivery_id, ROWS, sorted(row_numbers)).to_pylist():
            yield delivery_id, row
