"""Lists with a family in each row: nobody of it is missed, and each comes from the row it stood in."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from notoneless.common.resident_id import check_digit
from notoneless.roster.core import Roster, errors_workbook, read_roster


def an_id(number: int) -> str:
    body = f"37132120130502{number:03d}"
    return body + check_digit(body)


HEADER = (
    "户号,低保证号,户主姓名,成员1姓名,成员1身份证号,成员1与户主关系,成员2姓名,成员2身份证号,成员3姓名,成员3身份证号\n"
)
LINES = [
    f"1,D1,王建国,王小燕,{an_id(1)},女儿,王小川,{an_id(2)},,",
    f"2,D2,李存,李小禾,{an_id(3)},儿子,,,,",
    ",,,,,,,,,",
    "合计,,,3,,,,,,",
]


def low_income(header: str, *lines: str) -> Roster:
    return read_roster((header + "\n".join(lines)).encode(), "low_income", file_name="低保.csv")


def test_each_member_is_a_row_of_its_own() -> None:
    roster = low_income(HEADER, *LINES)
    rows = sorted(roster.rows.to_pylist(), key=lambda row: row["row_no"])
    assert [(row["row_no"], row["name"], row["id_no"]) for row in rows] == [
        (2, "王小燕", an_id(1)),
        (2, "王小川", an_id(2)),
        (3, "李小禾", an_id(3)),
    ]
    assert [(row["cert_no"], row["head_name"], row["relation"]) for row in rows][1] == ("D1", "王建国", None)
    assert len(rows[0]["raw"]) == 10
    assert "每行最多写 3 个人，一人算一行" in roster.recognised
    assert roster.counts.read == 12
    assert roster.ignored == {"空行": 3, "合计行": 3, "没有这一位成员": 3}
    assert [sheet.member for sheet in roster.sheets] == [1, 2, 3]
    assert roster.mapping.extra == ["户号"]


@pytest.mark.parametrize(
    "header",
    [
        "低保证号,姓名,身份证号,成员1姓名,成员1身份证号,成员2姓名,成员2身份证号\n",
        "低保证号,姓名,身份证号,姓名1,身份证号1,姓名2,身份证号2\n",
        "低保证号,姓名,身份证号,家庭成员一姓名,家庭成员一证件号码,家庭成员二姓名,家庭成员二证件号码\n",
        ",,,成员1,,成员2,\n低保证号,姓名,身份证号,姓名,身份证号,姓名,身份证号\n",
    ],
)
def test_the_one_with_the_plain_name_is_one_of_them(header: str) -> None:
    roster = low_income(header, f"D1,王建国,{an_id(9)},王小燕,{an_id(1)},王小川,{an_id(2)}")
    assert sorted(roster.rows["name"].to_pylist()) == ["王小川", "王小燕", "王建国"]
    assert roster.rows["cert_no"].to_pylist() == ["D1"] * 3


def test_a_school_roll_with_parents_is_no_such_list() -> None:
    roll = "姓名,身份证件号,年级,学籍号,成员1姓名,成员1证件号,成员2姓名,成员2证件号,成员3姓名\n"
    roster = read_roster(f"{roll}王小燕,{an_id(1)},七年级,,王建国,,李存,,甲\n".encode(), file_name="学籍.csv")
    assert roster.rows["name"].to_pylist() == ["王小燕"]


def test_a_single_member_is_the_person_of_the_row() -> None:
    roster = low_income("低保证号,成员1姓名,成员1身份证号\n", f"D1,王小燕,{an_id(1)}")
    assert roster.rows["name"].to_pylist() == ["王小燕"]


def test_a_wrong_row_goes_back_once_and_comes_in_again(tmp_path: Path) -> None:
    path = tmp_path / "错误.xlsx"
    header = HEADER.replace("户号,", "")
    roster = low_income(header, f"D1,王建国,王小燕,3.71321E+17,女儿,王小川,3.71321E+17,李小禾,{an_id(3)}")
    assert (roster.counts.accepted, roster.counts.refused) == (1, 2)
    errors_workbook(roster, path)
    book = openpyxl.load_workbook(path)
    page = book["低保"]
    assert page.max_row == 2
    assert page["J2"].value.count("E107") == 2
    page["D2"], page["G2"] = an_id(1), an_id(2)
    book.save(path)
    again = read_roster(path)
    assert sorted(again.rows["name"].to_pylist()) == ["李小禾", "王小川", "王小燕"]
