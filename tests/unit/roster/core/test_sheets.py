"""Several sheets of one workbook: those of one kind are one list, and of every other one the reason is said."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from notoneless.common.errors import Fault
from notoneless.common.resident_id import check_digit
from notoneless.roster.core import Roster, read_roster

YAN = "37132120130502122" + check_digit("37132120130502122")
CHUAN = "37132120150917215" + check_digit("37132120150917215")
HE = "37132120160101111" + check_digit("37132120160101111")
HEADER = ["姓名", "身份证号", "户号", "户籍状态"]


def workbook(**sheets: Any) -> bytes:
    """A workbook with these rows; a name that begins with 隐 is a hidden sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        page.sheet_state = "hidden" if name.startswith("隐") else "visible"
        for row in rows:
            page.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def read(data: bytes, kind: str | None = None, **options: Any) -> Roster:
    return read_roster(data, kind, file_name="名单.xlsx", within="371321", **options)


def test_sheets_of_one_kind_are_one_list_each_with_its_own_header() -> None:
    data = workbook(
        一村=[HEADER, ["王小燕", YAN, "1", "正常"], ["", "3.71321E+17", "1", ""]],
        二村=[["二村名册"], ["户号", "户籍状态", "备注", "公民身份号码", "姓名"], ["2", "正常", "", CHUAN, "王小川"]],
    )
    roster = read(data)
    columns = ("sheet", "row_no", "name", "hh_no")
    assert list(zip(*(roster.rows[each].to_pylist() for each in columns), strict=True)) == [
        ("一村", 2, "王小燕", "1"),
        ("二村", 3, "王小川", "2"),
    ]
    assert [(sheet.name, sheet.header_row) for sheet in roster.sheets] == [("一村", 1), ("二村", 2)]
    assert roster.sheets[1].mapping.positions["name"] == 4
    assert (roster.sheet, roster.header_row, roster.left_out) == ("一村", 1, [])
    assert {name: counts.read for name, counts in roster.sheet_counts.items()} == {"一村": 2, "二村": 1}
    assert sum(counts.refused for counts in roster.sheet_counts.values()) == roster.counts.refused == 1
    assert "2 张工作表合为一份读入，表头在“一村”第 1 行、“二村”第 2 行" in roster.recognised


def test_a_person_on_two_sheets_is_there_once_whatever_the_order_of_columns() -> None:
    data = workbook(
        总表=[HEADER, ["王小燕", YAN, "1", "正常"], ["王小川", CHUAN, "2", "正常"]],
        一村=[HEADER[::-1], ["正常", "1", YAN, "王小燕"], ["迁出", "2", CHUAN, "王小川"]],
    )
    roster = read(data)
    assert (roster.counts.accepted, roster.counts.duplicate) == (3, 1)
    assert len(set(roster.rows["row_key"].to_pylist())) == 3


def test_of_every_sheet_not_read_the_reason_is_said() -> None:
    data = workbook(
        填表说明=[["请如实填写"], ["不得漏报"]],
        名单=[HEADER, ["王小燕", YAN, "1", "正常"]],
        空的=[],
        学籍=[["姓名", "身份证号", "学籍号", "年级", "班级"], ["王小川", CHUAN, "", "一年级", "1班"]],
        缺列=[["姓名", "户号", "户籍状态", "与户主关系"], ["王小川", "2", "正常", "子"]],
        隐着=[HEADER, ["李小禾", HE, "3", "正常"]],
        汇总=[["代码", "名称"], ["1", "2"]],
    )
    roster = read(data, "hukou")
    assert dict(roster.left_out) == {
        "填表说明": "没有表头",
        "空的": "空表",
        "学籍": "像“学籍”",
        "缺列": "缺：身份证号",
        "隐着": "隐藏的表",
        "汇总": "说明或汇总",
    }
    assert set(roster.other_sheets) == set(dict(roster.left_out))
    assert roster.rows["name"].to_pylist() == ["王小燕"]


def test_one_sheet_can_be_asked_for_even_a_hidden_one() -> None:
    data = workbook(名单=[HEADER, ["王小燕", YAN, "1", "正常"]], 隐着=[HEADER, ["李小禾", HE, "3", "正常"]])
    roster = read(data, sheet="隐着")
    assert roster.rows["name"].to_pylist() == ["李小禾"]
    assert roster.left_out == [("名单", "没有选它")]
    assert "这张工作表在文件里是隐藏的，已照常读入" in roster.recognised
    with pytest.raises(Fault) as caught:
        read(data, sheet="没有的")
    assert caught.value.code == "E009"


def test_hidden_rows_and_columns_are_read_and_said() -> None:
    book = openpyxl.Workbook()
    page = book.active
    people = [["王小燕", YAN, "1"], ["王小川", CHUAN, "2"], ["李小禾", HE, "3"], ["王小燕", YAN, "4"]]
    for row in [HEADER[:3], *people]:
        page.append(row)
    for number in (2, 3, 5):
        page.row_dimensions[number].hidden = True
    page.column_dimensions["C"].hidden = True
    data = io.BytesIO()
    book.save(data)
    roster = read(data.getvalue())
    assert roster.counts.accepted == 4
    assert (roster.sheets[0].hidden_rows, roster.sheets[0].hidden_columns) == ("2–3、5", (2,))
    assert "第 2–3、5 行在文件里是隐藏的，已照常读入" in roster.recognised
    assert "第 C 列在文件里是隐藏的，已照常读入" in roster.recognised


def test_columns_named_by_hand_count_for_the_sheets_that_have_them() -> None:
    data = workbook(
        一村=[["甲", "身份证号", "户号", "户籍状态"], ["王小燕", YAN, "1", "正常"]],
        二村=[HEADER, ["王小川", CHUAN, "2", "正常"]],
    )
    assert read(data).rows["name"].to_pylist() == ["王小川"]
    roster = read(data, "hukou", mapping={"甲": "name"})
    assert roster.rows["name"].to_pylist() == ["王小燕", "王小川"]
    with pytest.raises(Fault) as caught:
        read(data, "hukou", mapping={"甲": "name", "丁": "hh_no"})
    assert caught.value.code == "E310"


def test_a_list_with_no_row_in_any_sheet_is_refused() -> None:
    with pytest.raises(Fault) as caught:
        read(workbook(一村=[HEADER], 二村=[HEADER, ["", "", "", ""]]), "hukou")
    assert caught.value.code == "E311"
