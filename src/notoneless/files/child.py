"""The guarded child: ``python -m notoneless.files.child``; it alone lets a parser see a workbook from outside.

It is started by files/guarded.py with the open file and a lifeline, closes itself in, says what the workbook holds
(one JSON line in a frame) and then answers ``{"sheet": 0, "from": 0, "rows": 4000}`` with frames of rows until its
input ends. It imports only what it needs, and nothing of Django, so that it starts in less than a tenth of a second.
"""

import codecs
import json
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol

from notoneless.files import fence
from notoneless.files.cells import SEPARATORS, cell_text
from notoneless.files.refusal import Refused
from notoneless.files.workbook import open_workbook

FRAME = struct.Struct(">cII")
"""Kind of the frame (J, R, E), number of rows, bytes that follow."""
CELL_END, ROW_END = "\x1f", "\x1e"
BLOCK_CHARACTERS = 4 << 20
LONGEST_ROW = 32 << 20
FIRST_MEMORY_MIB = 384
"""Until the file has been looked over."""
MIB = 1 << 20
for _codec in ("cp437", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "latin-1"):
    codecs.lookup(_codec)  # found now, for behind the fence no file can be opened, not even one of Python's own


class Book(Protocol):
    """What every format offers: facts for the parent, and rows of cells as the parser gives them."""

    def describe(self) -> dict[str, object]: ...

    def rows(self, sheet: int) -> Iterator[list[Any]]: ...


class Limits:
    """How much a file may cost. Measured: 0.035 s of processor time a MiB of XML; slow machines need three times
    that.
    """

    def __init__(self, memory_mib: int, packed: int) -> None:
        self.memory_mib = memory_mib
        self.first_seconds = 7 + packed // (2 * MIB)

    def widen(self, memory: int, unpacked: int) -> None:
        """From looking over to parsing: as many bytes and seconds as the facts of this workbook justify."""
        fence.widen(min(FIRST_MEMORY_MIB + memory // MIB, self.memory_mib), 7 + unpacked // (8 * MIB))


class Server:
    """Answers requests for rows; keeps its place, so that walking a sheet in blocks converts each row once."""

    def __init__(self, book: Book, answers: BinaryIO) -> None:
        self._book = book
        self._answers = answers
        self._sheet, self._next = -1, 0
        self._rows: Iterator[list[Any]] = iter(())

    def answer(self, sheet: int, first: int, count: int) -> None:
        """Send up to ``count`` rows from ``first`` (from 0); fewer when they are long, none at the end."""
        if (sheet, first) != (self._sheet, self._next) or not first:
            self._rows, self._sheet, self._next = self._book.rows(sheet), sheet, 0
            while self._next < first and next(self._rows, None) is not None:
                self._next += 1
        block: list[list[Any]] = []
        lines: list[str] = []
        size = 0
        as_text: Callable[[list[Any]], list[str]] = list
        while len(lines) < count and size < BLOCK_CHARACTERS and (row := next(self._rows, None)) is not None:
            try:
                line = CELL_END.join(as_text(row))
            except TypeError:
                # Lists of text alone need no look at each cell, which is a third of the work.
                as_text = texts
                line = CELL_END.join(texts(row))
            block.append(row)
            lines.append(line)
            size += len(line)
            if size > LONGEST_ROW:
                raise Refused("E005", size=f"第 {self._next + len(lines)} 行太长", limit=f" {LONGEST_ROW >> 20} MiB")
        self._next += len(lines)
        send(self._answers, b"R", joined(block, lines).encode("utf-8", "replace"), len(lines))


def texts(row: list[Any]) -> list[str]:
    """The cells of a row as text."""
    return [cell if type(cell) is str else cell_text(cell) for cell in row]


def joined(block: list[list[Any]], lines: list[str]) -> str:
    """The block as one text. Characters that no one can see in a cell are what keeps cells and rows apart."""
    text = ROW_END.join(lines)
    borders = sum(len(row) - 1 for row in block if row)
    if text.count(CELL_END) == borders and text.count(ROW_END) == max(len(lines) - 1, 0) and "\x00" not in text:
        return text
    return ROW_END.join(CELL_END.join(cell.translate(SEPARATORS) for cell in texts(row)) for row in block)


def send(answers: BinaryIO, kind: bytes, body: bytes, rows: int = 0) -> None:
    """Write one frame."""
    answers.write(FRAME.pack(kind, rows, len(body)))
    answers.write(body)
    answers.flush()


def serve(form: str, source: BinaryIO, requests: BinaryIO, answers: BinaryIO, limits: Limits) -> None:
    """Describe the workbook, then answer until there are no more requests; a refusal ends the service."""
    try:
        book = open_workbook(form, source, limits.widen)
        send(answers, b"J", json.dumps(book.describe()).encode())
        server = Server(book, answers)
        for line in requests:
            asked = json.loads(line)
            try:
                server.answer(asked["sheet"], asked["from"], asked["rows"])
            except Refused as no:
                _refuse(answers, no)
    except Refused as no:
        _refuse(answers, no)
    except MemoryError:
        _refuse(answers, Refused("E014", what="内存"))
    except BaseException as error:
        # A parser that panics is told like a damaged file; the cause goes to the developer's log.
        _refuse(answers, Refused("E004", detail=f"{type(error).__name__}: {error}"[:500]))


def _refuse(answers: BinaryIO, no: Refused) -> None:
    send(answers, b"E", json.dumps({"code": no.code, "values": no.values, "detail": no.detail}).encode())


def main() -> None:
    """Started with the form of the file, its descriptor, the lifeline's, its size and the memory cap in MiB."""
    form, source, lifeline, packed, memory = sys.argv[1], *map(int, sys.argv[2:6])
    fence.die_with(lifeline)
    limits = Limits(memory, packed)
    fence.enclose(FIRST_MEMORY_MIB, limits.first_seconds)
    with open(source, "rb", closefd=False) as stream:
        serve(form, stream, sys.stdin.buffer, sys.stdout.buffer, limits)


if __name__ == "__main__":
    main()
