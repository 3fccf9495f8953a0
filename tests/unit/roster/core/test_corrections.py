"""Corrections: a person's word on what a writing means changes what is read, never what was sent."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from notoneless.common.errors import Fault
from notoneless.common.resident_id import check_digit
from notoneless.roster.core import Correction, Roster, read_roster, read_roster_batches

YAN = "37132120130502122" + check_digit("37132120130502122")
CHUAN = "37132120150917215" + check_digit("37132120150917215")
HUKOU = "姓名,出生日期,公民身份号码,户号,户籍状态,户籍地址\n"
PLACE = Correction("addr", "fragment", "柳行叉村", "柳行岔村")
WORD = Correction("hukou_status", "word", "在户", "正常")
BIRTH = Correction("dob", "birth_from_id")


def hukou(*lines: str, **options: Any) -> Roster:
    return read_roster((HUKOU + "\n".join(lines)).encode(), file_name="户籍.csv", within="371321", **options)


def test_a_fragment_of_an_address_is_read_as_meant_and_the_cell_stays() -> None:
    roster = hukou(f"王小燕,,{YAN},1,正常,沂南县岸堤镇 柳行叉村12号", corrections=[PLACE])
    row = roster.rows.to_pylist()[0]
    assert (row["addr"], row["addr_code"]) == ("沂南县岸堤镇 柳行岔村12号", "371321101247")
    assert row["raw"][-1] == "沂南县岸堤镇 柳行叉村12号"
    assert roster.corrected == {PLACE: 1}


def test_a_fragment_is_found_in_every_part_of_the_address_and_counted_once_a_row() -> None:
    header = "姓名,身份证号,户类型,乡镇,村,家庭住址\n"
    data = f"{header}王小燕,{YAN},脱贫户,岸堤镇,柳行叉村,柳行叉村12号\n".encode()
    roster = read_roster(data, file_name="脱贫户.csv", within="371321", corrections=[PLACE])
    assert roster.rows["addr"].to_pylist() == ["岸堤镇柳行岔村12号"]
    assert roster.corrected == {PLACE: 1}


@pytest.mark.parametrize(
    ("written", "meant", "cell", "read"),
    [
        ("岸堤", "岸堤镇", "沂南县岸堤柳行岔村", "沂南县岸堤镇柳行岔村"),
        ("岸堤", "岸堤镇", "沂南县岸堤镇柳行岔村", "沂南县岸堤镇柳行岔村"),
        ("５号", "6号", "柳行岔村５号", "柳行岔村５号"),
    ],
)
def test_a_fragment_is_not_put_in_twice(written: str, meant: str, cell: str, read: str) -> None:
    correction = Correction("addr", "fragment", written, meant)
    assert hukou(f"王小燕,,{YAN},1,,{cell}", corrections=[correction]).rows["addr"].to_pylist() == [read]


def test_a_word_is_the_whole_cell() -> None:
    lines = [f"王小燕,,{YAN},1,　在户 ,", f"王小川,,{CHUAN},1,不在户,"]
    assert hukou(*lines).problem_counts["E307"] == 2
    roster = hukou(*lines, corrections=[WORD])
    assert roster.rows["hukou_status"].to_pylist() == ["normal", None]
    assert (roster.problem_counts["E307"], roster.corrected) == (1, {WORD: 1})


def test_births_are_taken_from_valid_id_numbers_only() -> None:
    lines = [
        f"王小燕,2013-05-03,{YAN},1,,",
        f"王小川,去年,{CHUAN},1,,",
        "李小禾,去年,,1,,",
        f"张强,2013-05-02,{YAN},1,,",
    ]
    roster = hukou(*lines, corrections=[BIRTH])
    born, other = datetime.date(2013, 5, 2), datetime.date(2015, 9, 17)
    assert roster.rows["dob"].to_pylist() == [born, other, None, born]
    assert (roster.problem_counts, roster.corrected) == ({"E101": 1, "E201": 1}, {BIRTH: 2})


def test_counts_are_those_of_the_whole_file() -> None:
    data = (HUKOU + f"王小燕,,{YAN},1,在户,\n" * 9).encode()
    batches = read_roster_batches(data, file_name="户籍.csv", corrections=[WORD, PLACE], chunk_rows=4)
    assert sum(batch.accepted.num_rows for batch in batches) == 1
    assert batches.corrected == {WORD: 9, PLACE: 0}


def test_corrections_are_kept_as_plain_data() -> None:
    assert Correction.from_dict(PLACE.to_dict()) == PLACE
    with pytest.raises(Fault, match="E320"):
        Correction.from_dict({"column": "addr", "rule": "word", "why": "x"})


@pytest.mark.parametrize(
    "correction",
    [
        Correction("addr", "guess", "a", "b"),
        Correction("nothing", "word", "a", "b"),
        Correction("addr", "fragment", " ", "b"),
        Correction("addr", "fragment", "a", ""),
        Correction("sex", "birth_from_id"),
    ],
)
def test_a_correction_that_says_nothing_is_refused(correction: Correction) -> None:
    with pytest.raises(Fault) as caught:
        hukou(f"王小燕,,{YAN},1,,", corrections=[correction])
    assert caught.value.code == "E320"
