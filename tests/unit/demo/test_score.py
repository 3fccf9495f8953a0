"""The scorer: full marks for a faultless sweep, and every way of failing counted as such."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from notoneless.demo.score import Score, score
from notoneless.demo.truth import Truth

Results = dict[str, pa.Table]


@pytest.fixture(scope="session")
def files_of(truth: Truth) -> dict[str, str]:
    return {f"D-{name}": name for name in truth.note["files"]}


@pytest.fixture(scope="session")
def members(truth: Truth) -> pa.Table:
    """The links of a faultless sweep: each true person is one child."""
    rows = truth.rows.to_pylist()
    return pa.table(
        {
            "child_id": [f"C{row['person']}" for row in rows],
            "delivery_id": [f"D-{row['file']}" for row in rows],
            "row_no": pa.array([row["row"] for row in rows], pa.int32()),
        }
    )


@pytest.fixture
def results(truth: Truth) -> Results:
    """The gaps of a faultless sweep."""
    found: dict[str, list[str]] = {}
    for row in truth.planted.to_pylist():
        found.setdefault(row["check_id"], []).append(f"C{row['person']}")
    return {check: _table([(child, "gap") for child in children]) for check, children in found.items()}


def _table(rows: list[tuple[str, str]]) -> pa.Table:
    return pa.table({"child_id": [child for child, _ in rows], "state": [state for _, state in rows]})


def _rows(table: pa.Table) -> list[tuple[str, str]]:
    return list(zip(table.column("child_id").to_pylist(), table.column("state").to_pylist(), strict=True))


def test_a_faultless_sweep_gets_full_marks(
    results: Results, members: pa.Table, files_of: dict[str, str], truth: Truth
) -> None:
    judged = score(results, members, files_of, truth)
    for check, one in judged.checks.items():
        assert (one.found, one.missed, one.falsely_raised) == (truth.note["planted"][check], 0, 0), check
    assert all((link.precision, link.recall) == (1.0, 1.0) for link in judged.links.values())
    assert judged.missed_by_mistake == {}


def test_a_gap_left_out_is_missed_and_one_held_back_is_waiting(
    results: Results, members: pa.Table, files_of: dict[str, str], truth: Truth
) -> None:
    rows = _rows(results["not_enrolled"])
    results["not_enrolled"] = _table([*rows[2:], (rows[1][0], "unknown")])
    one = score(results, members, files_of, truth).checks["not_enrolled"]
    assert (one.planted - one.found, one.missed, one.waiting, one.falsely_raised) == (2, 2, 1, 0)


def test_gaps_of_the_wrong_child_and_of_nobody_are_falsely_raised(
    results: Results, members: pa.Table, files_of: dict[str, str], truth: Truth
) -> None:
    planted = set(results["unregistered"].column("child_id").to_pylist())
    innocent = next(child for child in members.column("child_id").to_pylist() if child not in planted)
    results["unregistered"] = _table([*_rows(results["unregistered"]), (innocent, "gap"), ("Cadult", "gap")])
    one = score(results, members, files_of, truth).checks["unregistered"]
    assert (one.missed, one.falsely_raised) == (0, 2)
    assert one.precision < 1.0


def test_a_child_split_in_two_is_a_link_missed_and_its_second_gap_is_false(
    results: Results, members: pa.Table, files_of: dict[str, str], truth: Truth
) -> None:
    split = results["enrolled_not_attending"].column("child_id").to_pylist()[0]
    on_roll = [name for name in files_of if "学籍" in name]
    apart = pc.and_(pc.equal(members["child_id"], split), pc.is_in(members["delivery_id"], pa.array(on_roll)))
    changed = members.set_column(0, "child_id", pc.if_else(apart, split + "b", members["child_id"]))
    rows = [*_rows(results["enrolled_not_attending"]), (split + "b", "gap")]
    results["enrolled_not_attending"] = _table(rows)
    judged = score(results, changed, files_of, truth)
    assert judged.checks["enrolled_not_attending"].falsely_raised == 1
    assert judged.links["school_roll"].recall < 1.0
    assert judged.links["school_roll"].precision == 1.0


def test_two_children_taken_for_one_lower_the_precision(
    results: Results, members: pa.Table, files_of: dict[str, str], truth: Truth
) -> None:
    register = members.filter(pc.equal(members["delivery_id"], "D-01_户籍.xlsx")).column("child_id").to_pylist()
    one, other = register[0], register[-1]
    merged = pc.if_else(pc.equal(members["child_id"], other), one, members["child_id"])
    judged = score(results, members.set_column(0, "child_id", merged), files_of, truth)
    assert min(link.precision for link in judged.links.values()) < 1.0
    assert all(link.recall == 1.0 for link in judged.links.values())


def test_nothing_found_is_no_marks(members: pa.Table, files_of: dict[str, str], truth: Truth) -> None:
    judged = score({}, members, files_of, truth)
    assert all(one.found == 0 and one.missed == one.planted for one in judged.checks.values())


def test_the_score_is_plain_data_and_a_chinese_table(
    results: Results, members: pa.Table, files_of: dict[str, str], truth: Truth
) -> None:
    judged: Score = score(results, members, files_of, truth)
    assert json.loads(judged.to_json())["checks"]["not_enrolled"]["recall"] == 1.0
    table = judged.table({"not_enrolled": "适龄失学"})
    assert table[0] == ["核查", "埋设", "找到", "漏掉", "其中待判定", "误报"]
    assert any(row[0] == "适龄失学" for row in table[1:])
