"""Read csv and tab-separated text of any office encoding, row by row, within limits."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from notoneless.common.errors import Fault
from notoneless.files.encodings import csv_encoding
from notoneless.files.sheet_scan import MAX_COLUMNS

DELIMITERS = ",\t;|"
HEAD_CHARACTERS = 64 << 10
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

    def rows(self) -> Iterator[list[str]]:
        """Raises Fault E006 (unclosed quote), E016 (line or row too long)."""
        with self._text() as text:
            lines = _Lines(text, self._file_name)
            reader = csv.reader(lines, delimiter=self.delimiter)
            first = 1
            try:
                for row in reader:
                    if lines.ended or reader.line_num - first >= MAX_LINES_A_ROW:
                        raise Fault("E006", file=self._file_name, line=first)
                    first = reader.line_num + 1
                    if len(row) > MAX_COLUMNS:
                        raise Fault("E016", file=self._file_name, line=reader.line_num, size=f"有 {len(row)} 列")
                    yield [_plain(cell) for cell in row] if lines.armed else row
                    lines.armed = False
            except csv.Error as error:
                raise Fault("E006", file=self._file_name, line=reader.line_num, detail=repr(error)) from error

    def _text(self) -> io.TextIOWrapper:
        """The characters; closing them closes what was opened for them."""
        buffered = io.BufferedReader(cast(io.RawIOBase, self._opener()))
        return io.TextIOWrapper(buffered, encoding=self.encoding, errors="replace", newline="")


class _Lines:
    """The lines of a text, none of them endless. ``armed``: since it was last reset, a line had a cell ``="…"``.

    ``ended``: all lines are given; a row that is complete only then was still open at the end, inside quotes.
    """

    def __init__(self, text: io.TextIOWrapper, file_name: str) -> None:
        self._text = text
        self._file_name = file_name
        self._number = 0
        self.armed = False
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE):
            self._number += 1
            if len(line) == LONGEST_LINE:
                raise Fault("E016", file=self._file_name, line=self._number, size=f"超过 {LONGEST_LINE >> 20} 百万字")
            if '="' in line:
                self.armed = True
            yield line.replace("\x00", "") if "\x00" in line else line
        self.ended = True


def _plain(cell: str) -> str:
    found = AS_TEXT.fullmatch(cell)
    return found[1] if found else cell


def _delimiter(head: str) -> str:
    """The separator that occurs most in the first lines; quoted parts are left out."""
    lines = re.sub(r'"[^"]*"', "", head)
    return max(DELIMITERS, key=lambda mark: (lines.count(mark), -DELIMITERS.index(mark)))
