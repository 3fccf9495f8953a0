"""Columns that could be two things are asked, never guessed; an answer is the mapping, and is not asked again."""

from __future__ import annotations

from typing import Any

import pytest

from notoneless.common.errors import Fault
from notoneless.common.resident_id import check_digit
from notoneless.roster.core import Roster, load_kinds, read_roster
from notoneless.roster.core.shapes import Seen, look_at, masked_example, shape_of

NAMES = ["王小燕", "王小川", "李小禾", "张强"]
OTHERS = ["王建国", "王建国", "李存", "张大海"]


def an_id(number: int) -> str:
    body = f"37132120130502{number:03d}"
    return body + check_digit(body)


IDS = [an_id(n) for n in range(1, 5)]
PHONES = [f"1380000000{n}" for n in range(4)]


def table(columns: dict[str, list[str]]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(label.removesuffix("#") for label in columns), *(",".join(row) for row in rows)]
    return "\n".join(lines).encode()


def hukou(columns: dict[str, list[str]], **options: Any) -> Roster:
    whole = {**columns, "户号": ["1", "1", "2", "3"], "户籍状态": ["正常"] * 4}
    return read_roster(table(whole), file_name="户籍.csv", **options)


def questions(columns: dict[str, list[str]], **options: Any) -> list[dict[str, Any]]:
    with pytest.raises(Fault) as caught:
        hukou(columns, **options)
    assert caught.value.code in ("E321", "E302")
    return caught.value.values["questions"]


def choices(question: dict[str, Any]) -> list[str]:
    return [choice["column"] for choice in question["choices"]]


def test_two_columns_of_one_heading_are_asked_when_they_differ() -> None:
    columns = {"姓名": NAMES, "姓名#": OTHERS, "身份证号": IDS}
    found = questions(columns)
    assert [question["label"] for question in found] == ["姓名", "姓名(2)"]
    assert all(choices(question) == ["name", ""] for question in found)
    assert found[0]["examples"] == ["王*燕", "王*川", "李*禾"]
    assert found[0]["sheet"] == "户籍"
    roster = hukou(columns, mapping={"姓名": "", "姓名(2)": "name"})
    assert roster.rows["name"].to_pylist() == OTHERS


def test_a_better_heading_does_not_win_where_the_person_is_at_stake() -> None:
    found = questions({"姓名": OTHERS, "学生姓名": NAMES, "身份证号": IDS})
    assert [question["label"] for question in found] == ["姓名", "学生姓名"]


@pytest.mark.parametrize(
    "second",
    [NAMES, [f" {name} " for name in NAMES], [""] * 4, ["无"] * 4, ["1", "2", "3", "4"]],
    ids=["same", "same but blanks", "empty", "nothing", "no names"],
)
def test_a_second_column_that_says_nothing_else_is_not_asked(second: list[str]) -> None:
    roster = hukou({"姓名": NAMES, "姓名#": second, "身份证号": IDS})
    assert roster.rows["name"].to_pylist() == NAMES
    assert "姓名(2)" in roster.mapping.extra


def test_two_addresses_or_phones_are_no_question() -> None:
    columns = {"姓名": NAMES, "身份证号": IDS, "联系电话": PHONES, "家长电话": PHONES[::-1]}
    assert hukou(columns).rows["phone"].to_pylist() == PHONES


def test_values_that_contradict_their_heading_are_asked() -> None:
    columns = {"姓名": NAMES, "证件号": PHONES}
    (question,) = questions(columns)
    assert (question["label"], choices(question)) == ("证件号", ["phone", "id_no", ""])
    assert question["choices"][0]["why"] == "内容像电话号码（4 行里 4 行）"
    assert PHONES[0] not in str(question)
    assert hukou(columns, mapping={"证件号": "id_no"}).problem_counts["E104"] == 4
    with pytest.raises(Fault) as caught:
        hukou(columns, mapping={"证件号": "phone"})
    assert caught.value.code == "E302"


def test_two_columns_written_over_each_other() -> None:
    found = questions({"姓名": IDS, "身份证号": NAMES, "出生日期": ["2013-05-02"] * 4})
    assert [question["label"] for question in found] == ["姓名"]
    assert choices(found[0])[0] == "id_no"
    roster = hukou({"姓名": IDS, "身份证号": NAMES}, mapping={"姓名": "id_no", "身份证号": "name"})
    assert roster.rows["id_no"].to_pylist() == IDS


def test_a_few_odd_cells_or_a_tiny_list_are_no_question() -> None:
    assert hukou({"姓名": NAMES, "证件号": [*IDS[:2], *PHONES[:2]]}).counts.read == 4
    tiny = "姓名,证件号,户号\n王小燕,13800000000,1\n"
    assert read_roster(tiny.encode(), file_name="户籍.csv").counts.read == 1


def test_a_column_without_heading_that_holds_numbers_of_persons_is_offered() -> None:
    data = table({"学校": ["岸堤小学"] * 4, "年级": ["三年级"] * 4, "姓名": NAMES, "": IDS, "是否在校": ["是"] * 4})
    with pytest.raises(Fault) as caught:
        read_roster(data, file_name="点名.csv")
    (question,) = caught.value.values["questions"]
    assert (question["label"], choices(question)) == ("第4列", ["id_no", ""])
    assert read_roster(data, file_name="点名.csv", mapping={"第4列": "id_no"}).rows["id_no"].to_pylist() == IDS
    roster = read_roster(data, file_name="点名.csv", mapping={"第4列": ""})
    assert set(roster.rows["id_state"].to_pylist()) == {"missing"}


def test_a_missing_column_names_what_looks_like_it() -> None:
    columns = {"姓名": NAMES, "备注2": IDS}
    with pytest.raises(Fault) as caught:
        hukou(columns)
    assert caught.value.code == "E302"
    assert "缺：身份证号；多：备注2；“身份证号”是不是“备注2”？内容像身份证号（4 行里 4 行）" in caught.value.what
    (question,) = caught.value.values["questions"]
    assert (question["label"], choices(question)) == ("备注2", ["id_no", ""])
    assert hukou(columns, mapping={"备注2": "id_no"}).counts.accepted == 4


def test_student_numbers_in_the_id_column() -> None:
    numbers = [f"G{number}" for number in IDS]
    roll = {"姓名": NAMES, "身份证号": numbers, "年级": ["三年级"] * 4, "就读方式": ["走读"] * 4}
    with pytest.raises(Fault) as caught:
        read_roster(table(roll), file_name="学籍.csv")
    assert choices(caught.value.values["questions"][0]) == ["student_no", "id_no", ""]
    roster = hukou({"姓名": NAMES, "身份证号": numbers})
    assert (roster.rows["id_no"].to_pylist(), roster.problem_counts) == (IDS, {"E322": 4})


def test_a_certificate_tells_disability_from_other_kinds() -> None:
    numbers = [f"{number}43" for number in IDS]
    data = table({"姓名": NAMES, "身份证号": IDS, "证号": numbers, "起始年月": ["2026-01"] * 4})
    assert read_roster(data, file_name="名单.csv").kind == "disability"


@pytest.mark.parametrize(
    ("cell", "shape"),
    [
        (IDS[0], "id_no"),
        (f"'{IDS[0].lower()}", "id_no"),
        (f"G{IDS[0]}", "student_no"),
        (f"{IDS[0]}43", "cert_no"),
        ("138-0000-0000", "phone"),
        ("0539-3221234", "phone"),
        ("2013年5月2日", "date"),
        ("20130502", "date"),
        ("2013-05-02 00:00:00", "date"),
        ("20131399", ""),
        ("41396", ""),
        ("男", "sex"),
        ("王小燕", ""),
        ("3.71321E+17", ""),
        ("12345678901234567", ""),
        ("", ""),
    ],
)
def test_shapes(cell: str, shape: str) -> None:
    assert shape_of(cell) == shape


def test_what_a_column_looks_like_needs_cells_enough() -> None:
    assert look_at([[IDS[0]], [""], [IDS[1]]], 0).shape == ""
    assert look_at([[each] for each in IDS], 0).shape == "id_no"
    assert look_at([[each] for each in [*IDS[:2], *PHONES[:2]]], 0).shape == ""
    assert look_at([[], []], 3) == Seen((), {})
    assert not look_at([[each] for each in IDS], 0).contradicts(load_kinds()["hukou"].column("id_no"))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("王小燕", "王*燕"),
        ("男", "男"),
        ("13800000000", "13"),
        ("沂南县岸堤镇柳行岔村某某处", "沂南县岸堤镇柳行岔村某某"),
    ],
)
def test_examples_are_masked(cell: str, shown: str) -> None:
    assert masked_example(cell).startswith(shown)
    assert "8000000" not in masked_example(cell)
