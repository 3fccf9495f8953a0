"""A workbook written straight through: rows go out as they come, into any stream, nothing is kept and nothing waits on
the disk. For lists of any length; notes, tints and lists to pick from are xlsx_write's.

Every cell is text, so that no number loses digits and nothing becomes a formula.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from notoneless.common.errors import Fault
from notoneless.files.xlsx_write import MAX_CELL, MAX_ROWS

LEVEL = 2
"""Of compression: higher ones take much longer and save little on texts like these."""
ROWS_A_WRITE = 500
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="等线"/></font>'
    '<font><b/><sz val="11"/><name val="等线"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE3ECF7"/>'
    '</patternFill></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf/><xf numFmtId="49" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class StreamedSheet:
    """A sheet of texts; ``widths`` in characters."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]
    widths: Sequence[float]


def stream_workbook(target: IO[bytes], sheets: Sequence[StreamedSheet]) -> None:
    """Write the sheets one after the other. Raises Fault E008 when one has more rows than Excel can hold."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as book:
        for name, text in _frame(sheets):
            book.writestr(name, text)
        for number, sheet in enumerate(sheets, start=1):
            with book.open(f"xl/worksheets/sheet{number}.xml", "w") as stream:
                for part in _sheet(sheet):
                    stream.write(part.encode())


def _frame(sheets: Sequence[StreamedSheet]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(sheets) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>',
    )
    yield "_rels/.rels", _links([("rId1", "officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name[:31])} sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{listed}</sheets></workbook>',
    )
    links = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _links([*links, ("rIdS", "styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _links(links: Sequence[tuple[str, str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{key}" Type="{_LINKS}/{kind}" Target="{path}"/>' for key, kind, path in links
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _sheet(sheet: StreamedSheet) -> Iterator[str]:
    letters = [_letters(column) for column in range(len(sheet.header))]
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{width}" style="1" customWidth="1"/>'
        for n, width in enumerate(sheet.widths, start=1)
    )
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        f'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols>'
        f"<sheetData>{_row(1, letters, sheet.header, 2)}"
    )
    waiting: list[str] = []
    for number, row in enumerate(sheet.rows, start=2):
        if number > MAX_ROWS + 1:
            raise Fault("E008", sheet=sheet.name, rows=number - 1, limit=MAX_ROWS + 1)
        waiting.append(_row(number, letters, row, 1))
        if len(waiting) == ROWS_A_WRITE:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)
    yield "</sheetData></worksheet>"


def _row(number: int, letters: Sequence[str], cells: Sequence[str], style: int) -> str:
    made = "".join(
        f'<c r="{letter}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
        for letter, cell in zip(letters, cells, strict=True)
        if cell
    )
    return f'<row r="{number}">{made}</row>'


def _text(cell: str) -> str:
    return escape(_UNWANTED.sub("", cell[:MAX_CELL]))


def _letters(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    while column >= 0:
        name, column = chr(ord("A") + column % 26) + name, column // 26 - 1
    return name
