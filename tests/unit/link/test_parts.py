"""The small parts of linking: names, slips, groups, stable ids, explanations, definitions."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from tests.lib.link_people import table_of

from notoneless.common import names, resident_id
from notoneless.common.errors import Fault
from notoneless.engine import open_engine
from notoneless.link.core import LinkCosts, LinkWindow, definitions, explain_rows
from notoneless.link.core.groups import Groups
from notoneless.link.core.identity import keep_names, mint_names, pair_id
from notoneless.link.core.inputs import load_rosters
from notoneless.link.core.judge import FIELDS
from notoneless.link.core.keys import describe_slip, prepare_names, prepare_rows
from notoneless.link.core.linking import ALL_AGES
from notoneless.link.core.name_compare import compare_names

NOBODY = pa.chunked_array([pa.array([], pa.string())])
COSTS = LinkCosts(wrong=1000, missed=8, review=1)


@pytest.mark.parametrize(
    ("left", "right", "verdict"),
    [
        ("王小花", "王小花", "same"),
        ("王小花", "王晓华", "homophone"),
        ("王雨晴", "王雨睛", "lookalike"),
        ("王己未", "王已未", "lookalike"),
        ("王小花", "王花小", "swapped"),
        ("王小花", "李小花", "surname"),
        ("王子轩", "王子豪", "one_char"),
        ("王花", "王军", "none"),
        ("王小花", "王花", "damaged"),
        ("王小花", "王", "remnant"),
        ("王", "李小花", "none"),
        ("阿依古丽买买提", "阿依古丽买", "damaged"),
        ("王小玥", "王小yue", "latin"),
        ("王小花", "wangxiaohua", "latin"),
        ("王小花", "lihua", "none"),
        ("王小花", "李花明", "shared"),
        ("王小花", "李建国", "none"),
        ("", "王小花", "none"),
    ],
)
def test_names(left: str, right: str, verdict: str) -> None:
    folded = names.fold(left), names.fold(right)
    sound = names.syllables(left) == names.syllables(right)
    assert compare_names(*folded, same_sound=sound) == verdict
    assert compare_names(*reversed(folded), same_sound=sound) == verdict


def test_slips_are_told_without_showing_digits() -> None:
    good = "371321201405060268"
    assert resident_id.is_valid(good)
    assert describe_slip(good[:-1] + "X", good) == "末位校验码不符"
    assert describe_slip("3" + "1" + good[2:], good) == "第2位打错"
    assert describe_slip(good[:2] + good[3] + good[2] + good[4:], good) == "第3、4位颠倒"
    assert describe_slip(good[1:], good) == "少了一位"
    assert describe_slip(good + "1", good) == "多了一位"


def test_groups_never_join_what_a_clerk_kept_apart() -> None:
    groups = Groups(apart=[(1, 3)])
    assert groups.join(1, 2)
    assert not groups.join(2, 3)
    assert groups.join(2, 1)
    assert groups.renamed() == {2: 1}


def test_groups_refuse_two_valid_numbers_unless_decided() -> None:
    groups = Groups(ids={1: 11, 3: 33})
    assert groups.join(1, 2)
    assert not groups.join(2, 3)
    assert groups.join(2, 3, by_decision=True)
    assert groups.find(3) == 1


def test_new_names_are_short_stable_and_never_those_of_the_last_sweep() -> None:
    first = mint_names(["aa", "bb"], b"k", NOBODY).to_pylist()
    assert first == mint_names(["bb", "aa"], b"k", NOBODY).to_pylist()[::-1]
    assert all(name.startswith("C") and len(name) == 12 for name in first)
    assert len(set(mint_names(["aa", "aa"], b"k", NOBODY).to_pylist())) == 2
    again = mint_names(["aa", "bb"], b"k", pa.chunked_array([first[:1]])).to_pylist()
    assert again[0] not in first
    assert again[1] == first[1]
    assert mint_names(["aa"], b"other", NOBODY) != mint_names(["aa"], b"k", NOBODY)
    with pytest.raises(Fault):
        mint_names(["aa"], b"", NOBODY)


def test_a_name_stays_with_the_person_that_holds_most_of_its_rows() -> None:
    shared = [
        {"pid": 1, "child_id": "CA", "n": 2, "row_key": "k1"},
        {"pid": 2, "child_id": "CA", "n": 5, "row_key": "k2"},
        {"pid": 2, "child_id": "CB", "n": 1, "row_key": "k2"},
        {"pid": 3, "child_id": "CB", "n": 1, "row_key": "k3"},
    ]
    assert keep_names(shared) == {2: "CA", 3: "CB"}
    assert keep_names(reversed(shared)) == {2: "CA", 3: "CB"}


def test_pair_id_does_not_depend_on_the_side() -> None:
    assert pair_id("a", "b", b"k") == pair_id("b", "a", b"k") != pair_id("a", "c", b"k")


def test_rids_follow_row_numbers_not_table_order() -> None:
    table = table_of([{"name": "甲甲"}, {"name": "乙乙"}, {"name": "丙丙"}])
    for rows in (table, table.take([2, 0, 1])):
        with open_engine(threads=1) as engine:
            load_rosters(engine, {"hukou": [("D", rows)]}, ALL_AGES)
            found = engine.fetch("SELECT name FROM src_hukou ORDER BY rid").column("name").to_pylist()
        assert found == ["甲甲", "乙乙", "丙丙"]


def test_grown_ups_of_the_register_are_kin_and_leave_no_gap_in_the_numbers() -> None:
    table = table_of(
        [{"name": "甲甲", "dob": date(2015, 1, 1)}, {"name": "老人", "dob": date(1950, 1, 1)}, {"name": "乙乙"}]
    )
    rosters = {"hukou": [("D", lambda: table)], "aid_paid": [("E", table)]}
    with open_engine(threads=1) as engine:
        hukou, paid = load_rosters(engine, rosters, LinkWindow(date(2026, 9, 1), 2, 19))
        assert engine.fetch("SELECT name FROM kin").column("name").to_pylist() == ["老人"]
    assert (hukou.rows, hukou.read, paid.first, paid.rows) == (2, {"D": 3}, 2, 3)


def test_cost_lines() -> None:
    assert COSTS.lower < 0 < COSTS.upper
    assert LinkCosts(wrong=10000, missed=8, review=1).upper > COSTS.upper


@pytest.mark.parametrize(
    ("born", "wanted"), [(20240901, True), (20240902, False), (20060902, True), (20060901, False)]
)
def test_window_counts_full_years(born: int, wanted: bool) -> None:
    window = LinkWindow(date(2026, 9, 1), 2, 19)
    assert (window.first_birth <= born <= window.last_birth) is wanted


def test_explanation_of_one_person() -> None:
    girl = {"name": "王小花", "sex": "2", "dob": date(2014, 5, 6), "id_no": "371321201405060268", "id_state": "valid"}
    found = explain_rows(girl, {**girl, "name": "王晓华"}, costs=COSTS)
    assert found.same
    assert found.step == "exact_id_near"
    assert "姓名同音" in found.text
    assert [field.field for field in found.fields] == list(FIELDS)
    assert found.fields[0].left == "王小花"
    assert found.fields[0].right == "王晓华"


def test_explanation_of_two_people_and_of_a_question() -> None:
    girl = {"name": "王小花", "sex": "2", "dob": date(2014, 5, 6), "addr_code": "371321100201"}
    other = {"name": "李建国", "sex": "1", "dob": date(2013, 7, 1), "addr_code": "371321105208"}
    apart = explain_rows(girl, other)
    assert apart.same is False
    assert apart.text == "不像同一人；不符的是：姓名不同、出生日期不同、性别不同、住地不同"
    asked = explain_rows(girl, {**girl, "dob": date(2014, 5, 16)})
    assert asked.same is None
    assert explain_rows(girl, girl, decision="different").same is False
    assert explain_rows(girl, other, decision="same").same is True


def test_definitions_are_whole() -> None:
    kinds = {kind.id for kind in definitions.kinds()}
    assert all(set(order) <= kinds for order in definitions.precedence().values())
    assert {field.id for field in definitions.weights().fields.values()} == set(FIELDS)
    assert {step.way for step in definitions.steps().values()} == {"auto", "review", "own", "none"}
    assert len({block.id for block in definitions.blocks()}) == len(definitions.blocks())


def test_a_wrong_number_means_in_sql_what_the_kit_says() -> None:
    good = "371321201405060268"
    slipped = [
        good[:-1] + "0",
        good[:9] + good[10] + good[9] + good[11:],
        good[:7] + good[8:],
        good[:4] + "7" + good[4:],
    ]
    rows: list[dict[str, object]] = [{"name": "王小花", "id_no": typed} for typed in slipped]
    rows.append({"name": "王小花", "id_no": "371321140506026", "dob": "2014-05-06"})
    rows.append({"name": "王小花", "student_no": "G" + good})
    rows.append({"name": "王小花", "cert_no": good + "64"})
    people = table_of(rows)
    with open_engine(threads=1) as engine:
        sources = load_rosters(engine, {"school_roll": [("D", people)]}, ALL_AGES)
        prepare_names(engine, sources, ALL_AGES)
        prepare_rows(engine, sources[0], ALL_AGES)
        found = engine.fetch("SELECT * FROM fix_school_roll").to_pylist()
    for n, typed in enumerate(slipped):
        expected = {int(value[:17]): describe_slip(typed, value) for value in resident_id.repairs(typed)}
        meant = {fix["idv"]: fix["slip"] for fix in found if fix["rid"] == n}
        assert expected.items() <= meant.items()
        assert int(good[:17]) in expected
    rest = {(fix["rid"], fix["idv"], fix["slip"]) for fix in found if fix["rid"] >= len(slipped)}
    assert rest == {
        (4, 37132119140506026, "是十五位旧号"),
        (4, 37132120140506026, "少了年份的前两位"),
        (5, int(good[:17]), "写在学籍号里"),
        (6, int(good[:17]), "写在残疾人证号里"),
    }


def test_a_new_name_is_the_same_in_every_version_written_alone_or_with_many() -> None:
    keys = ["04eb091e4c1bce2006786caf", *(f"{n:024x}" for n in range(99))]
    minted = mint_names(keys, b"k", NOBODY).to_pylist()
    assert minted[0] == "CHMBUS7IG5LP"
    for name, key in zip(minted, keys, strict=True):
        assert name in mint_names([key, key], b"k", NOBODY).to_pylist()  # two alike are named one by one
