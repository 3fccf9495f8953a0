"""Read xlsx, xls and csv so that every cell is text as its sender saw it.

Nothing is interpreted here but the cell formats of Excel: a date cell becomes ``2011-01-01``, ``1.0`` becomes
``1``, and a number with more than 15 digits becomes ``3.71302201105021E+17``, because that is what is left of it: a
spreadsheet keeps 15 digits, so an ID number typed as a number has lost its end and must not look whole.
"""

import csv
import datetime
import functools
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from notoneless.common.errors import Fault
from notoneless.files.encodings import csv_encoding
from notoneless.files.guard import check_workbook

Source = Path | str | bytes | BinaryIO
EXACT_DIGITS = 10**15
"""From here on a spreadsheet number no longer holds all of its digits."""
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOREIGN = {
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
}
DELIMITERS = ",\t;|"


class Rows:
    """The rows of one sheet; may be walked again and again, and is read from its source each time."""

    def __init__(self, opener: Callable[[], Iterator[list[str]]]) -> None:
        self._opener = opener

    def __iter__(self) -> Iterator[list[str]]:
        return self._opener()


@dataclass(frozen=True)
class RawSheet:
    """One sheet: ``rows`` start at row 1 of the sheet, cells at column A; rows may differ in length."""

    name: str
    hidden: bool
    rows: Rows


@dataclass(frozen=True)
class RawTable:
    """A file: ``format`` is xlsx, xls or csv; ``encoding`` is set for csv only."""

    format: str
    encoding: str
    sheets: list[RawSheet]


def read_table(source: Source, file_name: str = "", sheet: str | None = None) -> RawTable:
    """Open a table file given as path, bytes or seekable binary stream; the content decides, not the extension.

    A csv streams; a workbook sheet is parsed when its rows are walked. Raises Fault E001–E007 and E009.
    """
    name = file_name or (Path(source).name if isinstance(source, Path | str) else "")
    with open_source(source) as stream:
        head = stream.read(4096)
    if not head.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise Fault("E002", file=name)
    if head.startswith(b"PK"):
        table = _workbook(source, name, _zip_format(source, name))
    elif head.startswith(OLE):
        table = _workbook(source, name, "xls")
    else:
        _refuse_foreign(head, name)
        table = _csv(source, name)
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
    return RawTable(table.format, table.encoding, chosen or table.sheets)


def _zip_format(source: Source, file_name: str) -> str:
    with open_source(source) as stream:
        check_workbook(stream, file_name)
        members = set(zipfile.ZipFile(stream).namelist())
    if "xl/workbook.xml" in members or "xl/workbook.bin" in members:
        return "xlsx"
    looks = "Word 文档" if "word/document.xml" in members else "压缩包"
    raise Fault("E001", file=file_name, looks=looks)


def _refuse_foreign(head: bytes, file_name: str) -> None:
    for magic, looks in FOREIGN.items():
        if head.startswith(magic):
            raise Fault("E001", file=file_name, looks=looks)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise Fault("E007", file=file_name)


# ---- workbooks


def _workbook(source: Source, file_name: str, form: str) -> RawTable:
    reader = _SheetReader(_open_workbook(source, file_name), file_name)
    sheets = [
        RawSheet(
            name=meta.name,
            hidden=meta.visible != SheetVisibleEnum.Visible,
            rows=Rows(functools.partial(reader.rows, meta.name)),
        )
        for meta in reader.workbook.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet
    ]
    return RawTable(form, "", sheets)


def _open_workbook(source: Source, file_name: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_object(source if isinstance(source, Path | str) else open_source(source))
    except PasswordError as error:
        raise Fault("E003", file=file_name) from error
    except (CalamineError, OSError, ValueError) as error:
        protected = "EncryptedPackage" in str(error) or "password" in str(error).lower()
        raise Fault("E003" if protected else "E004", file=file_name, detail=repr(error)) from error


class _SheetReader:
    """Walks the sheets of a workbook; keeps the sheet parsed last, for its head is read before its rows."""

    def __init__(self, workbook: CalamineWorkbook, file_name: str) -> None:
        self.workbook = workbook
        self._file_name = file_name
        self._parsed: CalamineSheet | None = None

    def rows(self, name: str) -> Iterator[list[str]]:
        sheet = self._sheet(name)
        if sheet.start is None:
            return
        indent = [""] * sheet.start[1]
        for cells in sheet.iter_rows():
            yield indent + [cell if type(cell) is str else cell_text(cell) for cell in cells]

    def _sheet(self, name: str) -> CalamineSheet:
        if self._parsed is None or self._parsed.name != name:
            self._parsed = None
            try:
                self._parsed = self.workbook.get_sheet_by_name(name)
            except CalamineError as error:
                raise Fault("E004", file=self._file_name, detail=repr(error)) from error
        return self._parsed


def cell_text(value: Any) -> str:
    """The text of one workbook cell (see the module text)."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def _number_text(value: int | float) -> str:
    if abs(value) >= EXACT_DIGITS:
        mantissa, exponent = f"{float(value):.14e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}E+{int(exponent)}"
    if value == int(value):
        return str(int(value))
    return f"{value:.15g}"


# ---- csv


def _csv(source: Source, file_name: str) -> RawTable:
    with open_source(source) as stream:
        encoding = csv_encoding(stream)
    with _text(source, encoding) as text:
        delimiter = _delimiter(text)
    rows = Rows(lambda: _csv_rows(source, encoding, delimiter, file_name))
    return RawTable("csv", encoding, [RawSheet(Path(file_name).stem, False, rows)])


def _text(source: Source, encoding: str) -> io.TextIOWrapper:
    """The characters of a csv; closing it closes what was opened for it."""
    buffered = io.BufferedReader(cast(io.RawIOBase, open_source(source)))
    return io.TextIOWrapper(buffered, encoding=encoding, errors="replace", newline="")


def _delimiter(text: io.TextIOWrapper) -> str:
    """The separator that occurs most in the first lines; quoted parts are left out."""
    lines = re.sub(r'"[^"]*"', "", text.read(64 << 10))
    return max(DELIMITERS, key=lambda mark: (lines.count(mark), -DELIMITERS.index(mark)))


def _csv_rows(source: Source, encoding: str, delimiter: str, file_name: str) -> Iterator[list[str]]:
    with _text(source, encoding) as text:
        reader = csv.reader(text, delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            raise Fault("E006", file=file_name, line=reader.line_num, detail=repr(error)) from error
