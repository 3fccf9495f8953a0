"""Writes on deliveries. Each is one transaction with one trail event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import Delivery, UploadDraft
from .permissions import check_can_revoke, check_can_upload


def find_same_file(*, kind: str, file_sha256: str, as_of: dt.date, sender: str, place_code: str) -> Delivery | None:
    """The delivery that already holds this very file, if there is one."""
    return Delivery.objects.filter(
        kind=kind,
        file_sha256=file_sha256,
        as_of=as_of,
        sender=sender,
        place_code=place_code,
        status=Delivery.Status.CURRENT,
    ).first()


@transaction.atomic
def record_delivery(*, delivery: Delivery, by: User, now: dt.datetime) -> Delivery:
    """Make a delivery whose files are already in the lake current (E701, E702)."""
    check_can_upload(by, sender=delivery.sender, place_code=delivery.place_code)
    delivery.created_by, delivery.created_at = by, now
    delivery.save(force_insert=True)
    record(
        Action.ROSTER_DELIVER,
        by=by,
        now=now,
        object_kind="delivery",
        object_id=delivery.pk,
        place_code=delivery.place_code,
        kind=delivery.kind,
        sender=delivery.sender,
        accepted=delivery.rows_accepted,
        refused=delivery.rows_refused,
    )
    return delivery


@transaction.atomic
def revoke_delivery(*, delivery: Delivery, reason: str, by: User, now: dt.datetime) -> Delivery:
    """Take a whole delivery back (撤回本批). The lake keeps its files; no later sweep reads them.

    Raises E701/E702 without the right, E331 when already revoked, E332 without a reason.
    """
    check_can_revoke(by, delivery)
    if not reason.strip():
        raise Fault("E332", where=delivery.pk)
    changed = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.CURRENT).update(
        status=Delivery.Status.REVOKED, revoked_by=by, revoked_at=now, revoke_reason=reason.strip()[:300]
    )
    if changed != 1:
        raise Fault("E331", where=delivery.pk)
    delivery.refresh_from_db()
    record(
        Action.ROSTER_REVOKE,
        by=by,
        now=now,
        object_kind="delivery",
        object_id=delivery.pk,
        place_code=delivery.place_code,
        kind=delivery.kind,
        accepted=delivery.rows_accepted,
    )
    return delivery


def start_draft(*, by: User, now: dt.datetime, **fields: Any) -> UploadDraft:
    """Note an uploaded file that is about to be checked; nothing is imported yet (E701, E702)."""
    check_can_upload(by, sender=fields["sender"], place_code=fields["place_code"])
    return UploadDraft.objects.create(created_by=by, created_at=now, **fields)


def finish_check(*, draft: UploadDraft, status: str, result: dict[str, Any], kind: str = "") -> UploadDraft:
    """Keep what the check of a draft found, for the page that asks the clerk to confirm."""
    draft.status, draft.result, draft.kind = status, result, kind or draft.kind
    draft.save(update_fields=["status", "result", "kind"])
    return draft


def close_draft(*, draft: UploadDraft, status: str, delivery: Delivery | None = None) -> UploadDraft:
    draft.status, draft.delivery = status, delivery
    draft.save(update_fields=["status", "delivery"])
    return draft
