"""The streamed workbook: what goes in comes out, as text, in any reader; nothing is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from notoneless.common.errors import Fault
from notoneless.files import xlsx_stream
from notoneless.files.sealed import SealedReader, SealingWriter
from notoneless.files.xlsx_stream import StreamedSheet, stream_workbook

ROWS = [
    ["王小燕", "371321201603050014", "<b>&amp;\"'"],
    ["=1+1", "0539", "两行\n文字"],
    ["", "", "\x00坏\x1f字符\ufffe"],
]


def book_of(rows: list[list[str]], sheets: int = 1) -> bytes:
    stream = io.BytesIO()
    one = [StreamedSheet(f"表{n}", ["姓名", "证号", "说明"], rows, [10.0, 22.0, 30.0]) for n in range(sheets)]
    stream_workbook(stream, one)
    return stream.getvalue()


def test_every_cell_comes_back_as_text() -> None:
    content = book_of(ROWS, sheets=2)
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
        assert rows == [["姓名", "证号", "说明"], *ROWS[:2], ["", "", "坏字符"]]
        assert {cell.data_type for cell in sheet[3] if cell.value} <= {"s", "inlineStr"}
    other = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert other.sheet_names == ["表0", "表1"]
    assert other.get_sheet_by_index(0).to_python()[1][1] == "371321201603050014"


def test_it_goes_through_a_stream_that_cannot_go_back(tmp_path: Path) -> None:
    key = b"k" * 32
    with SealingWriter(tmp_path / "sealed", key, b"x") as target:
        stream_workbook(target, [StreamedSheet("表", ["甲"], ([str(n)] for n in range(2000)), [9.0])])
    with SealedReader(tmp_path / "sealed", key, b"x") as reader:
        sheet = openpyxl.load_workbook(io.BytesIO(reader.read())).active
    assert sheet is not None
    assert sheet.max_row == 2001


def test_rows_are_taken_one_by_one() -> None:
    taken: list[int] = []

    def rows() -> Iterator[list[str]]:
        for number in range(3000):
            taken.append(number)
            yield [str(number)]

    parts = xlsx_stream._sheet(StreamedSheet("表", ["甲"], rows(), [9.0]))
    next(parts)
    assert taken == []
    next(parts)
    assert len(taken) == xlsx_stream.ROWS_A_WRITE


def test_more_rows_than_excel_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_stream, "MAX_ROWS", 2)
    with pytest.raises(Fault, match="表"):
        book_of(ROWS)
