"""Grids of cells as files, byte for byte the same on every run."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
import xlwt

Grid = Sequence[Sequence[Any]]
MADE = dt.datetime(2026, 9, 1, 8, 0, 0)  # noqa: DTZ001 - document properties know no zone
ZIP_DATE = (2026, 9, 1, 8, 0, 0)


@dataclass(frozen=True)
class Formula:
    """A cell with a formula; ``value`` is its stored result, None where the writing program left none."""

    text: str
    value: Any = None


@dataclass(frozen=True)
class Styled:
    """A cell with a number format, as ``yyyy/m/d``."""

    value: Any
    form: str


@dataclass
class Page:
    """One worksheet. Rows, columns and merges count from 0; ``blank_rows``: formatted rows below the data."""

    rows: Grid
    name: str = "Sheet1"
    merges: Sequence[tuple[int, int, int, int]] = ()
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    blank_rows: int = 0
    extras: Callable[[Any, Any], None] | None = field(default=None)


def xlsx(*pages: Page | Grid, **options: Any) -> bytes:
    """A workbook as Excel writes it (through XlsxWriter). ``options`` go to its constructor (``date_1904``)."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **options})
    book.set_properties({"created": MADE})
    for page in map(_page, pages):
        sheet = book.add_worksheet(page.name)
        _fill(book, sheet, page)
        if page.extras:
            page.extras(book, sheet)
    book.close()
    return data.getvalue()


def _page(page: Page | Grid) -> Page:
    return page if isinstance(page, Page) else Page(page)


def _fill(book: Any, sheet: Any, page: Page) -> None:
    for row, cells in enumerate(page.rows):
        for column, cell in enumerate(cells):
            _put(book, sheet, row, column, cell)
    for first_row, first_column, last_row, last_column in page.merges:
        text = page.rows[first_row][first_column]
        sheet.merge_range(first_row, first_column, last_row, last_column, text)
    if page.hidden:
        sheet.hide()
    for row in page.hidden_rows:
        sheet.set_row(row, None, None, {"hidden": True})
    for column in page.hidden_columns:
        sheet.set_column(column, column, None, None, {"hidden": True})
    bordered = book.add_format({"border": 1}) if page.blank_rows else None
    for row in range(len(page.rows), len(page.rows) + page.blank_rows):
        for column in range(len(page.rows[0])):
            sheet.write_blank(row, column, None, bordered)


def _put(book: Any, sheet: Any, row: int, column: int, cell: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Formula):
        sheet.write_formula(row, column, cell.text, None, "" if cell.value is None else cell.value)
    elif isinstance(cell, Styled):
        sheet.write(row, column, cell.value, book.add_format({"num_format": cell.form}))
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, cell)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    else:
        sheet.write(row, column, cell)


def xls(*pages: Page | Grid, dates_1904: bool = False) -> bytes:
    """A workbook of Excel 97 to 2003."""
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = dates_1904
    for page in map(_page, pages):
        sheet = book.add_sheet(page.name, cell_overwrite_ok=True)
        sheet.visibility = 1 if page.hidden else 0
        for row, cells in enumerate(page.rows):
            for column, cell in enumerate(cells):
                _put_xls(sheet, row, column, cell)
        for first_row, first_column, last_row, last_column in page.merges:
            sheet.write_merge(first_row, last_row, first_column, last_column, page.rows[first_row][first_column])
        for row in page.hidden_rows:
            sheet.row(row).hidden = True
        for column in page.hidden_columns:
            sheet.col(column).hidden = True
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _put_xls(sheet: Any, row: int, column: int, cell: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Styled):
        sheet.write(row, column, cell.value, xlwt.easyxf(num_format_str=cell.form))
    elif isinstance(cell, dt.date):
        sheet.write(row, column, cell, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    elif isinstance(cell, Formula):
        sheet.write(row, column, xlwt.Formula(cell.text.lstrip("=")))
    else:
        sheet.write(row, column, cell)


def text_file(rows: Grid, encoding: str = "utf-8", mark: str = ",", end: str = "\r\n", quote: bool = False) -> bytes:
    """A csv or txt in any encoding."""
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=mark, lineterminator=end, quoting=quoting)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return text.getvalue().encode(encoding)


def html_table(rows: Grid, encoding: str = "utf-8") -> bytes:
    """A web page that some systems call an Excel export."""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    page = f'<html><head><meta charset="{encoding}"></head><body><table border="1">\n{lines}</table></body></html>'
    return page.encode(encoding)


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip with fixed dates."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def members_of(archive: bytes) -> dict[str, str | bytes]:
    """Name → content of every part."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def with_members(workbook: bytes, changed: dict[str, Callable[[str], str] | str]) -> bytes:
    """The same workbook with some of its XML parts altered, or new parts put in."""
    members = members_of(workbook)
    for name, change in changed.items():
        if isinstance(change, str):
            members[name] = change
        else:
            members[name] = change(members[name].decode())  # type: ignore[union-attr]
    return zipped(members)
