"""Tables out: text stays text, no cell can run, and what was written reads back as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common.errors import Fault
from notoneless.files import xlsx_write
from notoneless.files.csv_write import FORMULA_STARTS, disarm, write_csv
from notoneless.files.tables import read_table
from notoneless.files.xlsx_write import Sheet, write_workbook
from notoneless.roster.core.header_text import tidy

DANGEROUS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "＝1", "\t=1", "371321201305021226", "0012"]


def test_workbook_cells_are_text_and_numbers_only_when_meant(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    notes, tints = {(0, 0): "请核对"}, {(0, 0): "#FFF4D6", (1, 1): "#FFF4D6"}
    rows = [["=1+1", 3], [None, ""], ["371321201305021226", 2.5]]
    write_workbook(path, [Sheet("甲", ["姓名", "=A1"], rows, [10, 20], notes, tints, {1: "说明"})])
    sheet = read_table(path).sheets[0]
    assert list(sheet.rows) == [["姓名", "=A1"], ["=1+1", "3"], ["", ""], ["371321201305021226", "2.5"]]
    page = openpyxl.load_workbook(path)["甲"]
    assert page["A2"].data_type == "s"
    assert page["A2"].comment.text == "请核对"
    assert page["B1"].comment.text == "说明"
    assert page["A2"].fill.start_color.rgb == page["B3"].fill.start_color.rgb == "FFFFF4D6"
    assert page["A4"].number_format == "@"
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_write, "MAX_ROWS", 2)
    with pytest.raises(Fault) as caught:
        write_workbook(tmp_path / "x.xlsx", [Sheet("甲", ["a"], [["1"], ["2"], ["3"]])])
    assert caught.value.code == "E008"


def test_csv_opens_in_excel_and_starts_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert write_csv(path, ["姓名", "=住址"], [[text, None] for text in DANGEROUS]) == len(DANGEROUS)
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    cells = [row[0] for row in read_table(path).sheets[0].rows]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


@pytest.mark.parametrize("number", ["-5", "+3.5", "12", "-0.01"])
def test_signed_numbers_stay_plain(number: str) -> None:
    assert disarm(number) == number


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=20))
def test_what_was_disarmed_reads_back(text: str) -> None:
    text = tidy(text)
    assert tidy(disarm(text)) == text or not text.startswith(FORMULA_STARTS)
