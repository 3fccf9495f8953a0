"""Whatever comes in by whichever door becomes drafts: a file one, a zip one for each file in it.

A file of a zip that cannot be a list becomes a draft too, one that has failed already and says why: nothing is
skipped in silence. Nothing is in force before a draft is published.
"""

from __future__ import annotations

import datetime as dt
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.files.archive import Archive, Member, Verdict, open_archive
from notoneless.flows import upload_store as store
from notoneless.flows.uploads import keep_upload
from notoneless.org.models import User
from notoneless.policy.places import full_code
from notoneless.roster.records.actions import start_draft
from notoneless.roster.records.models import UploadDraft
from notoneless.roster.records.permissions import check_can_upload

LARGEST = 512 << 20
"""Bytes of one file or zip as it arrives; 200,000 rows of a wide list are about 40 MiB."""
PIECE = 1 << 20
DOCUMENT = frozenset(
    {"[Content_Types].xml", "mimetype"}
)  # in every xlsx, docx, ods: a zip by form, one document by meaning
Started = Callable[[UploadDraft], None]


@dataclass(frozen=True)
class _Parcel:
    """What came in at once: its id, who brought it, and what was said about it."""

    id: uuid.UUID
    by: User
    now: dt.datetime
    started: Started
    fields: dict[str, Any]

    def draft_id(self, place: str) -> uuid.UUID:
        """The same for the same file of the same parcel: taking a parcel in twice makes nothing twice."""
        return uuid.uuid5(self.id, place)

    def taken(self, place: str) -> UploadDraft | None:
        return UploadDraft.objects.filter(pk=self.draft_id(place)).first()


def take_in(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    by: User,
    now: dt.datetime,
    door: str,
    parcel_id: uuid.UUID | None = None,
    started: Started = lambda _draft: None,
    **fields: Any,
) -> list[UploadDraft]:
    """Seal what came in and note it as drafts, in the order of the zip; each is to be checked or has FAILED already.

    ``fields``: kind, sender, as_of, place_code, legal_basis, supplements. ``started`` is called for each draft that
    is to be checked, in the transaction that makes it. The same ``parcel_id`` again gives the same drafts.
    Raises Fault E701, E702 (may not send this list), E841 (too large), E00x for a zip that cannot be opened; then
    nothing is kept.
    """
    fields["place_code"] = full_code(fields["place_code"])
    check_can_upload(by, sender=fields["sender"], place_code=fields["place_code"])
    parcel = _Parcel(parcel_id or uuid.uuid4(), by, now, started, {"door": door, **fields})
    arriving = uuid.uuid4()
    try:
        store.put(arriving, store.ORIGINAL, _bounded(chunks, file_name))
        with store.opened(arriving, store.ORIGINAL) as opened:
            stream = cast(BinaryIO, opened)
            if is_archive(stream, file_name):
                return _take_apart(parcel, stream, file_name)
            return [_keep(parcel, _pieces(stream), file_name)]
    finally:
        store.drop(arriving)


def is_archive(stream: BinaryIO, file_name: str) -> bool:
    """Whether this is a zip of files, as the content says; a damaged one is known by its name only."""
    stream.seek(0)
    is_zip = stream.read(2) == b"PK"
    stream.seek(0)
    if not is_zip:
        return False
    try:
        with zipfile.ZipFile(stream) as archive:
            return not DOCUMENT & set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return file_name.lower().endswith(".zip")
    finally:
        stream.seek(0)


def _take_apart(parcel: _Parcel, stream: BinaryIO, file_name: str) -> list[UploadDraft]:
    with open_archive(stream, redact(file_name)) as archive:
        if not archive.members:
            raise Fault("E842", file=redact(file_name))
        parcel.fields["archive_name"] = redact(file_name)[-255:]
        return [_take_member(parcel, archive, member) for member in archive.members]


def _take_member(parcel: _Parcel, archive: Archive, member: Member) -> UploadDraft:
    place = f"{member.position}/{member.name}"  # a zip may hold two files of one name
    if member.fault is not None:
        return _refuse(parcel, member.name, place, member.fault, litter=member.verdict is Verdict.LITTER)
    try:
        return _keep(parcel, [archive.read(member)], member.name, place)
    except Fault as fault:
        if fault.code.startswith("E7"):
            raise
        return _refuse(parcel, member.name, place, fault)


def _keep(parcel: _Parcel, chunks: Iterable[bytes], name: str, place: str = "") -> UploadDraft:
    draft = parcel.taken(place)
    if draft is None:
        with transaction.atomic():
            draft = keep_upload(
                chunks=chunks,
                file_name=name,
                by=parcel.by,
                now=parcel.now,
                draft_id=parcel.draft_id(place),
                **parcel.fields,
            )
            parcel.started(draft)
    return draft


def _refuse(parcel: _Parcel, name: str, place: str, fault: Fault, litter: bool = False) -> UploadDraft:
    """A draft that says why it is none. What a computer has put in by itself (Thumbs.db) waits for nobody."""
    return parcel.taken(place) or start_draft(
        by=parcel.by,
        now=parcel.now,
        id=parcel.draft_id(place),
        file_name=redact(name)[-255:],
        status=UploadDraft.Status.ABANDONED if litter else UploadDraft.Status.FAILED,
        result={"fault": fault.to_dict(), "choices": {}},
        **parcel.fields,
    )


def _bounded(chunks: Iterable[bytes], file_name: str) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST:
            raise Fault("E841", file=redact(file_name), limit=LARGEST >> 20)
        yield chunk


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(PIECE):
        yield piece
