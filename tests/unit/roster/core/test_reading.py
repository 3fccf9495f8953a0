"""Reading a roster: where each row goes, what each row carries, and that the parts add up."""

from __future__ import annotations

import datetime
import hashlib
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from notoneless.common.errors import Fault
from notoneless.common.resident_id import check_digit
from notoneless.files.xlsx_write import Sheet, write_workbook
from notoneless.roster.core import Roster, load_kinds, read_roster, read_roster_batches
from notoneless.roster.core.result import Counts


def an_id(first17: str) -> str:
    return first17 + check_digit(first17)


YAN, CHUAN = an_id("37132120130502122"), an_id("37132120150917215")
HUKOU = "姓名,性别,出生日期,公民身份号码,户号,户籍地址\n"


def hukou(*lines: str, **options: Any) -> Roster:
    return read_roster((HUKOU + "\n".join(lines) + "\n").encode(), file_name="户籍.csv", within="371321", **options)


def test_an_accepted_row_carries_values_and_origin() -> None:
    roster = hukou(f" 王 小燕,女,20130502,{YAN.lower()},0012,沂南县岸堤镇柳行岔村12号", sender="公安局")
    row = roster.rows.to_pylist()[0]
    assert row["raw"] == [" 王 小燕", "女", "20130502", YAN.lower(), "0012", "沂南县岸堤镇柳行岔村12号"]
    assert (row["row_no"], row["sheet"]) == (2, "户籍")
    assert (row["name"], row["sex"], row["dob"]) == ("王小燕", "2", datetime.date(2013, 5, 2))
    assert (row["id_no"], row["id_state"], row["hh_no"]) == (YAN, "valid", "0012")
    assert row["addr_code"].startswith("371321")
    assert row["hukou_status"] is None
    assert (roster.sender, roster.format, roster.encoding) == ("公安局", "csv", "utf-8")
    assert roster.file_sha256 == hashlib.sha256((HUKOU + ",".join(row["raw"]) + "\n").encode()).hexdigest()


@pytest.mark.parametrize(
    ("dob", "sex", "codes", "kept"),
    [
        ("", "", [], (datetime.date(2013, 5, 2), "2")),
        ("2013-05-03", "女", ["E210"], (datetime.date(2013, 5, 3), "2")),
        ("去年", "女", ["E201", "E212"], (datetime.date(2013, 5, 2), "2")),
        ("2013-05-02", "男", ["E211"], (datetime.date(2013, 5, 2), "1")),
        ("2013-05-02", "人妖", ["E220"], (datetime.date(2013, 5, 2), "2")),
    ],
)
def test_birth_and_sex_are_held_against_the_id_number(
    dob: str, sex: str, codes: list[str], kept: tuple[datetime.date, str]
) -> None:
    roster = hukou(f"王小燕,{sex},{dob},{YAN},1,")
    assert [problem.code for problem in roster.problems] == codes
    assert {problem.severity for problem in roster.problems} <= {"warn"}
    row = roster.rows.to_pylist()[0]
    assert (row["dob"], row["sex"]) == kept


def test_a_wrong_id_number_is_kept_and_marked() -> None:
    wrong = YAN[:-1] + ("1" if YAN[-1] != "1" else "2")
    rows = hukou(
        f"王小燕,,,{wrong},1,", "王小川,,,无,1,", "李小禾,,,,1,", "张强,,,37132113050212,1,"
    ).rows.to_pylist()
    assert [row["id_state"] for row in rows] == ["bad_check", "placeholder", "missing", "bad_length"]
    assert [row["id_no"] for row in rows] == [wrong, None, None, "37132113050212"]
    assert [row["sex"] for row in rows] == ["0"] * 4
    assert [row["dob"] for row in rows] == [None] * 4


def test_a_fifteen_digit_number_becomes_eighteen() -> None:
    row = hukou("王建国,,,371321860412311,1,").rows.to_pylist()[0]
    assert (row["id_no"], row["id_state"], row["sex"]) == (an_id("37132119860412311"), "valid", "1")


def test_a_number_typed_as_number_in_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "户籍.xlsx"
    rows = [["王小燕", float(YAN[:17] + "0"), "1"], ["王小川", CHUAN, 2]]
    write_workbook(path, [Sheet("名单", ["姓名", "身份证号", "户号"], rows)])
    roster = read_roster(path)
    assert roster.rows["hh_no"].to_pylist() == ["2"]
    refused = roster.refused.to_pylist()[0]
    assert (refused["row_no"], refused["problems"], refused["columns"]) == (2, ["E107"], [1])
    assert "文本" in refused["sentences"][0]


def test_problems_say_place_code_and_mending_without_the_full_number() -> None:
    roster = hukou(f"王小燕,,,{YAN[:-1]}A,1,", "王小川,,,3.71321E+17,1,")
    first = roster.problems[0]
    assert (first.where, first.code, first.severity) == ("户籍 第 2 行“身份证号”", "E105", "warn")
    assert first.how
    assert first.name
    for problem in roster.problems:
        assert YAN[4:14] not in problem.sentence + problem.value_masked
    assert roster.summary()[0][2] == 1


def test_a_row_without_name_is_refused() -> None:
    roster = hukou(f",女,,{YAN},1,", f"未取名,男,,{CHUAN},1,")
    assert roster.counts == Counts(2, 0, 2, 0, 0)
    assert roster.problem_counts == {"E230": 2}


def test_days_after_the_as_of_date_are_marked() -> None:
    roster = hukou("王小燕,女,2027-01-01,,1,", as_of=datetime.date(2026, 9, 1))
    assert "E206" in roster.problem_counts


def test_row_keys_are_keyed_and_tell_equal_people_apart() -> None:
    lines = [f"王小燕,女,,{YAN},1,", f"王小燕,女,,{YAN},2,", f"王小燕,女,,{YAN},1,", f"王小川,男,,{CHUAN},1,"]
    plain, keyed = hukou(*lines), hukou(*lines, index_key=b"k" * 32)
    keys = plain.rows["row_key"].to_pylist()
    assert plain.counts.duplicate == 1
    assert len(set(keys)) == 3
    assert all(len(key) == 24 for key in keys)
    assert not set(keys) & set(keyed.rows["row_key"].to_pylist())
    assert hukou(*lines).rows.equals(plain.rows)


def test_the_caller_may_say_what_a_column_is() -> None:
    data = f"甲,乙,丙\n王小燕,{YAN},1\n".encode()
    roster = read_roster(data, "hukou", file_name="x.csv", mapping={"甲": "name", "乙": "id_no", "丙": ""})
    assert roster.rows["name"].to_pylist() == ["王小燕"]
    assert roster.mapping.extra == ["丙"]


@pytest.mark.parametrize(
    "mapping",
    [{"丁": "name"}, {"甲": "nothing"}, {"甲": "name", "乙": "name"}],
)
def test_a_wrong_mapping_is_refused(mapping: dict[str, str]) -> None:
    with pytest.raises(Fault) as caught:
        read_roster(f"甲,乙,丙\n王小燕,{YAN},1\n".encode(), "hukou", mapping=mapping)
    assert caught.value.code == "E310"


def test_missing_column_says_missing_extra_and_near() -> None:
    data = "姓名,证件编码,性别,备注2\n王小燕,1,女,\n".encode()
    with pytest.raises(Fault) as caught:
        read_roster(data, "hukou", file_name="x.csv")
    assert caught.value.code == "E302"
    assert "缺：身份证号；多：证件编码、备注2" in caught.value.what
    with pytest.raises(Fault) as caught:
        read_roster("姓名,身份证号,户主,户类別\n王小燕,1,李,脱贫户\n".encode(), "poverty", file_name="x.csv")
    assert "“户类型”是不是“户类別”？" in caught.value.what


def test_the_sheet_that_fits_is_taken_and_the_others_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    sheets = [
        Sheet("说明", ["填表说明", "一"], [["请如实填写", "二"]]),
        Sheet("名单", ["姓名", "身份证号", "户号"], [["王小燕", YAN, "1"]]),
        Sheet("统计", ["乡镇", "人数"], [["岸堤镇", "1"]]),
    ]
    write_workbook(path, sheets)
    roster = read_roster(path)
    assert roster.sheet == "名单"
    assert roster.other_sheets == ["说明", "统计"]
    assert roster.left_out == [("说明", "没有表头"), ("统计", "没有表头")]
    assert "没有读的工作表：说明（没有表头）、统计（没有表头）" in roster.recognised


def test_batches_stream_with_the_same_result() -> None:
    lines = [f"王小燕{n % 7},女,,,{n},沂南县岸堤镇" for n in range(50)] + ["合计", "王小燕1,女,,,1,沂南县岸堤镇"]
    data = (HUKOU + "\n".join(lines) + "\n").encode()
    whole = read_roster(data, file_name="户籍.csv")
    stream = read_roster_batches(io.BytesIO(data), file_name="户籍.csv", chunk_rows=7)
    assert stream.head.kind.id == "hukou"
    assert pa.Table.from_batches(list(stream.accepted()), schema=stream.schema).equals(whole.rows)
    assert stream.counts == whole.counts == Counts(52, 50, 0, 1, 1)
    assert dict(stream.problem_counts) == whole.problem_counts


def test_kinds_that_fit_alike_are_not_guessed() -> None:
    data = f"姓名,身份证号,证号,起始年月\n王小燕,{YAN},1,2026-01\n".encode()
    with pytest.raises(Fault) as caught:
        read_roster(data, file_name="名单.csv")
    assert caught.value.code == "E304"


def test_notebook_view_holds_no_personal_data() -> None:
    text = hukou(f"王小燕,女,,{YAN[:-2]}00,1,")._repr_html_()
    assert "户籍" in text
    assert "王小燕" not in text
    assert YAN[:10] not in text


def test_lost_rows_are_never_silent() -> None:
    with pytest.raises(AssertionError, match="rows lost"):
        Counts(read=3, accepted=1).check()


def test_address_parts_are_joined_once() -> None:
    data = f"姓名,身份证号,户类型,县,乡镇,村,家庭住址\n王小燕,{YAN},脱贫户,沂南县,岸堤镇,柳行岔村,柳行岔村12号\n".encode()
    row = read_roster(data, file_name="脱贫户.csv").rows.to_pylist()[0]
    assert row["addr"] == "沂南县岸堤镇柳行岔村12号"
    assert row["addr_code"].startswith("371321")
    assert "addr_village" not in row


def test_an_address_of_no_known_place_is_only_a_warning() -> None:
    roster = hukou(f"王小燕,女,,{YAN},1,某地某村")
    assert roster.problem_counts == {"E305": 1}
    assert roster.rows["addr_code"].to_pylist() == [None]


def test_every_kind_can_be_named_in_chinese() -> None:
    for kind in load_kinds().values():
        assert read_roster(kind.example_path, kind.name).kind == kind.id


def test_a_list_without_id_numbers_is_read(tmp_path: Path) -> None:
    data = "学校,年级,班级,姓名,性别,是否在校\n岸堤小学,一年级,1班,王小燕,女,到校\n岸堤小学,一年级,1班,王小川,,请假\n".encode()
    roster = read_roster(data, file_name="点名.csv")
    assert roster.rows["id_state"].to_pylist() == ["missing"] * 2
    assert roster.rows["sex"].to_pylist() == ["2", "0"]
    assert roster.rows["present"].to_pylist() == ["1", "0"]
    assert roster.problem_counts == {}
    assert roster.definition.name == "在校点名"
    assert roster.mapping.to_dict()["missing"] == []
    assert roster.counts.to_dict()["accepted"] == 2
    with pytest.raises(AttributeError):
        roster.nothing  # noqa: B018


def test_a_name_that_begins_like_a_sum_is_a_person() -> None:
    rows = hukou(f"总小计,女,,{YAN},1,", f"注册生,男,,{CHUAN},2,").rows
    assert rows["name"].to_pylist() == ["总小计", "注册生"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [("id_no", "3.71321E+17", "E107"), ("date", "不是日子", "E201"), ("digits", "6.22319E+18", "E308")],
)
def test_a_wrong_side_value_never_keeps_a_child_out(column: str, cell: str, code: str) -> None:
    titles = {"id_no": "监护人身份证号", "date": "出生日期", "digits": "联系电话"}
    data = f"姓名,身份证号,学籍号,年级,{titles[column]}\n王小燕,,,七年级,{cell}\n".encode()
    roster = read_roster(data, file_name="学籍.csv")
    assert roster.counts.accepted == 1
    assert roster.problem_counts[code] == 1


def test_a_payment_that_cannot_be_compared_is_refused() -> None:
    header = "姓名,身份证号,项目,学期,金额\n"
    lines = [f"王小燕,{YAN},寄宿生生活补助,2026秋,625", f"王小川,{CHUAN},红包,2026秋,625", "李小禾,,一补,某学期,六百"]
    roster = read_roster((header + "\n".join(lines)).encode(), file_name="资助.csv")
    assert roster.rows["item"].to_pylist() == ["boarding_living"]
    assert roster.rows["amount_fen"].to_pylist() == [62500]
    assert roster.refused["problems"].to_pylist() == [["E307"], ["E101", "E316", "E309"]]
