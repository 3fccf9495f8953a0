"""What an old .xls says of its sheets beside their cells: hidden rows and columns, merged heads, formulas, errors.

The records of the workbook stream are walked over; only those that matter are looked into. Source: [MS-XLS].
"""

import struct
from collections.abc import Iterator

from notoneless.files.guard import SheetPart, check_sheet
from notoneless.files.refusal import Refused
from notoneless.files.sheet_scan import HEAD_ROWS, SheetFacts, cell_key, cell_name

LAST_ROW = 65_536
_EOF, _DATE_MODE, _PASSWORD, _SHEET, _LINK = 0x0A, 0x22, 0x2F, 0x85, 0x1AE
_ROW, _COLUMNS, _MERGED, _FORMULA, _ERROR = 0x208, 0x7D, 0xE5, 0x06, 0x205
_TEXT_RESULT = 0x207
_TEXT_FOLLOWS, _ERROR_RESULT = 0, 2
_CELLS = {0xFD, 0x27E, 0x203, 0x204, 0xBD, 0xD6, _FORMULA, _ERROR}
"""Records that hold content; each begins with its row and column."""
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_DDE_PART, _PATH = b"\x03", 1
"""Divides program and topic in a DDE link; a link to a workbook begins with the other, and may hold the first too."""


def read_facts(stream: bytes) -> tuple[list[SheetPart], bool]:
    """The sheets of a workbook stream and whether dates count from 1904. Raises Refused E003, E005, E011, E013."""
    date1904 = False
    sheets = []
    for kind, body in _records(stream, 0):
        if kind == _DATE_MODE:
            date1904 = body[:1] == b"\x01"
        elif kind == _SHEET and len(body) > 8:
            sheets.append((_sheet_name(body), struct.unpack_from("<I", body)[0]))
        elif kind == _PASSWORD:
            raise Refused("E003")
        elif kind == _LINK and _DDE_PART in body[5:] and body[5] != _PATH:
            raise Refused("E011", place="外部链接")
    parts = [SheetPart(name, "", _sheet_facts(stream, at)) for name, at in sheets]
    for part in parts:
        check_sheet(part.name, part.facts, LAST_ROW)
    return parts, date1904


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream, to its end."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        if kind == _EOF:
            return
        at += 4 + size


def _sheet_name(body: bytes) -> str:
    length, flags = body[6], body[7]
    if flags & 1:
        return body[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return body[8 : 8 + length].decode("latin-1")


def _sheet_facts(stream: bytes, at: int) -> SheetFacts:
    facts = SheetFacts()
    last_column = 0
    text_due: int | None = None
    for kind, body in _records(stream, at):
        if text_due is not None and (kind in _CELLS or kind == _EOF):
            facts.unstored += 1
            facts.first_unstored = facts.first_unstored or cell_name(text_due)
            text_due = None
        if kind == _TEXT_RESULT:
            text_due = None
        elif kind in _CELLS and len(body) >= 6:
            row, column = struct.unpack_from("<HH", body)
            facts.last_row = max(facts.last_row, row + 1)
            last_column = max(last_column, column)
            facts.filled += 1
            if kind in (_FORMULA, _ERROR):
                text_due = _look_at_result(facts, kind, body, cell_key(row, column))
        elif kind == _ROW and len(body) >= 14 and body[12] & 0x20:
            facts.hidden_rows.append(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _COLUMNS and len(body) >= 10 and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            facts.hidden_columns += range(first, min(last, 255) + 1)
        elif kind == _MERGED:
            _look_at_merged(facts, body)
    facts.width = last_column + 1
    facts.hidden_rows = [row for row in facts.hidden_rows if row <= facts.last_row]
    facts.hidden_columns = [column for column in facts.hidden_columns if column <= last_column]
    return facts


def _look_at_result(facts: SheetFacts, kind: int, body: bytes, key: int) -> int | None:
    """Note an error cell or a formula; returns the key of a formula whose result is a text that follows."""
    if kind == _ERROR:
        if len(body) >= 8 and body[7]:
            facts.errors[key] = _ERRORS.get(body[6], "#N/A")
        return None
    facts.formulas += 1
    if body[12:14] != b"\xff\xff":
        return None
    if body[6] == _ERROR_RESULT:
        facts.errors[key] = _ERRORS.get(body[8], "#N/A")
    return key if body[6] == _TEXT_FOLLOWS else None


def _look_at_merged(facts: SheetFacts, body: bytes) -> None:
    for at in range(2, len(body) - 7, 8):
        top, bottom, left, right = struct.unpack_from("<4H", body, at)
        facts.merges += 1
        if top < HEAD_ROWS:
            facts.merged.append((top, left, bottom, right))
