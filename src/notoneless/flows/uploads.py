"""An uploaded list on its way in: kept sealed, checked, looked at by a person, then imported or given up.

Nothing of it is in force before :func:`publish_upload`; what the person sees (``UploadDraft.result``) holds counts,
headings and masked examples only. The rows that were wrong go back as a workbook, sealed until it is fetched. What a
person says in between (columns, sheet, corrections) is in draft_choices.py.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.flows import upload_store as store
from notoneless.flows.draft_reading import Reading, reading_of
from notoneless.flows.draft_result import fault_result, keep_found, result_of
from notoneless.flows.import_file import ImportOutcome, Progress, import_file
from notoneless.flows.upload_columns import SAMPLES
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.roster.core import Correction, Roster, errors_workbook, read_roster
from notoneless.roster.records import actions
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.roster.records.queries import COLLECTION, ORIGINAL
from notoneless.trail.actions import Action
from notoneless.trail.record import record

CHUNK = 1 << 20


def keep_upload(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    by: User,
    now: dt.datetime,
    draft_id: uuid.UUID | None = None,
    **fields: Any,
) -> UploadDraft:
    """Seal an uploaded file and note it as a draft. ``fields``: kind, sender, as_of, place_code, legal_basis, door.

    Raises Fault E701, E702 (the person may not send this list); then nothing is kept.
    """
    draft_id = draft_id or uuid.uuid4()
    store.put(draft_id, store.ORIGINAL, chunks)
    try:
        return actions.start_draft(by=by, now=now, id=draft_id, file_name=redact(file_name)[-255:], **fields)
    except BaseException:
        store.drop(draft_id)
        raise


def check_upload(draft: UploadDraft, *, by: User, now: dt.datetime, progress: Progress) -> UploadDraft:
    """Read the file as a roster and keep what was found for the person; nothing is imported. Safe to repeat.

    When the person says something else meanwhile, the draft stays CHECKING for the check that was started since.
    """
    if draft.status != UploadDraft.Status.CHECKING or not store.has(draft.pk, store.ORIGINAL):
        return draft
    asked = actions.asked_of(draft)
    progress("打开文件", 0, 0)
    data = store.get(draft.pk, store.ORIGINAL)
    reading = reading_of(draft, data)
    try:
        outcome = _import(draft, data, reading, by=by, now=now, progress=progress, dry_run=True)
    except Fault as fault:
        if fault.code == "E802":
            raise
        status, result = UploadDraft.Status.FAILED, fault_result(draft, data, reading, fault)
    else:
        _keep_errors(draft, outcome.roster)
        keep_found(draft, outcome)
        status, result = UploadDraft.Status.READY, result_of(draft, reading, outcome, by)
    found = {
        "kind": result.get("kind", "") or draft.kind,
        "mapping": dict(reading.mapping),
        "corrections": [one.to_dict() for one in reading.corrections],
    }
    return actions.finish_check(draft=draft, asked=asked, status=status, result=result, **found)


def publish_upload(
    draft: UploadDraft, *, choice: str, by: User, now: dt.datetime, progress: Progress
) -> ImportOutcome | None:
    """Import a checked draft as it was checked; ``choice`` is good_rows or all_or_nothing.

    None when it was imported before, or when it is not (or no longer) checked.
    """
    if draft.status != UploadDraft.Status.READY:
        return None
    data = store.get(draft.pk, store.ORIGINAL)
    reading = reading_of(draft, data)
    outcome = _import(draft, data, reading, by=by, now=now, progress=progress, choice=choice)
    actions.close_draft(draft=draft, status=UploadDraft.Status.PUBLISHED, delivery=outcome.delivery)
    for name in (store.ORIGINAL, store.PROBLEMS, SAMPLES):
        store.drop(draft.pk, name)
    return outcome


def abandon_upload(draft: UploadDraft, *, by: User, now: dt.datetime) -> UploadDraft:
    """Give a draft up (全部放弃): its files are removed at once. One already decided stays as it is (E701, E702)."""
    if draft.status in (UploadDraft.Status.PUBLISHED, UploadDraft.Status.ABANDONED):
        return draft
    draft = actions.abandon_draft(draft=draft, by=by, now=now)
    store.drop(draft.pk)
    return draft


def is_kept(draft: UploadDraft) -> bool:
    """Whether the uploaded file is there to be read (again)."""
    return store.has(draft.pk, store.ORIGINAL)


def draft_errors(draft: UploadDraft, *, by: User, now: dt.datetime) -> bytes | None:
    """The workbook with the wrong rows of a draft, or None when there are none."""
    if not store.has(draft.pk, store.ERRORS):
        return None
    _note_read(str(draft.pk), draft.place_code, by, now)
    return store.get(draft.pk, store.ERRORS)


def delivery_errors(delivery: Delivery, *, by: User, now: dt.datetime) -> bytes | None:
    """The workbook with the wrong rows of a delivery, made again from its original if need be; None without any."""
    if not delivery.rows_refused:
        return None
    _note_read(delivery.pk, delivery.place_code, by, now)
    for draft in delivery.drafts.all():
        if store.has(draft.pk, store.ERRORS):
            return store.get(draft.pk, store.ERRORS)
    data = lake().read_bytes(COLLECTION, delivery.pk, ORIGINAL)
    return _workbook(read_again(delivery, data))


def read_again(delivery: Delivery, data: bytes) -> Roster:
    """The original of a delivery read as it was when it came in: same day, place, columns, sheet and corrections."""
    mapping = delivery.mapping.get("given", delivery.mapping.get("columns"))
    only = delivery.sheet if len(delivery.sheets) <= 1 and delivery.format != "csv" else ""
    return read_roster(
        data,
        delivery.kind,
        file_name=delivery.file_name,
        sender=delivery.sender,
        as_of=delivery.as_of,
        within=delivery.place_code,
        mapping=mapping or None,
        sheet=only or None,
        corrections=[Correction.from_dict(_without_rows(one)) for one in delivery.corrections],
    )


def _without_rows(correction: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in correction.items() if name != "rows"}


def _import(draft: UploadDraft, data: bytes, reading: Reading, **options: Any) -> ImportOutcome:
    return import_file(
        source=data,
        file_name=draft.file_name,
        kind=reading.kind or None,
        sender=draft.sender,
        as_of=draft.as_of,
        place_code=draft.place_code,
        legal_basis=draft.legal_basis,
        mapping=reading.mapping or None,
        sheet=draft.sheet or None,
        corrections=reading.corrections,
        supplements=draft.supplements,
        **options,
    )


def _keep_errors(draft: UploadDraft, roster: Roster) -> None:
    store.drop(draft.pk, store.ERRORS)
    if roster.counts.refused:
        store.put(draft.pk, store.ERRORS, [_workbook(roster)])


def _workbook(roster: Roster) -> bytes:
    # The writer wants a path; the plain file lives for a moment in our own folder that only we can read.
    with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as folder:
        path = Path(folder) / store.ERRORS
        errors_workbook(roster, path)
        return path.read_bytes()


def _note_read(object_id: str, place_code: str, by: User, now: dt.datetime) -> None:
    with transaction.atomic():
        record(Action.ROSTER_READ, by=by, now=now, object_kind="delivery", object_id=object_id, place_code=place_code)
