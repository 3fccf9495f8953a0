"""The whole comparison over hand-written rosters: results, differences with reasons, explanations, ledgers, bytes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import notoneless
from notoneless.check.core import STATES, load_checks
from notoneless.common.errors import Fault
from notoneless.engine import open_engine
from notoneless.flows.compare import _with_settled, compare
from notoneless.flows.comparison import Comparison
from notoneless.flows.differences import CAUSE_NAMES
from notoneless.roster.core import load_kinds, read_roster, roster_schema

pytestmark = pytest.mark.slow

DAY, LATER, YEARS_LATER = date(2026, 9, 20), date(2026, 10, 20), date(2033, 9, 20)
KEY = b"k" * 32
SCHOOL = {"school_name": "岸堤镇中心小学", "school_code": "2137000001", "grade": "3", "class_no": "1"}

YAN = {"name": "王小燕", "sex": "2", "dob": date(2017, 3, 2), "id_no": "371321201703021228", "id_state": "valid"}
ZHUANG = {"name": "李大壮", "sex": "1", "dob": date(2017, 5, 2), "id_no": "371321201705021239", "id_state": "valid"}
VILLAGE = {"addr_code": "371321101247", "hukou_status": "normal"}


def roster(kind: str, *rows: dict[str, Any]) -> pa.Table:
    schema = roster_schema(load_kinds()[kind])
    keyed = [
        {"row_no": number, "row_key": f"{kind}-{row.get('id_no', '')}-{row['name']}", "id_state": "missing", **row}
        for number, row in enumerate(rows, start=1)
    ]
    return pa.Table.from_pylist(keyed, schema=schema)


def on_roll(person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**person, **SCHOOL, "student_no": f"G{person['id_no']}", "roll_status": "active", **changes}


def look(
    as_of: date = DAY,
    previous: Comparison | None = None,
    *,
    facts: dict[str, pa.Table] | None = None,
    decisions: pa.Table | None = None,
    **lists: pa.Table,
) -> Comparison:
    with open_engine(threads=1) as engine:
        return compare(
            {kind: [(f"D-{kind}", as_of, rows)] for kind, rows in lists.items()},
            as_of=as_of,
            region="371321",
            engine=engine,
            facts=facts,
            decisions=decisions,
            previous=previous.members if previous else None,
            id_key=KEY,
        )


@pytest.fixture(scope="module")
def before() -> Comparison:
    hukou = roster("hukou", {**YAN, **VILLAGE}, {**ZHUANG, **VILLAGE})
    return look(hukou=hukou, school_roll=roster("school_roll", on_roll(ZHUANG)))


def child_of(run: Comparison, name: str) -> str:
    return next(row["child_id"] for row in run.persons.to_pylist() if row["name"] == name)


def changes(later: Comparison, earlier: Comparison) -> list[tuple[str, str, str]]:
    return [(one.check_id, one.change, one.cause) for one in later.diff(earlier).changes]


def test_the_missing_child_is_found_and_said_in_a_sentence(before: Comparison) -> None:
    rows = {row["child_id"]: row for row in before.results["not_enrolled"].to_pylist()}
    gap = rows[child_of(before, "王小燕")]
    assert gap["state"] == "gap"
    assert gap["reason"] == "户籍在岸堤镇柳行岔村，年龄 9 岁，学籍名册（2026-09-20）中没有此人"
    assert rows[child_of(before, "李大壮")]["state"] == "met"


def test_every_check_is_conserved_in_every_township(before: Comparison) -> None:
    assert {row["check_id"] for row in before.counts} == set(load_checks())
    for row in before.counts:
        assert row["expected"] == sum(row[state] for state in STATES)
    for check_id, table in before.results.items():
        assert table.num_rows == sum(row["expected"] for row in before.counts if row["check_id"] == check_id)


def test_persons_carry_what_the_desk_needs(before: Comparison) -> None:
    person = next(row for row in before.persons.to_pylist() if row["name"] == "王小燕")
    assert (person["age"], person["school_age"], person["preschool_age"]) == (9, True, False)
    assert (person["place_code"], person["township_code"]) == ("371321101247", "371321101000")
    assert person["left_behind"] is False


def test_summary_says_which_lists_are_missing(before: Comparison) -> None:
    summary = before.summary()
    assert (summary["children"], summary["school_age"], summary["region"]) == (2, 2, "371321000000")
    assert [one["name"] for one in summary["lists"]] == ["户籍名册", "学籍名册"]
    checks = {one["check_id"]: one for one in summary["checks"]}
    assert checks["not_enrolled"]["gap"] == 1
    assert checks["enrolled_not_attending"]["missing_lists"] == ["在校点名名册"]
    assert checks["enrolled_not_attending"]["unknown"] == 1
    assert "适龄失学" in before._repr_html_()


def test_explain_gives_rows_and_reasons_with_the_number_masked(before: Comparison) -> None:
    told = before.explain(child_of(before, "李大壮"))
    assert "学籍名册（D-school_roll 第 1 行）" in told.text
    assert "适龄失学：符合，学籍在册" in str(told)
    assert told.to_dict()["child"]["id_no"] == "3713**********1239"
    with pytest.raises(Fault) as caught:
        before.explain("C00000000000")
    assert caught.value.code == "E518"


def test_ledgers(before: Comparison) -> None:
    rows = before.ledger("适龄儿童").to_pylist()
    assert [(row["name"], row["check"], row["state"], row["place"]) for row in rows] in (
        [("王小燕", "适龄失学", "gap", "岸堤镇柳行岔村"), ("李大壮", None, None, "岸堤镇柳行岔村")],
        [("李大壮", None, None, "岸堤镇柳行岔村"), ("王小燕", "适龄失学", "gap", "岸堤镇柳行岔村")],
    )
    assert [row["state"] for row in before.ledger("dropout").to_pylist()] == ["unknown"]
    with pytest.raises(Fault) as caught:
        before.ledger("不存在")
    assert caught.value.code == "E519"


def test_nothing_changed_nothing_differs(before: Comparison) -> None:
    assert changes(before, before) == [("not_enrolled", "unchanged", "unchanged")]
    assert before.diff(before).summary() == [
        {
            "check_id": "not_enrolled",
            "change": "unchanged",
            "change_name": "不变",
            "cause": "unchanged",
            "cause_name": "仍是缺口",
            "count": 1,
        }
    ]


def test_a_row_that_now_shows_the_child_closes_the_gap_and_is_named(before: Comparison) -> None:
    hukou = roster("hukou", {**YAN, **VILLAGE}, {**ZHUANG, **VILLAGE})
    after = look(LATER, before, hukou=hukou, school_roll=roster("school_roll", on_roll(ZHUANG), on_roll(YAN)))
    found = after.diff(before)
    assert changes(after, before) == [("not_enrolled", "gone", "row_shows")]
    assert found.of("gone")[0].reason == "学籍名册（D-school_roll 第 2 行）现在有此人；学籍在册"
    assert found.to_table().num_rows == 1


def test_a_gap_comes_when_the_row_is_no_longer_there(before: Comparison) -> None:
    hukou = roster("hukou", {**YAN, **VILLAGE}, {**ZHUANG, **VILLAGE})
    after = look(LATER, before, hukou=hukou, school_roll=roster("school_roll", on_roll(YAN)))
    assert changes(after, before) == [("not_enrolled", "gone", "row_shows"), ("not_enrolled", "new", "was_met")]


def test_evidence_missing_lists_age_and_absence_are_told_apart(before: Comparison) -> None:
    hukou = roster("hukou", {**YAN, **VILLAGE}, {**ZHUANG, **VILLAGE})
    roll = roster("school_roll", on_roll(ZHUANG))
    excuse = pa.table(
        {
            "child_id": [child_of(before, "王小燕")],
            "check_id": ["not_enrolled"],
            "outcome": ["abroad"],
            "evidence_no": ["护照-1"],
            "valid_to": pa.array([date(2027, 1, 1)]),
        }
    )
    excused = look(LATER, before, hukou=hukou, school_roll=roll, facts={"excuse": excuse})
    assert changes(excused, before) == [("not_enrolled", "gone", "now_excused")]
    assert changes(look(LATER, before, hukou=hukou), before) == [("not_enrolled", "gone", "now_unknown")]
    moved = roster("hukou", {**YAN, **VILLAGE, "hukou_status": "moved_out"}, {**ZHUANG, **VILLAGE})
    assert changes(look(LATER, before, hukou=moved, school_roll=roll), before) == [
        ("not_enrolled", "gone", "not_expected")
    ]
    alone = roster("hukou", {**ZHUANG, **VILLAGE})
    assert changes(look(LATER, before, hukou=alone, school_roll=roll), before) == [("not_enrolled", "gone", "absent")]
    grown = look(YEARS_LATER, before, hukou=hukou, school_roll=roll)
    assert changes(grown, before) == [("not_enrolled", "gone", "over_age")]
    assert changes(before, excused) == [("not_enrolled", "new", "was_excused")]


def test_gaps_of_new_children_and_newly_expected_ones(before: Comparison) -> None:
    alone = look(hukou=roster("hukou", {**ZHUANG, **VILLAGE}), school_roll=roster("school_roll", on_roll(ZHUANG)))
    assert changes(before, alone) == [("not_enrolled", "new", "first_seen")]
    moved = roster("hukou", {**YAN, **VILLAGE, "hukou_status": "moved_out"}, {**ZHUANG, **VILLAGE})
    earlier = look(hukou=moved, school_roll=roster("school_roll", on_roll(ZHUANG)))
    assert changes(before, earlier) == [("not_enrolled", "new", "newly_expected")]


def test_children_that_a_clerk_calls_the_same_are_merged_and_both_ends_are_told() -> None:
    hukou = roster("hukou", {**YAN, **VILLAGE}, {**ZHUANG, "name": "王燕燕", "sex": "2", **VILLAGE})
    keys = hukou["row_key"].to_pylist()
    earlier = look(hukou=hukou, school_roll=roster("school_roll"))
    decisions = pa.table({"row_key_a": [keys[0]], "row_key_b": [keys[1]], "verdict": ["same"]})
    later = look(LATER, earlier, hukou=hukou, school_roll=roster("school_roll"), decisions=decisions)
    assert len(later.merged) == 1
    ((gone, stays),) = later.merged.items()
    assert {gone, stays} == set(earlier.persons["child_id"].to_pylist())
    assert changes(later, earlier) == [("not_enrolled", "gone", "merged"), ("not_enrolled", "unchanged", "unchanged")]
    parted = look(LATER, later, hukou=hukou, school_roll=roster("school_roll"))
    assert ("not_enrolled", "new", "came_by_merge") in changes(parted, later)


def test_a_check_that_the_earlier_comparison_did_not_have(before: Comparison) -> None:
    earlier = replace(before.snapshot(), results={})
    assert [(one.change, one.cause) for one in before.diff(earlier).changes] == [("new", "new_check")]


def test_explain_says_what_waits_for_a_person(before: Comparison) -> None:
    waiting = pa.table({"right_child_id": [child_of(before, "王小燕")]})
    assert "1 对疑似同一人待人工判定" in replace(before, review=waiting).explain(child_of(before, "王小燕")).text


def test_persons_that_do_not_fit_the_checks_stop_the_comparison(before: Comparison) -> None:
    with pytest.raises(Fault) as caught:
        _with_settled(before.persons, before.persons.slice(1))
    assert caught.value.code == "E512"


def test_every_cause_has_a_name() -> None:
    assert all(CAUSE_NAMES.values())
    assert {f"was_{state}" for state in ("met", "excused", "unknown")} <= set(CAUSE_NAMES)
    assert {f"now_{state}" for state in ("met", "excused", "unknown")} <= set(CAUSE_NAMES)


def test_threads_and_order_of_deliveries_do_not_show_in_the_files() -> None:
    def files(threads: int, order: Iterable[int]) -> list[tuple[str, pa.Table]]:
        parts = [
            ("D1", DAY, roster("hukou", {**YAN, **VILLAGE})),
            ("D2", DAY, roster("hukou", {**ZHUANG, **VILLAGE})),
        ]
        with open_engine(threads=threads) as engine:
            rosters = {"hukou": [parts[place] for place in order]}
            return compare(rosters, as_of=DAY, region="371321", engine=engine, id_key=KEY).files()

    assert files(1, (0, 1)) == files(2, (1, 0))


def test_progress_names_each_stage() -> None:
    told: list[str] = []
    rosters = {"hukou": [("D", DAY, roster("hukou", {**YAN, **VILLAGE}))]}
    compare(rosters, as_of=DAY, region="371321", id_key=KEY, progress=lambda stage, done, total: told.append(stage))
    assert told[0] == "认定同一人"
    assert len(told) == 1 + len(load_checks())


def test_the_notebook_api_reads_files_rosters_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "户籍.csv"
    path.write_text(
        "户号,姓名,性别,出生日期,公民身份号码,与户主关系,户籍地址,户籍状态\n"
        "1,王小燕,女,2017-03-02,371321201703021228,女,沂南县岸堤镇柳行岔村,正常\n",
        encoding="utf-8",
    )
    roll = roster("school_roll", on_roll(ZHUANG))
    run = notoneless.sweep({"户籍": path, "school_roll": [roll]}, as_of="2026-09-20", region="371321", threads=1)
    assert run.summary()["children"] == 2
    again = notoneless.sweep(
        {"户籍": read_roster(path, "户籍", as_of=DAY), "学籍": roll}, as_of=DAY, region="371321", previous=run
    )
    assert again.persons["child_id"].to_pylist() == run.persons["child_id"].to_pylist()
    linked = notoneless.link_rosters({"户籍": str(path), "学籍": roll}, as_of=DAY, region="371321")
    assert linked.persons.num_rows == 2
    with pytest.raises(AttributeError):
        _ = notoneless.nothing
