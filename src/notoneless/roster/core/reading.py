"""Read a roster file: recognise it, stream its rows in chunks, account for every row."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from notoneless.common.errors import Fault
from notoneless.files.blocks import chunks
from notoneless.files.tables import Source, open_source, read_table
from notoneless.roster.core.chunk import Batch, ChunkReader
from notoneless.roster.core.corrections import Correction
from notoneless.roster.core.definitions import DEFINITIONS, get_kind, load_kinds
from notoneless.roster.core.grid import Grid, mark_except, too_wide
from notoneless.roster.core.recognise import Candidate, recognise
from notoneless.roster.core.result import REFUSED_SCHEMA, Counts, Head, Roster, RowProblem, SheetHead, roster_schema
from notoneless.roster.core.rows import RowFilter
from notoneless.roster.core.sentence import hidden_rows_text, recognised_sentence
from notoneless.roster.core.suggest import Registers, Suggestion

CHUNK_ROWS = 100_000
MOST_CELLS = 20_000_000
"""Of one chunk; a sheet of thousands of columns comes in shorter ones."""
HASH_PIECE = 1 << 20


class RosterBatches:
    """One roster file, read as it is walked: ``for batch in batches: batch.accepted, batch.refused``.

    ``head`` is known at once; ``counts``, ``problem_counts``, ``problems`` and ``ignored`` grow while walking and are
    complete at its end, when conservation is checked. May be walked once.
    """

    def __init__(self, head: Head, parts: Sequence[Candidate], reader: ChunkReader, chunk_rows: int) -> None:
        self.head = head
        self.counts = Counts()
        self.sheet_counts = {sheet.name: Counts() for sheet in head.sheets}
        self.problem_counts: Counter[str] = Counter()
        self.problems: list[RowProblem] = []
        self.ignored: Counter[str] = Counter()
        self._parts = parts
        self._reader = reader
        self._chunk_rows = chunk_rows

    @property
    def corrected(self) -> dict[Correction, int]:
        """How many rows each given correction changed."""
        return dict(self._reader.corrector.counts)

    @property
    def suggestions(self) -> list[Suggestion]:
        """What could be corrected in what was read so far, by topic, the most rows first."""
        return self._reader.suggester.suggestions()

    def roster(self, rows: pa.Table, refused: Iterable[pa.RecordBatch]) -> Roster:
        """The walked file as a :class:`Roster`, with ``rows`` (empty when written elsewhere) and refused batches."""
        return Roster(
            head=self.head,
            rows=rows,
            refused=pa.Table.from_batches(refused, schema=REFUSED_SCHEMA),
            problems=self.problems,
            counts=self.counts,
            problem_counts=dict(self.problem_counts),
            ignored=dict(self.ignored),
            sheet_counts=dict(self.sheet_counts),
            corrected=self.corrected,
            suggestions=self.suggestions,
        )

    @property
    def total(self) -> int:
        """How many rows there are to read; 0 when that is known only after walking (csv)."""
        last_rows = [part.rows.sheet.last_row for part in self._parts]
        firsts = [sheet.first_row for sheet in self.head.sheets]
        return sum(last - first + 1 for last, first in zip(last_rows, firsts, strict=True)) if all(last_rows) else 0

    @property
    def schema(self) -> pa.Schema:
        """The schema of the accepted rows."""
        return roster_schema(self.head.kind)

    def __iter__(self) -> Iterator[Batch]:
        for sheet, part in zip(self.head.sheets, self._parts, strict=True):
            yield from self._walk(sheet, part)
        if not self.counts.read - self.counts.ignored:
            head = self.head
            raise Fault("E311", file=head.file_name, sheet=head.sheet, row=head.header_row)

    def _walk(self, sheet: SheetHead, part: Candidate) -> Iterator[Batch]:
        row_filter = RowFilter(part.kind, part.rows.headings, sheet)
        row_no = sheet.first_row
        rows = max(min(self._chunk_rows, MOST_CELLS // len(sheet.header)), 1)
        for chunk in chunks(part.rows.sheet.rows.blocks(), sheet.first_row - 1, rows):
            yield self._read(sheet, row_no, chunk, row_filter)
            row_no += len(chunk)

    def accepted(self) -> Iterator[pa.RecordBatch]:
        """Only the accepted rows, for a writer that streams."""
        return (batch.accepted for batch in self)

    def _read(self, sheet: SheetHead, first_row: int, chunk: pa.ListArray, row_filter: RowFilter) -> Batch:
        grid = Grid.of(chunk, len(sheet.header))
        reasons = row_filter.reasons(grid)
        self.ignored.update(reasons.values())
        kept = np.flatnonzero(mark_except(reasons, grid.size))
        wide = np.isin(kept, too_wide(chunk, grid.width)) if self.head.format == "csv" else np.zeros(0)
        if reasons:
            grid = grid.take(kept)
        batch = self._reader.read(sheet, kept + first_row, grid, np.flatnonzero(wide).tolist())
        self._count(sheet, batch, len(chunk), len(reasons))
        return batch

    def _count(self, sheet: SheetHead, batch: Batch, read: int, ignored: int) -> None:
        accepted, refused = batch.accepted.num_rows, batch.refused.num_rows
        counts = Counts(read, accepted, refused, batch.duplicates, ignored).check()
        self.counts += counts
        self.sheet_counts[sheet.name] += counts
        self.problem_counts += batch.problem_counts
        self.problems += batch.problems


def read_roster_batches(
    source: Source,
    kind: str | None = None,
    *,
    file_name: str | None = None,
    sender: str = "",
    as_of: date | None = None,
    mapping: Mapping[str, str] | None = None,
    index_key: bytes = b"",
    sheet: str | None = None,
    within: str | None = None,
    corrections: Sequence[Correction] = (),
    registers: Registers | None = None,
    definitions: Path = DEFINITIONS,
    chunk_rows: int = CHUNK_ROWS,
) -> RosterBatches:
    """Open a roster file and read only its head; the rows are read while the result is walked.

    ``source``: path, bytes or seekable binary stream. ``kind``: id or 名称, recognised from headings and values when
    None. All sheets that hold such a list are read as one; ``sheet``: only the one of that name.
    ``mapping``: file column → canonical id, "" for “not used”; other columns are matched by name. ``index_key``:
    key of the row keys (up to 64 bytes). ``within``: place code in which addresses without a county are looked up.
    ``corrections``: readings a person accepted, applied to the values, never to the original cells.
    ``registers``: the names that suggestions are made from.
    Raises Fault E001–E016 (file), E301–E304, E310, E313 (kind, header, columns), E320 (correction), E321 (columns that
    must be asked: ``values["questions"]``); E311 at the end when there was no row.
    """
    name = file_name or (Path(source).name if isinstance(source, Path | str) else "名册")
    kinds = load_kinds(definitions)
    wanted = get_kind(kind, kinds) if kind else None
    table = read_table(source, name)
    found = recognise(table, kinds, kind=wanted, file_name=name, given=mapping, sheet=sheet)
    head = Head(
        kind=found.parts[0].kind,
        recognised=recognised_sentence(found),
        sheets=[_sheet_head(part) for part in found.people],
        left_out=found.left_out,
        format=table.format,
        encoding=table.encoding,
        file_name=name,
        file_sha256=_sha256(source),
        sender=sender,
        as_of=as_of,
    )
    known = registers or Registers()
    reader = ChunkReader(
        head,
        index_key=index_key,
        corrections=corrections,
        registers=replace(known, within=within or known.within),
        date1904=table.date1904,
    )
    return RosterBatches(head, found.people, reader, chunk_rows)


def _sheet_head(part: Candidate) -> SheetHead:
    return SheetHead(
        name=part.rows.sheet.name,
        header=part.rows.header,
        header_row=part.rows.header_row,
        first_row=part.rows.first_row,
        mapping=part.mapping,
        hidden_rows=hidden_rows_text(part),
        hidden_columns=part.rows.sheet.hidden_columns,
        titles=part.rows.titles,
        member=part.members.index(part.mapping) + 1 if part.members else 0,
    )


def read_roster(source: Source, kind: str | None = None, **options: Any) -> Roster:
    """Read a whole roster file into tables; options and errors as in :func:`read_roster_batches`."""
    batches = read_roster_batches(source, kind, **options)
    accepted, refused = [], []
    for batch in batches:
        accepted.append(batch.accepted)
        refused.append(batch.refused)
    return batches.roster(pa.Table.from_batches(accepted, schema=batches.schema), refused)


def _sha256(source: Source) -> str:
    digest = hashlib.sha256()
    with open_source(source) as stream:
        while piece := stream.read(HASH_PIECE):
            digest.update(piece)
    return digest.hexdigest()
