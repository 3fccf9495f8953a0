"""An uploaded list on its way in: kept sealed, checked, looked at by a person, then imported or given up.

Nothing of it is in force before :func:`publish_upload`; what the person sees (``UploadDraft.result``) holds counts,
headings and masked examples only. The rows that were wrong go back as a workbook, sealed until it is fetched.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.files.tables import read_table
from notoneless.flows import upload_store as store
from notoneless.flows.import_file import ImportOutcome, Progress, import_file
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.roster.core import KindDefinition, Roster, errors_workbook, load_kinds, read_roster
from notoneless.roster.core.header_rows import HEADER_ROWS
from notoneless.roster.core.mapping import make_headings, match_columns
from notoneless.roster.records.actions import close_draft, finish_check, start_draft
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.roster.records.queries import COLLECTION, ORIGINAL
from notoneless.trail.actions import Action
from notoneless.trail.record import record

# The columns could not be told: the person may name the kind and match them by hand.
MATCH_BY_HAND = frozenset({"E301", "E302", "E303", "E304", "E310"})
EXAMPLES = 5
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
        return start_draft(by=by, now=now, id=draft_id, file_name=redact(file_name)[-255:], **fields)
    except BaseException:
        store.drop(draft_id)
        raise


def check_upload(draft: UploadDraft, *, by: User, now: dt.datetime, progress: Progress) -> UploadDraft:
    """Read the file as a roster and keep what was found for the person; nothing is imported. Safe to repeat."""
    data = store.get(draft.pk, store.ORIGINAL)
    try:
        outcome = _import(draft, data, by=by, now=now, progress=progress, dry_run=True)
    except Fault as fault:
        if fault.code == "E802":
            raise
        result = {"fault": fault.to_dict(), "choices": _column_choices(draft, data, fault)}
        return finish_check(draft=draft, status=UploadDraft.Status.FAILED, result=result)
    _keep_errors(draft, outcome.roster)
    result = _result(outcome)
    return finish_check(draft=draft, status=UploadDraft.Status.READY, result=result, kind=outcome.roster.kind)


def match_by_hand(draft: UploadDraft, *, kind: str, mapping: Mapping[str, str]) -> UploadDraft:
    """Keep the kind and columns that the person named; the caller then starts the check again."""
    draft.kind, draft.mapping = kind, dict(mapping)
    draft.status, draft.result = UploadDraft.Status.CHECKING, {}
    draft.save(update_fields=["kind", "mapping", "status", "result"])
    return draft


def publish_upload(
    draft: UploadDraft, *, choice: str, by: User, now: dt.datetime, progress: Progress
) -> ImportOutcome | None:
    """Import a checked draft; ``choice`` is good_rows or all_or_nothing. None when it was imported before."""
    if draft.status == UploadDraft.Status.PUBLISHED:
        return None
    data = store.get(draft.pk, store.ORIGINAL)
    outcome = _import(draft, data, by=by, now=now, progress=progress, choice=choice)
    close_draft(draft=draft, status=UploadDraft.Status.PUBLISHED, delivery=outcome.delivery)
    store.drop(draft.pk, store.ORIGINAL)
    return outcome


def abandon_upload(draft: UploadDraft) -> UploadDraft:
    """Give a draft up (全部放弃): its files are removed at once. One already imported stays as it is."""
    if draft.status != UploadDraft.Status.PUBLISHED:
        draft = close_draft(draft=draft, status=UploadDraft.Status.ABANDONED)
        store.drop(draft.pk)
    return draft


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
    return _workbook(
        read_roster(data, delivery.kind, file_name=delivery.file_name, mapping=delivery.mapping.get("columns"))
    )


def _import(draft: UploadDraft, data: bytes, **options: Any) -> ImportOutcome:
    return import_file(
        source=data,
        file_name=draft.file_name,
        kind=draft.kind or None,
        sender=draft.sender,
        as_of=draft.as_of,
        place_code=draft.place_code,
        legal_basis=draft.legal_basis,
        mapping=draft.mapping or None,
        **options,
    )


def _result(outcome: ImportOutcome) -> dict[str, Any]:
    roster, already = outcome.roster, outcome.delivery if outcome.already else None
    return {
        "counts": roster.counts.to_dict(),
        "ignored": dict(roster.ignored),
        "problems": [_problem(roster, *line) for line in roster.summary()],
        "recognised": roster.recognised,
        "sheet": roster.sheet,
        "other_sheets": list(roster.other_sheets),
        "header_row": roster.header_row,
        "format": roster.format,
        "encoding": roster.encoding,
        "mapping": roster.mapping.to_dict(),
        "already": already.pk if already else "",
    }


def _problem(roster: Roster, code: str, name: str, rows: int, how: str) -> dict[str, Any]:
    found = [problem for problem in roster.problems if problem.code == code]
    return {
        "code": code,
        "name": name,
        "rows": rows,
        "how": found[0].how if found else how,
        "severity": found[0].severity if found else "",
        "examples": [
            {"row_no": one.row_no, "column": one.column_name, "value": one.value_masked, "what": one.what}
            for one in found[:EXAMPLES]
        ],
    }


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


def _column_choices(draft: UploadDraft, data: bytes, fault: Fault) -> dict[str, Any]:
    """The headings of the likeliest header row, so that a person can say which is which; {} when that is no help."""
    if fault.code not in MATCH_BY_HAND:
        return {}
    kinds = [load_kinds()[draft.kind]] if draft.kind else list(load_kinds().values())
    best: tuple[int, KindDefinition, dict[str, str], list[str]] | None = None
    for sheet in read_table(data, draft.file_name).sheets:
        for row in islice(sheet.rows, HEADER_ROWS):
            headings = make_headings(row)
            if any(redact(heading.label) != heading.label for heading in headings):
                continue  # people, not headings: their numbers must not be kept as names of columns
            for kind in kinds:
                mapping = match_columns(kind, headings)
                score = len(mapping.columns) - 2 * len(mapping.missing)
                if len(headings) > 1 and (best is None or score > best[0]):
                    best = (score, kind, mapping.columns, [heading.label for heading in headings])
    if best is None:
        return {}
    _score, kind, columns, labels = best
    return {"kind": kind.id, "columns": columns, "labels": labels}


def _note_read(object_id: str, place_code: str, by: User, now: dt.datetime) -> None:
    with transaction.atomic():
        record(Action.ROSTER_READ, by=by, now=now, object_kind="delivery", object_id=object_id, place_code=place_code)
