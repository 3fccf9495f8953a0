"""Write xlsx workbooks whose cells are text unless a number is meant; no cell can become a formula.

Rows are written one by one and not kept, so a workbook of any length needs little memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from notoneless.common.errors import Fault

MAX_ROWS = 1_048_575
"""Data rows that an Excel sheet holds below its header."""
MAX_CELL = 32_767
HEADER_FILL = "#E3ECF7"
DEFAULT_WIDTH = 14.0
CHOICES_SHEET = "选项"
CHOICE_ROWS = 5_000
"""Rows below the header whose cells offer a list."""
Cell = str | int | float | None


@dataclass
class Sheet:
    """One sheet. ``cell_notes`` and ``tints`` are keyed by (row, column), both from 0, row 0 being the first
    data row.

    int and float cells become numbers, all else text; empty cells below are text too. ``header_notes`` are keyed by
    column. ``widths`` are in characters. ``choices``: column → what may be picked from a list in its cells; anything
    else may be typed after a question.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[float] = ()
    cell_notes: Mapping[tuple[int, int], str] = field(default_factory=dict)
    tints: Mapping[tuple[int, int], str] = field(default_factory=dict)
    header_notes: Mapping[int, str] = field(default_factory=dict)
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write ``sheets`` to ``path``. Raises Fault E008 when a sheet has more rows than Excel can hold."""
    # Rows wait in files beside the target (a folder of ours), not in the shared temporary folder.
    workbook = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "tmpdir": str(path.parent)}
    )
    try:
        formats = _Formats(workbook)
        for sheet in sheets:
            _write_sheet(workbook.add_worksheet(sheet.name), sheet, formats)
        _write_choices(workbook, sheets, formats)
    finally:
        workbook.close()


def _write_choices(workbook: Workbook, sheets: Sequence[Sheet], formats: "_Formats") -> None:
    """The lists to pick from stand on a hidden sheet: written into the cell's rule, Excel cuts them at 255 characters."""
    lists = [(sheet.name, column, choices) for sheet in sheets for column, choices in sheet.choices.items()]
    if not lists:
        return
    hidden = workbook.add_worksheet(CHOICES_SHEET)
    hidden.hide()
    for row in range(max(len(choices) for *_, choices in lists)):
        for place, (*_, choices) in enumerate(lists):
            if row < len(choices):
                hidden.write_string(row, place, choices[row], formats.text)
    for place, (name, column, choices) in enumerate(lists):
        letter = xl_col_to_name(place, col_abs=True)
        rule = {
            "validate": "list",
            "source": f"={CHOICES_SHEET}!{letter}$1:{letter}${len(choices)}",
            "error_type": "warning",
            "error_title": "不在清单里",
            "error_message": "清单里没有这个写法。确实要这样填吗？",
        }
        workbook.get_worksheet_by_name(name).data_validation(1, column, CHOICE_ROWS, column, rule)


class _Formats:
    """The few cell formats of one workbook; tints are made on first use."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._tinted: dict[str, Format] = {}
        self.text = workbook.add_format({"num_format": "@", "valign": "top"})
        self.header = workbook.add_format(
            {
                "num_format": "@",
                "bold": True,
                "bg_color": HEADER_FILL,
                "border": 1,
                "text_wrap": True,
                "valign": "top",
            }
        )

    def tint(self, colour: str) -> Format:
        if colour not in self._tinted:
            self._tinted[colour] = self._workbook.add_format({"num_format": "@", "bg_color": colour, "valign": "top"})
        return self._tinted[colour]


def _write_sheet(target: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    target.freeze_panes(1, 0)
    for column in range(len(sheet.header)):
        width = sheet.widths[column] if column < len(sheet.widths) else DEFAULT_WIDTH
        target.set_column(column, column, width, formats.text)
    for column, title in enumerate(sheet.header):
        target.write_string(0, column, title, formats.header)
        if note := sheet.header_notes.get(column):
            target.write_comment(0, column, note)
    for number, row in enumerate(sheet.rows):
        if number >= MAX_ROWS:
            raise Fault("E008", sheet=sheet.name, rows=number, limit=MAX_ROWS + 1)
        _write_row(target, sheet, formats, number, row)


def _write_row(target: Worksheet, sheet: Sheet, formats: _Formats, number: int, row: Sequence[Cell]) -> None:
    for column, cell in enumerate(row):
        colour = sheet.tints.get((number, column))
        cell_format = formats.tint(colour) if colour else formats.text
        if isinstance(cell, int | float):
            target.write_number(number + 1, column, cell)
        elif cell:
            target.write_string(number + 1, column, cell[:MAX_CELL], cell_format)
        elif colour:
            target.write_blank(number + 1, column, None, cell_format)
        if note := sheet.cell_notes.get((number, column)):
            target.write_comment(number + 1, column, note)
