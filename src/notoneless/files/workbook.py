"""Workbooks as the guarded child reads them: looked over, then parsed by calamine, one sheet at a time."""

import datetime
from collections.abc import Callable, Iterator
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from notoneless.files.cells import cell_text
from notoneless.files.guard import inspect_workbook
from notoneless.files.refusal import Refused
from notoneless.files.sheet_scan import MAX_COLUMNS, SheetFacts

assert datetime, "the parser imports it when there is no file system any more"


class ParsedWorkbook:
    """An xlsx or xls. Sheets are numbered in the order of ``describe``; the sheet parsed last is kept, for its head is
    read before its rows.
    """

    def __init__(self, form: str, source: BinaryIO, facts: dict[str, SheetFacts], *, date1904: bool) -> None:
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
                for _number, name, hidden in self._sheets
                for facts in [self._facts.get(name, SheetFacts())]
            ],
        }

    def rows(self, sheet: int) -> Iterator[list[str]]:
        """Rows from row 1 of the sheet, cells from column A. Raises Refused E010 and E004."""
        number, name, _hidden = self._sheets[sheet]
        facts = self._facts.get(name, SheetFacts())
        if facts.unstored:
            raise Refused("E010", sheet=name, count=facts.unstored, cell=facts.first_unstored)
        parsed = self._sheet(number)
        rows = _plain_rows(parsed)
        return _with_errors(rows, facts.errors) if facts.errors else rows

    def _sheet(self, number: int) -> CalamineSheet:
        if self._parsed is None or self._parsed[0] != number:
            self._parsed = None
            try:
                self._parsed = (number, self._book.get_sheet_by_index(number))
            except CalamineError as error:
                raise Refused("E004", detail=repr(error)) from error
        return self._parsed[1]


def open_workbook(form: str, source: BinaryIO, widen: Callable[[int, int], None]) -> ParsedWorkbook:
    """Look the file over, let ``widen`` grant what its facts justify, open it.

    Raises Refused E001, E003, E004, E005, E011–E013.
    """
    if form == "zip":
        found = inspect_workbook(source)
        widen(found.memory, found.unpacked)
        return ParsedWorkbook(
            "xlsx", source, {each.name: each.facts for each in found.sheets}, date1904=found.date1904
        )
    return ParsedWorkbook("xls", source, {}, date1904=False)


def _open(source: BinaryIO) -> CalamineWorkbook:
    source.seek(0)
    try:
        return CalamineWorkbook.from_object(source)
    except PasswordError as error:
        raise Refused("E003") from error
    except (CalamineError, OSError, ValueError) as error:
        protected = "EncryptedPackage" in str(error) or "password" in str(error).lower()
        raise Refused("E003" if protected else "E004", detail=repr(error)) from error


def _plain_rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    if sheet.start is None:
        return
    indent = [""] * sheet.start[1]
    for cells in sheet.iter_rows():
        yield indent + [cell if type(cell) is str else cell_text(cell) for cell in cells]


def _with_errors(rows: Iterator[list[str]], errors: dict[int, str]) -> Iterator[list[str]]:
    """The rows with #N/A and its kind in their places, where the parser leaves nothing."""
    waiting = iter(sorted(errors.items()))
    key, text = next(waiting)
    for number, row in enumerate(rows):
        while key < (number + 1) * MAX_COLUMNS:
            column = key - number * MAX_COLUMNS
            row += [""] * (column + 1 - len(row))
            row[column] = row[column] or text
            key, text = next(waiting, (len(errors) * MAX_COLUMNS << 24, ""))
        yield row
