"""What the guard must know of a worksheet before it is parsed, read off its XML while that is unpacked.

Searching text for a few marks is many times faster than parsing it. A sheet written so that the marks are missed
tells the guard too little, never too much; what it then costs is bounded by the fence of the child.
"""

import functools
import html
import re
from dataclasses import dataclass, field

from notoneless.files.cells import column_letters, column_number
from notoneless.files.refusal import Refused

HEAD_ROWS = 12
"""Merged cells are told for so many first rows, where headers are."""
MAX_COLUMNS = 16_384
NARROW = 26
"""Columns A to Z are not told apart: every sheet counts as at least so wide."""
LONGEST_ROW = 32 << 20
"""Bytes of XML in one row, or above the first row: 16,384 cells of a kilobyte each need 16 MiB."""
SAMPLE = 1 << 16
"""Bytes of a block in which the way a sheet is written shows."""
_DDE = re.compile(
    r"(?:^|[=+\-*/(,;&{])\s*(?:[A-Za-z_][\w.]*\s*\|\s*(?:'[^'\"]*'|[^'\"!&]*)!|DDE(?:AUTO)?\s*\()", re.I
)
_ROWS_BEGIN = re.compile(rb"<(?:[\w.\-]+:)?(?:row[\s/>]|sheetData\s*/>)|</(?:[\w.\-]+:)?sheetData")
_PREFIX = re.compile(rb"<([\w.\-]+:)worksheet[\s>]")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,7})["']""")
_CELL_NAME = re.compile(rb"""\sr=["']([A-Z]{1,3})(\d{1,7})["']""")
_HIDDEN = re.compile(rb"""\s(?:hidden=["'](?:1|true)|width=["']0(?:\.0+)?)["']""")
_TEXT_CELL = re.compile(rb"""\st=["']str["']""")
_ERROR_CELL = re.compile(rb"""\st=["']e["']""")
_SPAN = re.compile(rb"""\s(min|max)=["'](\d{1,5})["']""")


@dataclass
class SheetFacts:
    """`last_row` counts from 1 and is the last with content; `width` is at least 26; rows from 1, columns from 0."""

    last_row: int = 0
    width: int = NARROW
    filled: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    formulas: int = 0
    unstored: int = 0
    """Formulas without a stored result; ``first_unstored`` is the cell name of the first."""
    first_unstored: str = ""
    outside_command: str = ""
    """The cell name of a formula that would start another program (DDE)."""
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    merges: int = 0
    errors: dict[int, str] = field(default_factory=dict)
    """Error cells by ``cell_key``: the parser gives them as empty."""


def cell_key(row: int, column: int) -> int:
    """One number for a cell, rows in order; both from 0."""
    return row * MAX_COLUMNS + column


def cell_name(key: int) -> str:
    """``C2`` for row 1 and column 2, both from 0."""
    row, column = divmod(key, MAX_COLUMNS)
    return f"{column_letters(column + 1)}{row + 1}"


class _Marks:
    """The marks of one sheet, whose tags may carry a namespace prefix."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.row, self.end = b"<" + prefix + b"row", b"</" + prefix + b"sheetData"
        self.contents = (b"</" + prefix + b"v>", b"</" + prefix + b"is>")
        self.cell_end = b"</" + prefix + b"c>"
        self.formula = b"<" + prefix + b"f"
        self.usual_cell = b"<" + prefix + b'c r="'
        self.row_tag = re.compile(rb"<%brow\b[^>]*>" % p)
        self.col_tag = re.compile(rb"<%bcol\b[^>]*>" % p)
        self.filled_cell = re.compile(rb"""<%bc\b[^>]*?\sr=["']([A-Z]{1,3})\d+["'][^>]*(?<!/)>""" % p)
        self.wide_usual = re.compile(rb'<%bc r="([A-Z]{2,3})\d+"[^>]*(?<!/)>' % p)
        self.wide = re.compile(rb"""<%bc\b[^>]*?\sr=["']([A-Z]{2,3})\d+["'][^>]*(?<!/)>""" % p)
        value = rb"<%bv\b[^>]*?(?:/>|>([^<]*)</%bv>)" % (p, p)
        formula = rb"<%bf(?=[\s/>])[^>]*?(?:/>|>([^<]*)</%bf>)" % (p, p)
        self.formula_cell = re.compile(rb"<%bc\b([^>]*)>\s*%b(?:\s*%b)?" % (p, formula, value))
        self.error_cell = re.compile(rb"<%bc\b([^>]*)>(?:\s*%b)?\s*%b" % (p, formula, value))
        self.merge = re.compile(
            rb"""<%bmergeCell\b[^>]*?\sref=["']\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?["']""" % p
        )


_marks = functools.cache(_Marks)


class SheetScan:
    """Takes the XML of a sheet piece by piece (`feed`) and gives its facts at the end (`close`)."""

    def __init__(self) -> None:
        self._facts = SheetFacts()
        self._rest = b""
        self._last_column = 0
        """Counted only where columns are hidden, for it costs."""
        self._marks = _marks(b"")
        self._read = self._above_rows

    def feed(self, piece: bytes) -> None:
        """Raises Refused E005 when one row is longer than `LONGEST_ROW`."""
        self._rest += piece
        self._read(False)
        if len(self._rest) > LONGEST_ROW:
            raise Refused("E005", size="一行就超过上限", limit=f" {LONGEST_ROW >> 20} MiB")

    def close(self) -> SheetFacts:
        """The facts of the whole sheet."""
        self._read(True)
        facts = self._facts
        facts.hidden_rows = [row for row in facts.hidden_rows if row <= facts.last_row]
        facts.hidden_columns = sorted({column for column in facts.hidden_columns if column < self._last_column})
        return facts

    def _take(self, length: int) -> bytes:
        taken, self._rest = self._rest[:length], self._rest[length:]
        return taken

    def _above_rows(self, last: bool) -> None:
        begin = _ROWS_BEGIN.search(self._rest)
        if begin is None:
            return
        head = self._take(begin.start())
        if prefix := _PREFIX.search(head):
            self._marks = _marks(prefix[1])
        for tag in self._marks.col_tag.findall(head):
            if _HIDDEN.search(tag):
                span = {name: int(number) for name, number in _SPAN.findall(tag)}
                self._facts.hidden_columns += range(span.get(b"min", 1) - 1, min(span.get(b"max", 0), MAX_COLUMNS))
        self._read = self._in_rows
        self._read(last)

    def _in_rows(self, last: bool) -> None:
        end = self._rest.find(self._marks.end)
        if end < 0 and self._rest.startswith(b"<" + self._marks.end[2:]):
            end = 0
        cut = end if end >= 0 else len(self._rest) if last else max(self._rest.rfind(self._marks.row), 0)
        if cut:
            self._read_rows(self._take(cut))
        if end >= 0:
            self._read = self._below_rows
            self._read(last)

    def _below_rows(self, last: bool) -> None:
        for found in self._marks.merge.finditer(self._take(self._rest.rfind(b">") + 1)):
            self._facts.merges += 1
            if int(found[2]) <= HEAD_ROWS:
                left, top = column_number(found[1].decode()) - 1, int(found[2]) - 1
                right = column_number(found[3].decode()) - 1 if found[3] else left
                self._facts.merged.append((top, left, int(found[4]) - 1 if found[4] else top, right))

    def _read_rows(self, block: bytes) -> None:
        facts, marks = self._facts, self._marks
        facts.filled += block.count(marks.cell_end)
        self._find_last_row(block)
        usual = marks.usual_cell in block[:SAMPLE]
        wide = set((marks.wide_usual if usual else marks.wide).findall(block))
        facts.width = max([facts.width, *(column_number(letters.decode()) for letters in wide)])
        if facts.hidden_columns:
            filled = set(marks.filled_cell.findall(block))
            self._last_column = max([self._last_column, *(column_number(letters.decode()) for letters in filled)])
        if marks.formula in block:
            self._read_formulas(block)
        if b" hidden=" in block:
            hidden = [tag for tag in marks.row_tag.findall(block) if _HIDDEN.search(tag)]
            facts.hidden_rows += [int(number[1]) for tag in hidden if (number := _ROW_NUMBER.search(tag))]
        # Each search of a whole sheet counts, so a mark is looked for before any pattern is.
        if b' t="e"' in block or (b"='" in block[:SAMPLE] and b" t='e'" in block):
            self._read_errors(block)

    def _find_last_row(self, block: bytes) -> None:
        value, text = self._marks.contents
        last = block.rfind(value)
        last = max(last, block.rfind(text, max(last, 0)))
        start = block.rfind(self._marks.row, 0, last)
        tag = self._marks.row_tag.match(block, start) if last >= 0 and start >= 0 else None
        if tag and (number := _ROW_NUMBER.search(tag[0])):
            self._facts.last_row = max(self._facts.last_row, int(number[1]))

    def _read_formulas(self, block: bytes) -> None:
        facts = self._facts
        for found in self._marks.formula_cell.finditer(block):
            facts.formulas += 1
            cell, text, value = found.groups()
            if not value and (value is None or not _TEXT_CELL.search(cell)):
                facts.unstored += 1
                facts.first_unstored = facts.first_unstored or _name(cell)
            if (
                text
                and (b"|" in text or b"dde" in text.lower())
                and is_outside_command(text.decode("utf-8", "replace"))
            ):
                facts.outside_command = facts.outside_command or _name(cell) or "A1"

    def _read_errors(self, block: bytes) -> None:
        for found in self._marks.error_cell.finditer(block):
            if _ERROR_CELL.search(found[1]) and (name := _CELL_NAME.search(found[1])) and found[3]:
                key = cell_key(int(name[2]) - 1, column_number(name[1].decode()) - 1)
                self._facts.errors[key] = found[3].decode("utf-8", "replace")


def is_outside_command(formula: str) -> bool:
    """Whether an XML-escaped formula would ask another program (``cmd|'/c calc'!A0``, ``DDE(…)``)."""
    return _DDE.search(html.unescape(formula)) is not None


def _name(cell: bytes) -> str:
    found = _CELL_NAME.search(cell)
    return (found[1] + found[2]).decode() if found else ""
