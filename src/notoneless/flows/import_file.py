"""Import one roster file: check everything, seal it into the lake, then make it current in one transaction.

Nothing is in force before the last step; a file whose rows were read and refused leaves no trace but the answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from django.db import IntegrityError, transaction

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.files.lake import Stage
from notoneless.files.tables import open_source
from notoneless.flows.schools import take_schools
from notoneless.org.keys import lake, pseudonym_key
from notoneless.org.models import User
from notoneless.policy.places import full_code
from notoneless.roster.core import Roster, RosterBatches, read_roster_batches
from notoneless.roster.records import actions
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.permissions import check_can_upload
from notoneless.roster.records.queries import COLLECTION, ORIGINAL, REFUSED, ROWS

Choice = Literal["good_rows", "all_or_nothing"]
Progress = Callable[[str, int, int], None]
SCHOOLS = "school_directory"


@dataclass(frozen=True)
class ImportOutcome:
    """What became of a file: how it was read, the delivery if it was taken, and whether it had been taken before."""

    roster: Roster
    delivery: Delivery | None
    already: bool = False


@dataclass(frozen=True)
class _Asked:
    """What the caller says about the file."""

    source: Path | bytes
    file_name: str
    sender: str
    as_of: dt.date
    place_code: str
    legal_basis: str
    choice: Choice
    dry_run: bool


def import_file(
    *,
    source: Path | bytes,
    file_name: str,
    sender: str,
    as_of: dt.date,
    place_code: str,
    by: User,
    now: dt.datetime,
    kind: str | None = None,
    legal_basis: str = "",
    mapping: Mapping[str, str] | None = None,
    choice: Choice = "good_rows",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Read, check and take one file as one delivery.

    `choice` good_rows takes the good rows and leaves the wrong ones with the sender; all_or_nothing takes the file only
    when no row is refused. The same file with the same date, sender and place changes nothing (`already`).
    Raises E701/E702 (not allowed), E001–E009 and E301–E313 (file, kind, columns: nothing taken).
    """
    place = full_code(place_code)
    check_can_upload(by, sender=sender, place_code=place)
    batches = read_roster_batches(
        source,
        kind,
        file_name=file_name,
        sender=sender,
        as_of=as_of,
        mapping=mapping,
        index_key=pseudonym_key(),
        within=place,
    )
    asked = _Asked(source, file_name, sender, as_of, place, legal_basis, choice, dry_run)
    with lake().stage() as stage:
        roster = _write(stage, batches, progress or _silent)
        same = _find_same(roster, asked)
        if same is not None:
            return ImportOutcome(roster, same, already=True)
        if dry_run or not _wanted(roster, choice):
            return ImportOutcome(roster, None)
        try:
            return ImportOutcome(roster, _publish(stage, roster, asked, by, now))
        except (IntegrityError, Fault):
            stage.withdraw()
            same = _find_same(roster, asked)
            if same is None:
                raise
            return ImportOutcome(roster, same, already=True)  # somebody else sent it at the same moment


def _wanted(roster: Roster, choice: Choice) -> bool:
    return roster.counts.accepted > 0 and (choice == "good_rows" or roster.counts.refused == 0)


def _write(stage: Stage, batches: RosterBatches, progress: Progress) -> Roster:
    """Stream the accepted rows into the stage; the refused ones are few and kept at hand."""
    refused: list[pa.RecordBatch] = []

    def accepted() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            refused.append(batch.refused)
            progress("核对名册", batches.counts.read, 0)
            yield batch.accepted

    stage.write_table(ROWS, accepted(), schema=batches.schema)
    return batches.roster(batches.schema.empty_table(), refused)


def _find_same(roster: Roster, asked: _Asked) -> Delivery | None:
    return actions.find_same_file(
        kind=roster.kind,
        file_sha256=roster.file_sha256,
        as_of=asked.as_of,
        sender=asked.sender,
        place_code=asked.place_code,
    )


def _publish(stage: Stage, roster: Roster, asked: _Asked, by: User, now: dt.datetime) -> Delivery:
    """Seal refused rows and original beside the accepted ones, rename into place, then write the pointer row."""
    stage.write_table(REFUSED, roster.refused)
    with open_source(asked.source) as original:
        stage.write_bytes(ORIGINAL, original)
    delivery = _delivery(roster, asked)
    # What a run left that died before its transaction makes room.
    lake().discard_unknown(COLLECTION, lambda: Delivery.objects.values_list("pk", flat=True), only=delivery.pk)
    stage.publish(COLLECTION, delivery.pk, _manifest(roster, delivery))
    with transaction.atomic():
        actions.record_delivery(delivery=delivery, by=by, now=now)
        if roster.kind == SCHOOLS:
            take_schools(delivery, now=now)
    return delivery


def _delivery(roster: Roster, asked: _Asked) -> Delivery:
    counts = roster.counts
    delivery = Delivery(
        kind=roster.kind,
        sender=asked.sender,
        as_of=asked.as_of,
        legal_basis=asked.legal_basis or roster.definition.legal_basis,
        place_code=asked.place_code,
        supplements=roster.mends,
        file_name=redact(asked.file_name)[-255:],
        file_sha256=roster.file_sha256,
        format=roster.format,
        encoding=roster.encoding or "",
        sheet=roster.sheet or "",
        header_row=roster.header_row,
        mapping=roster.mapping.to_dict(),
        problem_counts=dict(roster.problem_counts),
        rows_read=counts.read,
        rows_accepted=counts.accepted,
        rows_refused=counts.refused,
        rows_duplicate=counts.duplicate,
        rows_ignored=counts.ignored,
    )
    delivery.id = _delivery_id(delivery)
    return delivery


def _delivery_id(delivery: Delivery) -> str:
    """D, date, ten digits: the same file delivered anew after a revocation gets a new id."""
    earlier = Delivery.objects.filter(
        kind=delivery.kind,
        file_sha256=delivery.file_sha256,
        as_of=delivery.as_of,
        sender=delivery.sender,
        place_code=delivery.place_code,
    ).count()
    parts = [delivery.kind, delivery.file_sha256, delivery.sender, delivery.place_code, str(earlier)]
    return f"D{delivery.as_of:%Y%m%d}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:10]}"


def _manifest(roster: Roster, delivery: Delivery) -> dict[str, Any]:
    """What the lake keeps beside the files; plain text, so no personal data."""
    return {
        "kind": delivery.kind,
        "sender": delivery.sender,
        "as_of": delivery.as_of.isoformat(),
        "legal_basis": delivery.legal_basis,
        "place_code": delivery.place_code,
        "file_sha256": delivery.file_sha256,
        "columns": roster.rows.schema.names,
        "header": list(roster.header),
        "counts": roster.counts.to_dict(),
    }


def revoke_delivery(*, delivery: Delivery, reason: str, by: User, now: dt.datetime) -> list[str]:
    """Take a delivery back; returns the ids of the sweeps that rest on it and say so from now on (E331, E332, E70x)."""
    actions.revoke_delivery(delivery=delivery, reason=reason, by=by, now=now)
    return [used.sweep_id for used in delivery.sweeps.order_by("sweep_id")]


def _silent(_stage: str, _done: int, _total: int) -> None:
    return None
