"""Read xlsx, xls, csv and their disguises (web page, XML) so that every cell is text as its sender saw it.

Workbooks are parsed by a guarded child process (guarded.py); a csv is read here. How a cell becomes text: cells.py.
"""

import functools
import io
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from notoneless.common.errors import Fault
from notoneless.files.blocks import lists_of
from notoneless.files.csv_read import CsvFile
from notoneless.files.guarded import GuardedWorkbook
from notoneless.files.refusal import Refused
from notoneless.files.sniff import HEAD, form_of

Source = Path | str | bytes | BinaryIO


class Rows:
    """The rows of one sheet, one by one or in ``blocks`` (blocks.py); may be walked again and again, and is read from
    its source each time.
    """

    def __init__(self, blocks: Callable[[], Iterator[pa.ListArray]]) -> None:
        self.blocks = blocks

    def __iter__(self) -> Iterator[list[str]]:
        return itertools.chain.from_iterable(map(lists_of, self.blocks()))


@dataclass(frozen=True)
class RawSheet:
    """One sheet: ``rows`` start at row 1 of the sheet, cells at column A; rows may differ in length.

    ``hidden_rows`` are row numbers as the sheet shows them (from 1), ``hidden_columns`` count from 0; both only within
    the data. ``merged`` are (first row, first column, last row, last column), from 0, of ranges that begin in the
    first 12 rows. ``formulas``: cells with a formula, each with a stored result. ``last_row``: the last row with
    content (from 1), 0 when that is known only after walking.
    """

    name: str
    hidden: bool
    rows: Rows
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    formulas: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    last_row: int = 0


@dataclass(frozen=True)
class RawTable:
    """A file: ``format`` is xlsx, xls, html, xml or csv; ``encoding`` is set for csv only.

    ``date1904``: a date written as a bare number of days counts from 1904, not from 1900.
    """

    format: str
    encoding: str
    sheets: list[RawSheet]
    date1904: bool = False


def read_table(source: Source, file_name: str = "", sheet: str | None = None) -> RawTable:
    """Open a table file given as path, bytes or seekable binary stream; the content decides, not the extension.

    A csv streams; a workbook sheet is parsed when its rows are walked, in a child process that ends when table and
    rows are let go. Raises Fault E001–E007, E009–E016, those of a sheet's content (E004, E006, E010, E014–E016) while
    its rows are walked.
    """
    name = file_name or (Path(source).name if isinstance(source, Path | str) else "")
    with open_source(source) as stream:
        head = stream.read(HEAD)
    try:
        form = form_of(head)
    except Refused as no:
        raise Fault(no.code, file=name, **no.values) from None
    table = _csv(source, name) if form == "csv" else _workbook(source, name, form)
    return _only(table, sheet, name) if sheet is not None else table


def open_source(source: Source) -> BinaryIO:
    """A fresh readable binary stream at position 0; closing it never closes a stream that the caller gave."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    if isinstance(source, Path | str):
        return open(source, "rb")
    source.seek(0)
    return cast(BinaryIO, _Borrowed(source))


class _Borrowed(io.RawIOBase):
    """Reads through to a stream owned by someone else, which stays open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def _only(table: RawTable, sheet: str, file_name: str) -> RawTable:
    chosen = [each for each in table.sheets if each.name == sheet]
    if not chosen and table.format != "csv":
        raise Fault("E009", file=file_name, sheet=sheet, sheets="、".join(each.name for each in table.sheets))
    return replace(table, sheets=chosen or table.sheets)


def _workbook(source: Source, file_name: str, form: str) -> RawTable:
    workbook = GuardedWorkbook(source, form, file_name)
    facts = workbook.facts
    sheets = [
        RawSheet(
            name=sheet["name"],
            hidden=sheet["hidden"],
            rows=Rows(functools.partial(workbook.blocks, number)),
            hidden_rows=tuple(sheet["hidden_rows"]),
            hidden_columns=tuple(sheet["hidden_columns"]),
            formulas=sheet["formulas"],
            merged=[(top, left, bottom, right) for top, left, bottom, right in sheet["merged"]],
            last_row=sheet["last_row"],
        )
        for number, sheet in enumerate(facts["sheets"])
    ]
    return RawTable(facts["format"], "", sheets, facts["date1904"])


def _csv(source: Source, file_name: str) -> RawTable:
    text = CsvFile(functools.partial(open_source, source), file_name)
    return RawTable("csv", text.encoding, [RawSheet(Path(file_name).stem, False, Rows(text.blocks))])
