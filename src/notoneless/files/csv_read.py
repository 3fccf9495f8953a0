"""Read csv and tab-separated text of any office encoding, block by block, within limits."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import Fault
from notoneless.files.blocks import make_block, split_block
from notoneless.files.encodings import csv_encoding
from notoneless.files.sheet_scan import MAX_COLUMNS

DELIMITERS = ",\t;|"
HEAD_CHARACTERS = 64 << 10
BLOCK_CHARACTERS = 1 << 20
MAX_LINES_A_ROW = 100
"""A cell may hold line breaks (an address over three lines); a row of more lines is two stray quotes far apart."""
LONGEST_LINE = 4 << 20
"""Characters; the longest line of a real list has some thousand."""
AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""``="3713…"`` keeps Excel from turning a number in a csv into powers of ten; the text inside is what is meant."""

Opener = Callable[[], BinaryIO]


class CsvFile:
    """One csv: ``encoding`` and ``delimiter`` are found at once, rows are read from the source each time."""

    def __init__(self, opener: Opener, file_name: str) -> None:
        self._opener = opener
        self._file_name = file_name
        with opener() as stream:
            self.encoding = csv_encoding(stream)
        with self._text() as text:
            self.delimiter = _delimiter(text.read(HEAD_CHARACTERS))

    def blocks(self) -> Iterator[pa.ListArray]:
        """The rows in blocks (blocks.py). Raises Fault E006 (unclosed quote), E016 (line or row too long).

        A block of whole lines without a quotation mark or anything else that needs a reader is cut at its separators;
        any other is read by the csv module, which goes on until the row at the block's end is complete.
        """
        with self._text() as text:
            number = 0
            while block := text.read(BLOCK_CHARACTERS):
                block += text.readline(LONGEST_LINE)
                rows = _cut(block, self.delimiter)
                if rows is not None:
                    number += len(rows)
                    yield rows
                    continue
                lines = _Lines(text, block, number, self._file_name)
                yield from self._read(lines)
                number = lines.number

    def _read(self, lines: "_Lines") -> Iterator[pa.ListArray]:
        """The rows that begin in the block of ``lines``; on a fault, first those before it."""
        rows: list[list[str]] = []
        try:
            for row in self._each(lines):
                rows.append(row)
        except Fault:
            yield make_block(rows)
            raise
        yield make_block(rows)

    def _each(self, lines: "_Lines") -> Iterator[list[str]]:
        reader = csv.reader(lines, delimiter=self.delimiter)
        before = first = lines.number
        try:
            while lines.begin_row() and (row := next(reader, None)) is not None:
                last = before + reader.line_num
                if lines.ended or last - first > MAX_LINES_A_ROW:
                    raise Fault("E006", file=self._file_name, line=first + 1)
                first = last
                if len(row) > MAX_COLUMNS:
                    raise Fault("E016", file=self._file_name, line=last, size=f"有 {len(row)} 列")
                yield [_plain(cell) for cell in row] if lines.armed else row
        except csv.Error as error:
            raise Fault("E006", file=self._file_name, line=before + reader.line_num, detail=repr(error)) from error

    def _text(self) -> io.TextIOWrapper:
        """The characters; closing them closes what was opened for them."""
        buffered = io.BufferedReader(cast(io.RawIOBase, self._opener()))
        return io.TextIOWrapper(buffered, encoding=self.encoding, errors="replace", newline="")


class _Lines:
    """The lines of ``block``, and of ``text`` after it as long as a row is not complete; none of them endless.

    ``number``: lines given, counted from the beginning of the file. ``armed``: a line of this row has a cell ``="…"``.
    ``ended``: all lines are given; a row that is complete only then was still open at the end, inside quotes.
    """

    def __init__(self, text: io.TextIOWrapper, block: str, number: int, file_name: str) -> None:
        self._text = text
        self._file_name = file_name
        self._block = io.StringIO(block, newline="")
        self._size = len(block)
        self.number = number
        self.armed = False
        self.ended = False

    def begin_row(self) -> bool:
        """Whether another row begins in the block."""
        self.armed = False
        return self._block.tell() < self._size

    def __iter__(self) -> Iterator[str]:
        while line := self._block.readline(LONGEST_LINE) or self._text.readline(LONGEST_LINE):
            self.number += 1
            if len(line) == LONGEST_LINE:
                raise Fault("E016", file=self._file_name, line=self.number, size=f"超过 {LONGEST_LINE >> 20} 百万字")
            if '="' in line:
                self.armed = True
            yield line.replace("\x00", "") if "\x00" in line else line
        self.ended = True


def _cut(block: str, delimiter: str) -> pa.ListArray | None:
    """The rows of a block of whole lines, cut at their separators; None when that is not sure to be what they say."""
    if '"' in block or "\x00" in block or len(block) >= LONGEST_LINE:
        return None
    if "\r" in block:
        block = block.replace("\r\n", "\n")
    if "\r" in block or "\n\n" in block or block.startswith("\n"):
        return None
    ended = block if block.endswith("\n") else block + "\n"
    rows = split_block(ended.encode(), delimiter.encode(), b"\n")
    widest, longest = pc.max(rows.value_lengths()).as_py(), pc.max(pc.binary_length(rows.flatten())).as_py()
    return rows if widest <= MAX_COLUMNS and longest <= csv.field_size_limit() else None


def _plain(cell: str) -> str:
    found = AS_TEXT.fullmatch(cell)
    return found[1] if found else cell


def _delimiter(head: str) -> str:
    """The separator that occurs most in the first lines; quoted parts are left out."""
    lines = re.sub(r'"[^"]*"', "", head)
    return max(DELIMITERS, key=lambda mark: (lines.count(mark), -DELIMITERS.index(mark)))
