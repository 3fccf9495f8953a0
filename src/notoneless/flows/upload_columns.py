"""The columns of an uploaded file for the person who matches them: their names, and what stands in their first rows.

What stands there is about children: it is kept sealed with the upload and masked on screen (web/roster).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.files.tables import RawTable, read_table
from notoneless.flows import upload_store as store
from notoneless.flows.import_file import SAMPLE_ROWS, ImportOutcome
from notoneless.roster.core import KindDefinition, load_kinds
from notoneless.roster.core.header_rows import HeaderRows, possible_headers
from notoneless.roster.core.mapping import ColumnMapping, make_headings, match_columns
from notoneless.roster.records.models import UploadDraft

SAMPLES = "samples.json"


@dataclass(frozen=True)
class FileColumn:
    """One column of a file: its name, the sheet where it was first seen, its first cells as they stand."""

    label: str
    sheet: str
    values: list[str]


@dataclass(frozen=True)
class Likeliest:
    """The row of a file that most looks like the header of a kind, for a person who matches by hand."""

    kind: KindDefinition
    rows: HeaderRows
    mapping: ColumnMapping

    @property
    def labels(self) -> list[str]:
        """The names of the columns, in file order."""
        return [heading.label for heading in self.rows.headings]

    def columns(self) -> list[FileColumn]:
        """The columns with their first cells."""
        return _columns(self.rows.sheet.name, self.labels, self.rows.sample[:SAMPLE_ROWS])


def sheet_names(data: bytes, draft: UploadDraft) -> list[str]:
    """The sheets of a file, in its order; [] when it cannot be opened or is a csv."""
    try:
        table = read_table(data, draft.file_name)
    except Fault:
        return []
    return [] if table.format == "csv" else [sheet.name for sheet in table.sheets]


def likeliest_header(data: bytes, draft: UploadDraft, kinds: Sequence[str] = ()) -> Likeliest | None:
    """The row most like a header of one of ``kinds`` (ids; default: the draft's, else all); None when there is none.

    Rows that hold numbers of people are no headers: their cells must not be kept as names of columns.
    """
    try:
        table = read_table(data, draft.file_name, draft.sheet or None)
    except Fault:
        return None
    known = load_kinds()
    wanted = [known[kind] for kind in kinds or filter(None, [draft.kind]) if kind in known] or list(known.values())
    best: tuple[int, Likeliest] | None = None
    for rows in _headers(table, wanted[0]):
        for kind in wanted:
            mapping = match_columns(kind, rows.headings)
            score = len(mapping.columns) - 2 * len(mapping.missing)
            if best is None or score > best[0]:
                best = score, Likeliest(kind, rows, mapping)
    return best[1] if best else None


def _headers(table: RawTable, kind: KindDefinition) -> list[HeaderRows]:
    found = [rows for sheet in table.sheets if not sheet.hidden for rows in possible_headers(sheet, kind.words)]
    return [rows for rows in found if all(redact(each.label) == each.label for each in rows.headings)]


def columns_read(outcome: ImportOutcome) -> list[FileColumn]:
    """The columns of the sheets that were read; one of the same name on several sheets stands once."""
    found: dict[str, FileColumn] = {}
    for sheet in outcome.roster.sheets:
        labels = [heading.label for heading in make_headings(sheet.header)]
        for column in _columns(sheet.name, labels, outcome.peek.samples.get(sheet.name, [])):
            found.setdefault(column.label, column)
    return list(found.values())


def _columns(sheet: str, labels: Sequence[str], rows: Sequence[Sequence[str]]) -> list[FileColumn]:
    return [FileColumn(label, sheet, [row[at] for row in rows if at < len(row)]) for at, label in enumerate(labels)]


def keep_columns(draft: UploadDraft, columns: Sequence[FileColumn]) -> None:
    """Seal them beside the upload."""
    content = json.dumps([asdict(column) for column in columns], ensure_ascii=False).encode()
    store.put(draft.pk, SAMPLES, [content])


def get_columns(draft: UploadDraft) -> list[FileColumn]:
    """The columns of a checked upload, in file order; none when the file could not be opened."""
    if not store.has(draft.pk, SAMPLES):
        return []
    return [FileColumn(**_fields(column)) for column in json.loads(store.get(draft.pk, SAMPLES))]


def _fields(column: Mapping[str, Any]) -> dict[str, Any]:
    return {"label": column["label"], "sheet": column["sheet"], "values": column["values"]}
