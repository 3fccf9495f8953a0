"""Where the header stands, and which rows below it are no people."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from notoneless.common.errors import Fault
from notoneless.common.resident_id import check_digit
from notoneless.roster.core import Roster, read_roster
from notoneless.roster.core.header_rows import spread
from notoneless.roster.core.mapping import make_headings

YAN = "37132120130502122" + check_digit("37132120130502122")
CHUAN = "37132120150917215" + check_digit("37132120150917215")
HEADER = ["序号", "姓名", "身份证号", "户号", "户籍状态"]
PERSON = ["1", "王小燕", YAN, "1", "正常"]
OTHER = ["2", "王小川", CHUAN, "2", "正常"]


def workbook(rows: list[list[Any]], merged: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    for each in merged:
        book.active.merge_cells(each)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def read(rows: list[list[Any]], *merged: str, kind: str | None = "hukou") -> Roster:
    return read_roster(workbook(rows, merged), kind, file_name="名单.xlsx")


@pytest.mark.parametrize("titles", range(8))
def test_the_header_may_stand_in_the_first_eight_rows(titles: int) -> None:
    rows = [["某县2026年名册"], ["填报单位：某派出所", "", "2026年9月1日"], ["说明：请如实填写"]]
    above = [rows[index % 3] for index in range(titles)]
    roster = read([*above, HEADER, PERSON])
    assert (roster.header_row, roster.rows["row_no"].to_pylist()) == (titles + 1, [titles + 2])


def test_a_header_over_three_rows_with_merged_cells() -> None:
    roster = read(
        [
            ["某校花名册"],
            ["学生信息", "", "", "", "", "家庭情况", "", ""],
            ["基本情况", "", "", "学籍情况", "", "监护人", "", "住址"],
            ["姓名", "性别", "身份证号", "学籍号", "年级", "姓名", "电话", ""],
            ["王小燕", "女", YAN, "", "七年级", "王建国", "13800000000", "沂南县岸堤镇"],
        ],
        "A1:H1",
        "A2:E2",
        "F2:H2",
        "A3:C3",
        "D3:E3",
        "F3:G3",
        "H3:H4",
        kind=None,
    )
    row = roster.rows.to_pylist()[0]
    assert (roster.kind, roster.header_row, row["row_no"]) == ("school_roll", 3, 5)
    assert (row["name"], row["guardian_name"], row["phone"], row["addr"]) == (
        "王小燕",
        "王建国",
        "13800000000",
        "沂南县岸堤镇",
    )


def test_headings_merged_downwards_beside_unknown_groups() -> None:
    roster = read(
        [
            ["姓名", "身份证号", "户号", "收入", ""],
            ["", "", "", "工资", "其他"],
            ["王小燕", YAN, "1", "100", "20"],
        ],
        "A1:A2",
        "B1:B2",
        "C1:C2",
        "D1:E1",
    )
    assert roster.rows["row_no"].to_pylist() == [3]
    assert roster.counts.refused == 0


@pytest.mark.parametrize(
    ("rows", "ignored"),
    [
        ([["第 1 页 共 3 页"]], {"说明行": 1}),
        ([["岸堤镇小计", "", "12", "", ""]], {"合计行": 1}),
        ([["", "合计：2人", "", "", ""]], {"合计行": 1}),
        ([["柳行岔村合计", "2", "", "", ""]], {"合计行": 1}),
        ([["某县名册"], HEADER], {"重复的表头": 2}),
        ([["1", "2", "3", "4", "5"]], {"重复的表头": 1}),
        ([["", "", "", "", ""]] * 50, {"空行": 50}),
        ([["3", "", "", "", ""]], {"只有序号等不用的列": 1}),
        ([["填表人：李老师", "", "审核人：", "", ""]], {"说明行": 1}),
    ],
)
def test_rows_in_the_middle_that_are_no_people(rows: list[list[str]], ignored: dict[str, int]) -> None:
    roster = read([["某县名册"], HEADER, PERSON, *rows, OTHER])
    assert roster.rows["name"].to_pylist() == ["王小燕", "王小川"]
    assert (dict(roster.ignored), roster.counts.refused) == (ignored, 0)


@pytest.mark.parametrize("name", ["计小计", "王合计", "共青", "第五小花", "1", "小计"])
def test_a_person_with_an_id_is_never_a_sum_or_note(name: str) -> None:
    roster = read([HEADER, PERSON, ["2", name, CHUAN, "2", "正常"]])
    assert roster.counts.accepted == 2


def test_thousands_of_formatted_blank_rows_cost_nothing() -> None:
    book = openpyxl.Workbook()
    for row in [HEADER, PERSON]:
        book.active.append(row)
    for number in range(3, 3003):
        book.active.cell(number, 3).number_format = "@"
    data = io.BytesIO()
    book.save(data)
    roster = read_roster(data.getvalue(), file_name="户籍.xlsx")
    assert roster.counts.accepted == 1
    assert roster.counts.read == roster.counts.accepted + roster.counts.ignored


@pytest.mark.parametrize(
    ("upper", "lower", "merged", "groups"),
    [
        (["学生", "", "家长", ""], ["姓名", "性别", "姓名", "电话"], [], ["学生", "学生", "家长", "家长"]),
        (["姓名", "家长", ""], ["", "姓名", "电话"], [], ["姓名", "家长", "家长"]),
        (["学生", "", ""], ["姓名", "性别", "备注"], [(0, 1)], ["学生", "学生", ""]),
        (["学生"], ["姓名", "性别", "备注"], [(0, 9)], ["学生", "学生", "学生"]),
        ([], ["姓名"], [(3, 4)], [""]),
    ],
)
def test_groups_over_merged_cells(
    upper: list[str], lower: list[str], merged: list[tuple[int, int]], groups: list[str]
) -> None:
    assert spread(upper, lower, merged) == groups


def test_labels_tell_columns_apart() -> None:
    headings = make_headings(["姓名", "姓名", "", "电话"], [["学生", "家长", "", "家长"]], ["家长"])
    assert [heading.label for heading in headings] == ["学生姓名", "家长姓名", "第3列", "家长电话"]
    assert "姓名" in headings[0].keys
    assert "姓名" not in headings[1].keys
    assert headings[2].keys == ()


def test_field_ids_of_the_national_export_are_headings() -> None:
    header = [
        "xm",
        "xbm",
        "csrq",
        "mzm",
        "sfzjlxm",
        "sfzjh",
        "grbsm",
        "nj",
        "bj",
        "rxny",
        "jdfsm",
        "lxdh",
        "jtzz",
        "sflsetm",
    ]
    row = [
        "王小燕",
        "2",
        "20130502",
        "01",
        "1",
        YAN,
        f"G{YAN}",
        "7",
        "1",
        "202509",
        "1",
        "13800000000",
        "岸堤镇",
        "0",
    ]
    roster = read([header, row], kind=None)
    found = roster.rows.to_pylist()[0]
    assert roster.kind == "school_roll"
    assert roster.recognised.startswith("含xm、xbm、csrq，像全国学籍系统导出；认作“学籍”")
    assert (found["name"], found["sex"], found["nation"], found["grade"], found["boarding"]) == (
        "王小燕",
        "2",
        "汉族",
        "7",
        "day",
    )


def test_the_sentence_says_which_program_wrote_the_list() -> None:
    header = ["户编号", "人编号", "姓名", "证件号码", "户类型", "脱贫年度", "监测对象类别"]
    roster = read([header, ["1", "01", "王小燕", YAN, "脱贫户", "2018", ""]], kind=None)
    assert roster.recognised.startswith("含户编号、人编号、脱贫年度，像防返贫导出；认作“脱贫享受政策与监测对象”")


def test_a_list_short_of_one_column_is_not_taken_for_another_kind() -> None:
    header = [
        "户编号",
        "人编号",
        "姓名",
        "证件号码",
        "与户主关系",
        "脱贫年度",
        "监测对象类别",
        "在校生状况",
        "致贫原因",
    ]
    with pytest.raises(Fault) as caught:
        read([header, ["1", "01", "王小燕", YAN, "女", "2018", "", "小学", ""]], kind=None)
    assert "缺：户类型" in caught.value.what
