"""Rows in blocks: a csv cut at its separators holds what the csv module reads, wherever its blocks end."""

from __future__ import annotations

import csv
import io
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notoneless.common.errors import Fault
from notoneless.files import csv_read
from notoneless.files.blocks import chunks, lists_of, make_block, split_block
from notoneless.files.csv_read import AS_TEXT, CsvFile

CELLS = st.text(st.sampled_from('王aé\u3000,;"=\n\r\t \x00\x1f0'), max_size=6)
ROWS = st.lists(st.lists(CELLS, max_size=4), max_size=10)
RAGGED = st.text(st.sampled_from('王a,,"=\n\n\r\x000'), max_size=60)


def as_the_csv_module_reads(text: str, delimiter: str) -> list[list[str]] | str:
    """The rules without blocks: no NUL, ``="…"`` in a row is its text, a quote open at the end is a fault."""
    lines = io.StringIO(text, newline="")
    state = {"ended": False, "armed": False}

    def given_lines():  # type: ignore[no-untyped-def]
        for line in lines:
            state["armed"] |= '="' in line
            yield line.replace("\x00", "")
        state["ended"] = True

    rows = []
    try:
        for row in csv.reader(given_lines(), delimiter=delimiter):
            if state["ended"]:
                return "E006"
            rows.append([found[1] if state["armed"] and (found := AS_TEXT.fullmatch(cell)) else cell for cell in row])
            state["armed"] = False
    except csv.Error:
        return "E006"
    return rows


def read(text: str, block: int) -> tuple[list[list[str]] | str, str]:
    file = CsvFile(lambda: io.BytesIO(text.encode("utf-8-sig")), "名册.csv")
    with patch.object(csv_read, "BLOCK_CHARACTERS", block):
        try:
            return [row for rows in file.blocks() for row in lists_of(rows)], file.delimiter
        except Fault as fault:
            return fault.code, file.delimiter


@settings(deadline=None)
@given(RAGGED, st.integers(1, 40))
@example('a,b\r\n"c\r\n",d\r\n', 4)
@example("a,b\r\nc,d", 4)
@example('a,="1"\n"b,\n\n', 3)
def test_any_text_is_read_as_the_csv_module_reads_it(text: str, block: int) -> None:
    rows, delimiter = read(text, block)
    assert rows == as_the_csv_module_reads(text, delimiter)


@settings(deadline=None)
@given(ROWS, st.sampled_from([",", "\t", ";"]), st.sampled_from(["\n", "\r\n"]), st.integers(1, 60))
def test_any_written_list_is_read_back(rows: list[list[str]], delimiter: str, end: str, block: int) -> None:
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=delimiter, lineterminator=end).writerows(rows)
    found, guessed = read(lines.getvalue(), block)
    assert found == as_the_csv_module_reads(lines.getvalue(), guessed)


def test_a_long_cell_a_wide_row_and_a_long_row_are_refused_in_any_block(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = ",".join("x" * (csv_read.MAX_COLUMNS + 1))
    quoted = '"' + "\n" * (csv_read.MAX_LINES_A_ROW + 1) + '"'
    monkeypatch.setattr(csv_read, "LONGEST_LINE", 1 << 18)
    for text, code in {
        "a,b\n" + "y" * (csv.field_size_limit() + 1) + "\n": "E006",
        f"a,b\n{wide}\n": "E016",
        f"a,b\n{quoted}\n": "E006",
        "a,b\n" + "y,y," * (1 << 16) + "\n": "E016",
    }.items():
        assert read(text, 1 << 20)[0] == read(text, 16)[0] == code


def test_a_quote_slows_only_its_own_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_read, "BLOCK_CHARACTERS", 8)
    text = '"a,\n1",b\n' + "c,d\n" * 10
    blocks = [lists_of(block) for block in CsvFile(lambda: io.BytesIO(text.encode()), "x.csv").blocks()]
    assert blocks[0] == [["a,\n1", "b"]]
    assert [len(block) for block in blocks[1:]] == [3, 3, 3, 1]


def test_rows_before_a_fault_are_given_first() -> None:
    blocks = CsvFile(lambda: io.BytesIO(b'a,b\nc,d\n"e,f\n'), "x.csv").blocks()
    assert lists_of(next(blocks)) == [["a", "b"], ["c", "d"]]
    with pytest.raises(Fault, match="E006"):
        next(blocks)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(st.sampled_from("王a "), max_size=3), min_size=1, max_size=3), max_size=6))
def test_a_block_holds_what_it_was_made_of(rows: list[list[str]]) -> None:
    text = "".join("\x1f".join(row) + "\x1e" for row in rows)
    block = split_block(text.encode(), b"\x1f", b"\x1e")
    assert block.equals(make_block(rows))
    assert lists_of(block) == rows
    assert lists_of(block.slice(1)) == rows[1:]


def test_a_text_that_is_no_utf8_is_not_taken() -> None:
    with pytest.raises(pa.ArrowInvalid):
        split_block(b"\xff\x1e", b"\x1f", b"\x1e")


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=6), st.integers(0, 9), st.integers(1, 7))
def test_chunks_hold_all_rows_in_order(sizes: list[int], skip: int, rows: int) -> None:
    numbers = iter(range(100))
    blocks = [make_block([[str(next(numbers))] for _ in range(size)]) for size in sizes]
    found = [lists_of(chunk) for chunk in chunks(iter(blocks), skip, rows)]
    assert [row for chunk in found for row in chunk] == [[str(number)] for number in range(skip, sum(sizes))]
    assert all(len(chunk) == rows for chunk in found[:-1])
    assert all(found)
