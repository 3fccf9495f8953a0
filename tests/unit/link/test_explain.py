"""Why two rows are, or are not, one person: a dozen and more pairs, each with its answer. All people are invented."""

from __future__ import annotations

import functools
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.common import resident_id
from notoneless.common.errors import Fault
from notoneless.flows.explain_rows import weight_table, why
from notoneless.flows.link_lists import link
from notoneless.link.core import Explanation, LinkCosts, definitions, explain_rows
from notoneless.link.core.answer import joined
from notoneless.link.core.decide import step_rules
from notoneless.link.core.plain_rows import accepted_row

COSTS = LinkCosts(wrong=1000, missed=8, review=1)


def number(first17: str) -> str:
    return first17 + resident_id.check_digit(first17)


GIRL_ID = number("37132120140506026")
TWIN_ID = number("37132120140506028")
OTHER_ID = number("37132120130701031")
BAD_CHECK = GIRL_ID[:17] + ("0" if GIRL_ID[17] != "0" else "1")
GIRL = {
    "name": "王小花", "sex": "女", "dob": "2014-05-06", "id_no": GIRL_ID, "addr_code": "371321100201",
    "guardian_name": "王大山", "guardian_id": number("37132119850611031"),
}  # fmt: skip
NO_KIN = {"guardian_name": None, "guardian_id": None}
NO_ID = {"id_no": None}
FAR = {"addr_code": "371321105208"}

PAIRS: dict[str, tuple[dict[str, Any], bool | None, str]] = {
    "the same": ({}, True, "是同一人：身份证号相同，姓名相同。这一步不看分值"),
    "homophone": ({"name": "王晓华"}, True, "身份证号相同，姓名写法相近：出生日期、性别、身份证号、监护人证号相同，姓名同音"),
    "look-alike": ({"name": "玉小花", **NO_ID}, True, "家里人对得上"),
    "pinyin": ({"name": "王小hua", **NO_ID}, True, "姓名有字写成拼音"),
    "check digit": ({"id_no": BAD_CHECK}, True, "身份证号末位校验码不符，改正后相同"),
    "swapped day and month": ({"dob": "2014-06-05", **NO_ID}, True, "月和日正好颠倒"),
    "lunar birthday": ({"dob": "2014-04-08", **NO_ID}, True, "出生日期一个是另一个的农历"),
    "two digits": ({"id_no": "371329201405060368"}, True, "身份证号只差两位"),
    "renamed": ({"name": "李思涵"}, True, "多半是抄了别人的号码，出生日期、家里人也相同的可能是改了名"),
    "renamed without a witness": ({"name": "李思涵", **NO_KIN, **FAR}, None, "可能改名"),
    "twins": ({"name": "王小燕", "id_no": TWIN_ID}, False, "常见于双胞胎"),
    "namesakes": ({"id_no": OTHER_ID, "dob": "2013-07-01", **NO_KIN, **FAR}, False, "两个号码都通得过校验，所以不像是打错一位"),
    "namesakes without numbers": ({**NO_ID, **NO_KIN, **FAR}, None, "把握不足"),
    "copied number": (
        {"name": "李建国", "sex": "男", "dob": "2013-07-01", **NO_KIN, **FAR}, False, "多半是抄了别人的号码",
    ),
    "two numbers": ({"id_no": number("37132120140506118"), **NO_KIN}, None, "两个身份证号都有效却不同"),
    "sister": ({"name": "王小燕", "dob": "2016-01-09", **NO_ID}, False, "不是同一人：出生日期不同；相符的只有：性别、监护人证号相同"),
    "stranger": (
        {"name": "李建国", "sex": "男", "dob": "2013-07-01", **NO_ID, **NO_KIN, **FAR}, False, "没有一项相符",
    ),
    "nothing said": ({"name": "", "sex": "", "dob": "", **NO_ID, **NO_KIN, "addr_code": ""}, False, "没有可以比较的内容"),
}  # fmt: skip


@functools.cache
def explained(case: str) -> Explanation:
    return explain_rows(accepted_row(GIRL), accepted_row(GIRL | PAIRS[case][0]), costs=COSTS)


@pytest.mark.parametrize("case", PAIRS)
def test_each_pair_has_its_answer(case: str) -> None:
    _, same, said = PAIRS[case]
    found = explained(case)
    whole = found.answer + "".join(found.remarks)
    assert (found.same, said in whole) == (same, True), f"{found.step}: {whole}"
    assert GIRL_ID[6:14] not in whole
    assert found.answer.endswith("。")
    assert "；；" not in whole
    assert "。。" not in whole


@pytest.mark.parametrize("case", PAIRS)
def test_the_points_add_up(case: str) -> None:
    found = explained(case)
    assert found.prior + sum(field.weight for field in found.fields) == pytest.approx(found.weight, abs=0.1)
    assert (found.lower, found.upper) == (round(COSTS.lower, 2), round(COSTS.upper, 2))


def test_who_comes_near_is_told_what_is_missing() -> None:
    found = explained("namesakes without numbers")
    assert found.nearest is not None
    assert found.nearest.lacking
    assert "但不满足：" in found.answer
    assert explained("the same").nearest is None


@pytest.mark.parametrize(("decision", "same"), [("same", True), ("different", False)])
def test_a_decision_stands_above_and_the_machine_says_what_it_thinks(decision: str, same: bool) -> None:
    found = explain_rows(accepted_row(GIRL), accepted_row(GIRL | {"name": "李思涵"}), costs=COSTS, decision=decision)
    assert found.same is same
    assert found.answer.startswith(f"经办人已判定{'同一人' if same else '不是同一人'}，照办。程序自己看：")


def test_the_words_of_each_step_are_as_many_as_its_conditions() -> None:
    rules = step_rules(COSTS)
    for step in definitions.steps().values():
        assert not step.needs or len(step.needs) == len(rules[step.id]), step.id


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (["姓名相同", "出生日期相同", "同村居"], "姓名、出生日期相同，同村居"),
        (["姓名同音", "性别相同"], "性别相同，姓名同音"),
        (["同村居"], "同村居"),
        ([], ""),
    ],
)
def test_labels_read_as_one_would_say_them(labels: list[str], text: str) -> None:
    assert joined(labels) == text


def test_cells_of_any_type_are_read_alike() -> None:
    text = accepted_row(GIRL)
    typed = accepted_row(GIRL | {"dob": date(2014, 5, 6), "sex": 2, "addr_code": 371321100201})
    assert text == typed
    assert accepted_row(GIRL | {"dob": 20140506, "addr_code": 371321100201.0}) == text
    assert accepted_row({"mother_name": "李四"})["guardian_name"] == "李四"


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(GIRL)), st.text("王小花2014-05Xx 无?男", max_size=10)))
def test_any_two_rows_get_an_answer(cells: dict[str, str]) -> None:
    found = explain_rows(accepted_row(GIRL), accepted_row(cells), costs=COSTS)
    assert found.answer
    assert found.same in (True, False, None)


def lists() -> tuple[pa.Table, pa.Table]:
    left = [
        {"row_id": "S1", **GIRL, "id_no": BAD_CHECK},
        {"row_id": "S2", **GIRL, "name": "王小燕", "id_no": TWIN_ID},
    ]
    right = [{"row_id": "R1", **GIRL}, {"row_id": "R2", **GIRL, "name": "王小燕", "id_no": TWIN_ID}]
    return pa.Table.from_pylist(left), pa.Table.from_pylist(right)


@pytest.mark.slow
def test_two_rows_of_two_lists_and_who_fits_better() -> None:
    left, right = lists()
    linked = link(left, right, costs=COSTS).links
    pairs = set(zip(linked["left_row"].to_pylist(), linked["right_row"].to_pylist(), strict=True))
    for one in ("S1", "S2"):
        for other in ("R1", "R2"):
            found = why(left, one, right, other, costs=COSTS)
            assert ((one, other) in pairs) is bool(found.said.same)
    crossed = why(left, "S1", right, "R2", costs=COSTS)
    assert "左边这一行和右边的 R1 更合得上（证号改正后相同" in crossed.text
    assert "右边这一行和左边的 S2 更合得上（证号姓名相同" in crossed.text
    assert GIRL_ID not in str(crossed.to_dict())


def test_rows_of_files_are_named_by_their_number(tmp_path: Path) -> None:
    left, right = (table.drop_columns(["row_id"]) for table in lists())
    pq.write_table(left, tmp_path / "left.parquet")
    pacsv.write_csv(right, tmp_path / "right.csv")
    found = why(tmp_path / "left.parquet", 1, tmp_path / "right.csv", 1, costs=COSTS)
    assert found.said.step == "repaired_id"
    table = weight_table(found.said)
    assert table[0][0] == "起点"
    assert table[-1][0] == "合计"
    assert all(len(line) == 5 for line in table)
    assert GIRL_ID not in str(table)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    left, right = lists()
    with pytest.raises(Fault, match="E410"):
        why(left, "S9", right, "R1")
    with pytest.raises(Fault, match="E407"):
        why(tmp_path / "none.parquet", 1, right, "R1")
    with pytest.raises(Fault, match="E407"):
        why(tmp_path / "none.csv", 1, right, "R1")
