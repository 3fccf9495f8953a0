"""Workbooks as the guarded child reads them: looked over, then parsed by calamine, one sheet at a time."""

import datetime
import io
import struct
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from notoneless.files.biff import read_facts
from notoneless.files.guard import inspect_workbook, memory_of
from notoneless.files.html_tables import read_html
from notoneless.files.ole import OleFile
from notoneless.files.refusal import Refused
from notoneless.files.sheet_scan import MAX_COLUMNS, SheetFacts
from notoneless.files.text_book import TextBook
from notoneless.files.xml_sheets import read_xml_sheets

OLD_OFFICE = {
    "WordDocument": "Word 或 WPS 文字文档",
    "PowerPoint Document": "PowerPoint 演示文稿",
    "__properties_version1.0": "Outlook 邮件",
}

assert datetime, "the parser imports it when there is no file system any more"


class ParsedWorkbook:
    """An xlsx or xls. Sheets are numbered in the order of ``describe``; the sheet parsed last is kept, for its head is
    read before its rows.
    """

    def __init__(self, form: str, source: BinaryIO, facts: list[SheetFacts], *, date1904: bool) -> None:
        self._form = form
        self._facts = facts
        self._date1904 = date1904
        self._book = _open(source)
        self._sheets = [
            (number, meta.name, meta.visible != SheetVisibleEnum.Visible)
            for number, meta in enumerate(self._book.sheets_metadata)
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
        self._parsed: tuple[int, CalamineSheet] | None = None

    def describe(self) -> dict[str, object]:
        """What the parent makes RawSheets of."""
        return {
            "format": self._form,
            "date1904": self._date1904,
            "sheets": [
                {
                    "name": name,
                    "hidden": hidden,
                    "hidden_rows": facts.hidden_rows,
                    "hidden_columns": facts.hidden_columns,
                    "formulas": facts.formulas,
                    "merged": facts.merged,
                    "last_row": facts.last_row,
                }
                for number, name, hidden in self._sheets
                for facts in [self._facts_of(number)]
            ],
        }

    def rows(self, sheet: int) -> Iterator[list[Any]]:
        """Rows from row 1 of the sheet, cells from column A, as the parser gives them. Raises Refused E010, E004."""
        number, name, _hidden = self._sheets[sheet]
        facts = self._facts_of(number)
        if facts.unstored:
            raise Refused("E010", sheet=name, count=facts.unstored, cell=facts.first_unstored)
        parsed = self._sheet(number)
        rows = _plain_rows(parsed)
        return _with_errors(rows, facts.errors) if facts.errors else rows

    def _facts_of(self, number: int) -> SheetFacts:
        return self._facts[number] if number < len(self._facts) else SheetFacts()

    def _sheet(self, number: int) -> CalamineSheet:
        if self._parsed is None or self._parsed[0] != number:
            self._parsed = None
            try:
                self._parsed = (number, self._book.get_sheet_by_index(number))
            except CalamineError as error:
                raise Refused("E004", detail=repr(error)) from error
        return self._parsed[1]


def open_workbook(form: str, source: BinaryIO, widen: Callable[[int, int], None]) -> ParsedWorkbook | TextBook:
    """Look the file over, let ``widen`` grant the memory and time that its facts justify (both in bytes), open it.

    Raises Refused E001, E003–E005, E007, E011–E013.
    """
    if form == "zip":
        found = inspect_workbook(source)
        widen(found.memory, found.unpacked)
        return ParsedWorkbook("xlsx", source, [each.facts for each in found.sheets], date1904=found.date1904)
    size = source.seek(0, io.SEEK_END)
    if form == "ole":
        facts, date1904 = _old_facts(source)
        widen(memory_of(facts) + 3 * size, 4 * size)
        return ParsedWorkbook("xls", source, facts, date1904=date1904)
    widen(16 * size, 4 * size)
    return read_html(source) if form == "html" else read_xml_sheets(source)


def _old_facts(source: BinaryIO) -> tuple[list[SheetFacts], bool]:
    """Of an xls. In a damaged container the parser would look for lengths in the wrong places, so it is refused."""
    try:
        container = OleFile(source)
        name = next((name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if name in container.names), "")
        if not name:
            raise _not_a_workbook(container.names)
        parts, date1904 = read_facts(container.read(name))
    except (ValueError, KeyError, IndexError, struct.error) as error:
        raise Refused("E004", detail=repr(error)) from error
    return [part.facts for part in parts], date1904


def _not_a_workbook(names: set[str]) -> Refused:
    if "EncryptedPackage" in names:
        return Refused("E003")
    return Refused(
        "E001", looks=next((looks for name, looks in OLD_OFFICE.items() if name in names), "旧版 Office 文件")
    )


def _open(source: BinaryIO) -> CalamineWorkbook:
    source.seek(0)
    try:
        return CalamineWorkbook.from_object(source)
    except PasswordError as error:
        raise Refused("E003") from error
    except (CalamineError, OSError, ValueError) as error:
        protected = "EncryptedPackage" in str(error) or "password" in str(error).lower()
        raise Refused("E003" if protected else "E004", detail=repr(error)) from error


def _plain_rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    if sheet.start is None:
        return
    indent = [""] * sheet.start[1]
    yield from (indent + cells for cells in sheet.iter_rows()) if indent else sheet.iter_rows()


def _with_errors(rows: Iterator[list[Any]], errors: dict[int, str]) -> Iterator[list[Any]]:
    """The rows with #N/A and its kind in their places, where the parser leaves nothing."""
    waiting = iter(sorted(errors.items()))
    key, text = next(waiting)
    for number, row in enumerate(rows):
        while key < (number + 1) * MAX_COLUMNS:
            column = key - number * MAX_COLUMNS
            row += [""] * (column + 1 - len(row))
            row[column] = text if row[column] == "" else row[column]
            key, text = next(waiting, (len(errors) * MAX_COLUMNS << 24, ""))
        yield row
