"""Suggestions: what a list could be mended by, counted, with an example, and mended when it is applied."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from notoneless.common.resident_id import check_digit
from notoneless.roster.core import Correction, Registers, Roster, Suggestion, load_kinds, read_roster
from notoneless.roster.core.evened import evened_rows
from notoneless.roster.core.grid import Texts
from notoneless.roster.core.suggest import MOST_WORDS

YAN = "37132120130502122" + check_digit("37132120130502122")
SCHOOLS = [("2137000123", "岸堤镇中心小学"), ("3137000045", "岸堤镇初级中学"), ("2137000124", "岸堤镇第二小学")]
REGISTERS = Registers(within="371321", schools=SCHOOLS)
HUKOU = "姓名,出生日期,公民身份号码,户号,户籍状态,户籍地址\n"
ROLL = "姓名,身份证件号,年级,学籍号,学校名称\n"


def an_id(number: int) -> str:
    body = f"37132120130502{number:03d}"
    return body + check_digit(body)


def hukou(*lines: str, **options: Any) -> Roster:
    data = (HUKOU + "\n".join(lines)).encode()
    return read_roster(data, file_name="户籍.csv", **{"registers": REGISTERS, **options})


def of_topic(roster: Roster, topic: str) -> list[Suggestion]:
    return [each for each in roster.suggestions if each.topic == topic]


def test_a_village_near_the_register_is_suggested_and_mends_the_rows() -> None:
    lines = [f"王小燕,,{an_id(n)},{n},正常,沂南县岸堤镇柳行叉村{n}号" for n in range(3)]
    lines.append(f"王小川,,{an_id(9)},9,正常,沂南县岸堤镇柳行岔村9号")
    found = of_topic(hukou(*lines), "place")
    correction = Correction("addr", "fragment", "柳行叉村", "柳行岔村")
    assert found == [Suggestion("place", correction, 3, "柳行叉村→柳行岔村", True, ("柳行岔村",))]
    mended = hukou(*lines, corrections=[correction])
    assert of_topic(mended, "place") == []
    assert set(mended.rows["addr_code"].to_pylist()) == {"371321101247"}


def test_what_could_be_several_places_is_only_offered() -> None:
    (found,) = of_topic(hukou(f"王小燕,,{YAN},1,,沂南县岸堤镇柳行村1号"), "place")
    assert found.correction == Correction("addr", "fragment", "柳行村", "")
    assert (found.choices, found.certain) == (("柳行岔村",), False)
    assert found.with_choice("柳行岔村").meant == "柳行岔村"


@pytest.mark.parametrize("address", ["河南省某县柳行叉村", "沂南县岸堤镇", "某地", ""])
def test_of_a_place_elsewhere_or_unsaid_nothing_is_suggested(address: str) -> None:
    assert of_topic(hukou(f"王小燕,,{YAN},1,,{address}"), "place") == []


@pytest.mark.parametrize(
    ("written", "meant", "certain"),
    [
        ("岸提镇中心小学", "岸堤镇中心小学", False),
        ("案堤镇中心小学", "岸堤镇中心小学", True),
        ("沂南县岸堤镇中心小学", "岸堤镇中心小学", True),
        ("岸堤中学", "岸堤镇初级中学", False),
        ("岸堤小学", "", False),
    ],
)
def test_school_names_near_the_register(written: str, meant: str, certain: bool) -> None:
    data = (ROLL + f"王小燕,{YAN},七年级,,{written}\n" * 2).encode()
    (found,) = of_topic(read_roster(data, file_name="学籍.csv", registers=REGISTERS), "school")
    assert found.correction == Correction("school_name", "word", written, meant)
    assert (found.rows, found.certain, meant in found.choices or not meant) == (2, certain, True)


def test_known_and_wholly_unknown_schools_are_left_alone() -> None:
    data = (ROLL + f"王小燕,{YAN},七年级,,岸堤镇中心小学\n王小川,,七年级,,外省某校\n").encode()
    assert of_topic(read_roster(data, file_name="学籍.csv", registers=REGISTERS), "school") == []
    assert of_topic(read_roster(data, file_name="学籍.csv"), "school") == []


def test_birth_dates_that_differ_from_a_valid_number() -> None:
    lines = [
        f"王小燕,2013-05-03,{YAN},1,,",
        f"王小川,昨天,{an_id(7)},1,,",
        "李小禾,昨天,,1,,",
        f"张强,,{an_id(8)},1,,",
    ]
    (found,) = of_topic(hukou(*lines), "birth")
    assert (found.correction, found.rows, found.certain) == (Correction("dob", "birth_from_id"), 2, False)
    mended = hukou(*lines, corrections=[Correction("dob", "birth_from_id")])
    assert of_topic(mended, "birth") == []
    assert mended.corrected == {Correction("dob", "birth_from_id"): found.rows}


@pytest.mark.parametrize(
    ("kind", "heading", "written", "meant", "certain"),
    [
        ("poverty", "户类型", "脱贫戶", "脱贫户", True),
        ("poverty", "户类型", "低保户", "", False),
        ("hukou", "民族", "维族", "维吾尔族", False),
        ("hukou", "户籍状态", "正长", "正常", False),
        ("hukou", "户籍状态", "在外", "", False),
    ],
)
def test_unknown_words_get_the_list_and_the_near_one(
    kind: str, heading: str, written: str, meant: str, certain: bool
) -> None:
    headings = list(
        dict.fromkeys(["姓名", "身份证号", "户号", "户类型" if kind == "poverty" else "户籍状态", heading])
    )
    cells = {"姓名": "王小燕", "身份证号": YAN, "户号": "1", "户类型": "脱贫户", "户籍状态": "正常", heading: written}
    data = (",".join(headings) + "\n" + ",".join(cells[each] for each in headings) + "\n").encode()
    (found,) = of_topic(read_roster(data, kind, file_name="x.csv"), "word")
    column = {"户类型": "household_type", "民族": "nation", "户籍状态": "hukou_status"}[heading]
    assert found.correction == Correction(column, "word", written, meant)
    assert found.certain is certain
    assert "正常" in found.choices or column != "hukou_status"


def test_a_column_of_names_in_the_wrong_place_gives_no_words() -> None:
    lines = [f"王小燕,,{an_id(n)},{n},第{n}人,某地" for n in range(MOST_WORDS + 1)]
    assert of_topic(hukou(*lines), "word") == []


def test_no_number_of_a_person_gets_into_a_suggestion() -> None:
    roster = hukou(f"王小燕,,{YAN},1,{YAN},{YAN}", f"　王小川 ,,'{an_id(5)},1,13800000001,沂南县岸堤镇柳行叉村")
    said = str([each.to_dict() for each in roster.suggestions])
    for number in (YAN, an_id(5), "13800000001", "王小川"):
        assert number not in said
    assert of_topic(roster, "evened")[0].rows == 1


@pytest.mark.parametrize(
    ("column_id", "cells", "rows"),
    [
        ("name", ["王小燕", "王 小燕", " 王小燕", "王小燕\u3000", "王小燕"], {1, 2, 3}),
        ("id_no", [YAN, f"'{YAN}", f"{YAN[:6]} {YAN[6:]}", f'="{YAN}"', YAN.replace("1", "１")], {1, 2, 3, 4}),
        ("addr", ["岸堤镇 柳行岔村（1组）", "岸堤镇\t", "２号"], {1, 2}),
    ],
)
def test_what_counts_as_evened_out(column_id: str, cells: list[str], rows: set[int]) -> None:
    column = load_kinds()["hukou"].column(column_id)
    found, example = evened_rows(Texts.of(pa.array(cells)), column)
    assert set(found.tolist()) == rows
    assert YAN not in example
    found, example = evened_rows(Texts.of(pa.array(cells[:1])), column)
    assert (found.tolist(), example) == ([], "")
