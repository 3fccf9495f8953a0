"""Import one roster file: check everything, seal it into the lake, then make it current in one transaction.

Nothing is in force before the last step; a file whose rows were read and refused leaves no trace but the answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from django.db import IntegrityError, transaction

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.files.lake import Stage
from notoneless.files.tables import open_source
from notoneless.flows.quality import RunningTally
from notoneless.flows.schools import take_schools
from notoneless.org.keys import lake, pseudonym_key
from notoneless.org.models import User
from notoneless.org.queries import schools_of_place
from notoneless.policy.places import full_code
from notoneless.roster.core import Correction, Registers, Roster, RosterBatches, read_roster_batches
from notoneless.roster.core.chunk import Batch
from notoneless.roster.core.mapping import make_headings
from notoneless.roster.core.reading import CHUNK_ROWS
from notoneless.roster.records import actions
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.permissions import check_can_upload
from notoneless.roster.records.queries import COLLECTION, ORIGINAL, REFUSED, ROWS

Choice = Literal["good_rows", "all_or_nothing"]
Progress = Callable[[str, int, int], None]
SCHOOLS = "school_directory"
SAMPLE_ROWS = 3
CHECK_ROWS = 10_000
"""Rows of a chunk of a dry run: a person waits for it and wants to see it move."""


@dataclass(frozen=True)
class ImportOutcome:
    """What became of a file: how it was read, the delivery if it was taken, and whether it had been taken before."""

    roster: Roster
    delivery: Delivery | None
    already: bool = False
    peek: Peek = field(default_factory=lambda: Peek())


@dataclass
class Peek:
    """What is kept of the rows while they stream by, for the person who decides: ``samples``, sheet → its first rows
    as they stand in the file, and, if ``with_keys``, the row keys of all accepted rows.
    """

    with_keys: bool = False
    samples: dict[str, list[list[str]]] = field(default_factory=dict)
    _keys: list[pa.Array] = field(default_factory=list)

    @property
    def row_keys(self) -> pa.ChunkedArray:
        return pa.chunked_array(self._keys, pa.string())

    def look(self, batch: Batch) -> None:
        """See the next rows of the file."""
        if self.with_keys:
            self._keys.append(batch.accepted["row_key"])
        for rows in (batch.accepted, batch.refused):
            for row in rows.slice(0, SAMPLE_ROWS).select(["sheet", "raw"]).to_pylist():
                kept = self.samples.setdefault(row["sheet"], [])
                if len(kept) < SAMPLE_ROWS:
                    kept.append(row["raw"])


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
    supplements: bool
    mapping: Mapping[str, str]


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
    sheet: str | None = None,
    corrections: Sequence[Correction] = (),
    supplements: bool = False,
    choice: Choice = "good_rows",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Read, check and take one file as one delivery.

    `choice` good_rows takes the good rows and leaves the wrong ones with the sender; all_or_nothing takes the file only
    when no row is refused. The same file with the same date, sender and place changes nothing (`already`).
    `supplements`: a part of a list, used together with the one before it. `corrections` are kept with the delivery.
    Raises E701/E702 (not allowed), E001–E009 and E301–E320 (file, kind, columns: nothing taken).
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
        sheet=sheet or None,
        corrections=corrections,
        registers=Registers(within=place, schools=schools_of_place(place)),
        chunk_rows=CHECK_ROWS if dry_run else CHUNK_ROWS,
    )
    asked = _Asked(
        source, file_name, sender, as_of, place, legal_basis, choice, dry_run, supplements, dict(mapping or {})
    )
    with lake().stage() as stage:
        return _take(stage, batches, asked, by, now, progress or _silent)


def _take(
    stage: Stage, batches: RosterBatches, asked: _Asked, by: User, now: dt.datetime, progress: Progress
) -> ImportOutcome:
    peek, tally = Peek(with_keys=asked.dry_run), RunningTally(batches.head.kind, asked.place_code)
    roster = _write(stage, batches, [peek.look, lambda batch: tally.add(batch.accepted)], progress)
    same = _find_same(roster, asked)
    if same is not None:
        return ImportOutcome(roster, same, already=True, peek=peek)
    if asked.dry_run or not _wanted(roster, asked.choice):
        return ImportOutcome(roster, None, peek=peek)
    try:
        return ImportOutcome(roster, _publish(stage, roster, tally, asked, by, now), peek=peek)
    except (IntegrityError, Fault):
        stage.withdraw()
        same = _find_same(roster, asked)
        if same is None:
            raise
        return ImportOutcome(roster, same, already=True, peek=peek)  # somebody else sent it at the same moment


def _wanted(roster: Roster, choice: Choice) -> bool:
    return roster.counts.accepted > 0 and (choice == "good_rows" or roster.counts.refused == 0)


def _write(
    stage: Stage, batches: RosterBatches, watchers: Sequence[Callable[[Batch], None]], progress: Progress
) -> Roster:
    """Stream the accepted rows into the stage; the refused ones are few and kept at hand."""
    refused: list[pa.RecordBatch] = []

    def accepted() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            refused.append(batch.refused)
            for watch in watchers:
                watch(batch)
            progress("核对名册", batches.counts.read, batches.total)
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


def _publish(
    stage: Stage, roster: Roster, tally: RunningTally, asked: _Asked, by: User, now: dt.datetime
) -> Delivery:
    """Seal refused rows and original beside the accepted ones, rename into place, then write the pointer row."""
    stage.write_table(REFUSED, roster.refused)
    with open_source(asked.source) as original:
        stage.write_bytes(ORIGINAL, original)
    delivery = _delivery(roster, asked)
    # What a run left that died before its transaction makes room.
    lake().discard_unknown(COLLECTION, lambda: Delivery.objects.values_list("pk", flat=True), only=delivery.pk)
    stage.publish(COLLECTION, delivery.pk, _manifest(roster, delivery))
    delivery.created_at = now
    delivery.quality = tally.measure(delivery)
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
        supplements=roster.mends or asked.supplements,
        file_name=redact(asked.file_name)[-255:],
        file_sha256=roster.file_sha256,
        format=roster.format,
        encoding=roster.encoding or "",
        sheet=roster.sheet or "",
        header_row=roster.header_row,
        mapping={**roster.mapping.to_dict(), "given": dict(asked.mapping)},
        sheets=sheets_of(roster),
        corrections=[{**one.to_dict(), "rows": rows} for one, rows in roster.corrected.items()],
        problem_counts=dict(roster.problem_counts),
        rows_read=counts.read,
        rows_accepted=counts.accepted,
        rows_refused=counts.refused,
        rows_duplicate=counts.duplicate,
        rows_ignored=counts.ignored,
    )
    delivery.id = _delivery_id(delivery)
    return delivery


def sheets_of(roster: Roster) -> list[dict[str, Any]]:
    """Every sheet that was read, as a delivery and a draft keep it."""
    return [
        {
            "name": sheet.name,
            "header_row": sheet.header_row,
            "header": [heading.label for heading in make_headings(sheet.header)],
            "rows": roster.sheet_counts[sheet.name].read if sheet.name in roster.sheet_counts else 0,
            "mapping": sheet.mapping.to_dict(),
            "hidden_rows": sheet.hidden_rows,
            "hidden_columns": list(sheet.hidden_columns),
        }
        for sheet in roster.sheets
    ]


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
