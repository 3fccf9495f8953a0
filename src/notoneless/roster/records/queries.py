"""What a person may see of the deliveries, and the rows in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pyarrow as pa
from django.db.models import QuerySet

from notoneless.common.errors import Fault
from notoneless.org.keys import lake
from notoneless.org.models import User

from .models import Delivery, SenderHabit, UploadDraft
from .permissions import deliveries_in_sight, habits_in_sight

COLLECTION = "deliveries"
ROWS = "rows.parquet"
REFUSED = "refused.parquet"
ORIGINAL = "original"
UNDECIDED = (UploadDraft.Status.CHECKING, UploadDraft.Status.READY, UploadDraft.Status.FAILED)


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


def list_open_drafts(user: User) -> QuerySet[UploadDraft]:
    """The person's uploads that are not decided yet, newest first."""
    return list_drafts(user).filter(status__in=UNDECIDED)


def list_stale_drafts(before: dt.datetime) -> QuerySet[UploadDraft]:
    """Undecided uploads from before that moment, of everybody: for the machine that clears them away."""
    return UploadDraft.objects.filter(status__in=UNDECIDED, created_at__lt=before).order_by("created_at", "id")


def list_habits(user: User) -> QuerySet[SenderHabit]:
    """Habits of senders in this person's sight."""
    return SenderHabit.objects.filter(habits_in_sight(user)).select_related("created_by")


def get_habit(user: User, habit_id: int) -> SenderHabit:
    """One habit; a foreign one answers exactly like an absent one (E704)."""
    habit = list_habits(user).filter(pk=habit_id).first()
    if habit is None:
        raise Fault("E704", where=str(habit_id))
    return habit


def habits_of(sender: str, place_code: str, kind: str = "") -> QuerySet[SenderHabit]:
    """What that sender's lists mean in that place, of one kind or all; for the reading of a list, not for a screen."""
    found = SenderHabit.objects.filter(sender=sender, place_code=place_code)
    return found.filter(kind=kind) if kind else found


def known_senders(user: User) -> list[str]:
    """Units of which lists came in this person's sight, by name."""
    seen = list_deliveries(user).order_by("sender").values_list("sender", flat=True)
    return sorted({*seen.distinct(), *list_drafts(user).order_by().values_list("sender", flat=True).distinct()})


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
