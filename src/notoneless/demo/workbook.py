"""Workbooks as offices make them: big title, tinted header, blank bordered rows, a sum row, a stray second sheet."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from notoneless.demo.layout import Cell

_CREATED = datetime(2026, 9, 1, 8, 0, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One workbook to write; ``printed`` is the number of people that its sum row states."""

    path: Path
    seed: str
    title: list[str]
    headings: list[str]
    rows: list[list[Cell]]
    printed: int


def write_sheet(sheet: Sheet) -> None:
    """Write the workbook; the same sheet gives the same bytes."""
    rng = Random(f"{sheet.seed}/tail")
    book = xlsxwriter.Workbook(str(sheet.path), {"constant_memory": True, "strings_to_urls": False})
    book.set_properties({"author": "", "created": _CREATED})
    page = book.add_worksheet("Sheet1" if rng.random() < 0.5 else "花名册")
    big = book.add_format({"bold": True, "font_size": 16})
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#D9E1F2"})
    edge = book.add_format({"border": 1})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    page.set_column(0, len(sheet.headings) - 1, 14)
    for row, line in enumerate(sheet.title):
        page.write_string(row, 0, line, big)
    row = len(sheet.title)
    for column, heading in enumerate(sheet.headings):
        page.write_string(row, column, heading, head)
    row = _write_rows(page, sheet.rows, row + 1, days)
    _write_tail(page, sheet, row, edge, rng)
    if rng.random() < 0.4:
        note = book.add_worksheet("填表说明")
        note.write_string(0, 0, "一、身份证号请按户口簿填写。二、日期按本单位习惯填写即可。")
    book.close()


def _write_rows(page: Any, rows: list[list[Cell]], row: int, days: Any) -> int:
    write_string = page.write_string
    for cells in rows:
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    write_string(row, column, cell)
            elif isinstance(cell, float):
                page.write_number(row, column, cell)
            else:
                page.write_datetime(row, column, cell, days)
        row += 1
    return row


def _write_tail(page: Any, sheet: Sheet, row: int, edge: Any, rng: Random) -> None:
    for _ in range(rng.randrange(5)):
        for column in range(len(sheet.headings)):
            page.write_blank(row, column, None, edge)
        row += 1
    if rng.random() < 0.5:
        page.write_string(row, 0, "合计", edge)
        page.write_string(row, 1, f"{sheet.printed}人", edge)
        row += 1
    if rng.random() < 0.4:
        page.write_string(row, 0, "制表人：        审核人：        单位负责人：", edge)
