"""What goes back to the sender: the wrong rows, said where and why, ready to be corrected and sent again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from notoneless.common.resident_id import check_digit
from notoneless.files.tables import read_table
from notoneless.roster.core import errors_workbook, load_kinds, read_roster, template

YAN = "37132120130502122" + check_digit("37132120130502122")
TITLED = f"""某县学生花名册
学生信息,,,,监护人信息,
姓名,身份证号,年级,学籍号,姓名,备注
王小燕,3.71321E+17,七年级,,王建国,=1+1
,{YAN},六年级,,李存,无名
王小川,{YAN},五年级,,王建国,好
"""


def test_only_wrong_rows_go_back_tinted_noted_and_explained(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    roster = read_roster(TITLED.encode(), file_name="学籍.csv")
    assert errors_workbook(roster, path) == 2
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["学籍", "汇总"]
    page = book["学籍"]
    header = [cell.value for cell in page[1]]
    assert header == ["姓名", "身份证号", "年级", "学籍号", "监护人姓名", "监护人信息备注", "错误说明"]
    assert page["B2"].fill.start_color.rgb == "FFFFF4D6"
    assert "E107" in page["B2"].comment.text
    assert "文本" in page["G2"].value
    assert page["F2"].value == "=1+1"
    assert page["F2"].data_type == "s"
    summary = [row[:3] for row in book["汇总"].iter_rows(min_row=2, values_only=True)]
    assert [row[1:] for row in summary[:5]] == [("读入", 3), ("可导入", 1), ("有错误", 2), ("重复", 0), ("已忽略", 0)]
    assert {row[0] for row in summary[5:]} == {"E107", "E230"}


def test_sent_back_as_it_is_the_workbook_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    first = read_roster(TITLED.encode(), file_name="学籍.csv")
    errors_workbook(first, path)
    again = read_roster(path)
    assert (again.kind, again.counts.read, again.counts.refused) == ("school_roll", 2, 2)
    assert again.mapping.positions == first.mapping.positions
    assert "错误说明" not in again.mapping.extra
    assert again.refused["problems"].to_pylist() == first.refused["problems"].to_pylist()


def test_corrected_rows_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    errors_workbook(read_roster(TITLED.encode(), file_name="学籍.csv"), path)
    book = openpyxl.load_workbook(path)
    page = book["学籍"]
    page["B2"], page["A3"] = YAN, "李小禾"
    book.save(path)
    again = read_roster(path)
    assert (again.counts.accepted, again.counts.refused) == (2, 0)
    assert again.rows["guardian_name"].to_pylist() == ["王建国", "李存"]
    assert again.rows["grade"].to_pylist() == ["7", "6"]


def test_columns_told_by_hand_get_a_heading_that_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    data = "甲,乙\n王小燕,3.71321E+17\n".encode()
    errors_workbook(read_roster(data, "hukou", mapping={"甲": "name", "乙": "id_no"}), path)
    assert next(iter(read_table(path).sheets[0].rows))[:2] == ["姓名", "身份证号"]


def test_a_column_left_out_by_hand_stays_left_out(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    data = "姓名,本人,身份证号\n母亲甲,王小燕,3.71321E+17\n".encode()
    first = read_roster(data, "hukou", mapping={"本人": "name", "姓名": ""})
    errors_workbook(first, path)
    assert read_roster(path, "hukou").mapping.positions == first.mapping.positions


@pytest.mark.parametrize("kind", load_kinds().values(), ids=lambda kind: kind.id)
def test_template_is_understood_column_by_column(tmp_path: Path, kind) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "模板.xlsx"
    template(kind, path)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.append(["1"] * page.max_column)
    book.save(path)
    roster = read_roster(path)
    assert roster.kind == kind.id
    assert set(roster.mapping.columns.values()) == {column.id for column in kind.columns if not column.into}
    assert not roster.mapping.extra
