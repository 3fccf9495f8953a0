"""What goes back to the sender: the wrong rows, said where and why, ready to be corrected and sent again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from notoneless.common.resident_id import check_digit
from notoneless.files.tables import read_table
from notoneless.files.xlsx_write import Sheet, write_workbook
from notoneless.roster.core import errors_workbook, load_kinds, read_roster, template

YAN = "37132120130502122" + check_digit("37132120130502122")
TITLED = f"""某县学生花名册
学生信息,,,,监护人信息,
姓名,身份证号,年级,学籍号,姓名,备注
王小燕,3.71321E+17,七年级,,王建国,=1+1
,{YAN},六年级,,李存,无名
王小川,{YAN},五年级,,王建国,好
"""
TITLED_HEAD = read_roster(TITLED.encode(), file_name="学籍.csv").head


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
    assert summary[5][1:] == ("名册种类", "学籍")
    assert {row[0] for row in summary[6:]} == {"E107", "E230"}


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


TWO_SHEETS = ["姓名", "身份证号", "户号"]


def two_sheets(path: Path) -> None:
    sheets = [
        Sheet("一村", TWO_SHEETS, [["王小燕", "3.71321E+17", "1"], ["李小禾", YAN, "1"]]),
        Sheet("二村", ["户号", "公民身份号码", "姓名"], [["2", YAN, ""], ["3", "3.71321E+17", "王小川"]]),
        Sheet("三村", TWO_SHEETS, [["张强", YAN, "5"]]),
    ]
    write_workbook(path, sheets)


def test_wrong_rows_of_several_sheets_go_back_on_as_many_and_come_in_again(tmp_path: Path) -> None:
    path = tmp_path / "户籍.xlsx"
    two_sheets(path)
    first = read_roster(path)
    back = tmp_path / "错误.xlsx"
    assert errors_workbook(first, back) == 3
    book = openpyxl.load_workbook(back)
    assert book.sheetnames == ["一村", "二村", "汇总"]
    assert [cell.value for cell in book["二村"][1]] == ["户号", "公民身份号码", "姓名", "错误说明"]
    again = read_roster(back)
    assert [sheet.name for sheet in again.sheets] == ["一村", "二村"]
    assert (again.counts.read, again.counts.refused, again.mends) == (3, 3, True)
    book["一村"]["B2"], book["二村"]["C2"], book["二村"]["B3"] = YAN, "王小燕", YAN
    book.save(back)
    mended = read_roster(back)
    assert (mended.counts.accepted, mended.counts.refused, mended.mends) == (3, 0, True)
    assert mended.rows["sheet"].to_pylist() == ["一村", "二村", "二村"]


def test_the_kind_told_by_hand_is_known_when_the_rows_come_back(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    first = read_roster("姓名,身份证号\n王小燕,3.71321E+17\n".encode(), "hukou", file_name="x.csv")
    errors_workbook(first, path)
    assert read_roster(path).kind == "hukou"


def test_a_column_that_was_asked_about_is_not_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    data = "姓名,姓名,身份证号\n王小燕,王建国,3.71321E+17\n".encode()
    first = read_roster(data, "hukou", mapping={"姓名": "name", "姓名(2)": ""})
    errors_workbook(first, path)
    assert next(iter(read_table(path).sheets[0].rows))[:3] == ["姓名", "不用：姓名", "身份证号"]
    assert read_roster(path).mapping.positions == first.mapping.positions


def test_sheets_with_names_alike_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    names = ["汇总表/一" * 9, "汇总表:一" * 9, "汇总"]
    heads = [replace(TITLED_HEAD.sheets[0], name=name) for name in names]
    refused = pa.concat_tables(
        [
            read_roster(TITLED.encode(), file_name="学籍.csv").refused.slice(0, 1).set_column(1, "sheet", [[name]])
            for name in names
        ]
    )
    roster = replace(
        read_roster(TITLED.encode(), file_name="学籍.csv"), head=replace(TITLED_HEAD, sheets=heads), refused=refused
    )
    assert errors_workbook(roster, path) == 3
    made = openpyxl.load_workbook(path).sheetnames
    assert len({name.lower() for name in made}) == 4
    assert made[2:] == ["需改正的行", "汇总"]


def test_template_offers_lists_from_a_hidden_sheet_and_keeps_numbers_as_text(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    kind = load_kinds()["school_roll"]
    template(kind, path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["学籍", "填写说明", "选项"]
    assert [page.sheet_state for page in book] == ["visible", "visible", "hidden"]
    page = book["学籍"]
    assert (page.freeze_panes, page.max_row) == ("A2", 1)
    header = [cell.value for cell in page[1]]
    id_column = page.column_dimensions[page.cell(1, header.index("身份证号") + 1).column_letter]
    assert id_column.number_format == "@"
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    letter = page.cell(1, header.index("性别") + 1).column_letter
    rule = rules[f"{letter}2:{letter}5001"]
    first, last = rule.formula1.removeprefix("选项!").replace("$", "").split(":")
    assert [cell.value for row in book["选项"][first:last] for cell in row] == ["男", "女", "未知"]
    assert all(len(rule.formula1) < 255 and rule.formula1.startswith("选项!") for rule in rules.values())
    assert "必需" in page.cell(1, header.index("姓名") + 1).comment.text
    lines = {row[0]: row for row in book["填写说明"].iter_rows(min_row=2, values_only=True)}
    assert lines["姓名"][3]
    assert "学生姓名" in lines["姓名"][4]


def test_a_filled_template_is_read_without_its_other_sheets(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    template(load_kinds()["hukou"], path)
    book = openpyxl.load_workbook(path)
    page = book["户籍"]
    header = {cell.value: cell.column for cell in page[1]}
    for name, value in {"姓名": "王小燕", "身份证号": YAN, "民族": "汉族", "户籍状态": "正常"}.items():
        page.cell(2, header[name]).value = value
    book.save(path)
    roster = read_roster(path)
    assert (roster.kind, roster.counts.accepted, roster.problem_counts) == ("hukou", 1, {})
    assert dict(roster.left_out) == {"填写说明": "说明或汇总", "选项": "隐藏的表"}
