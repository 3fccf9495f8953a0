"""Whole rosters: reproducible, order-free, stable names, precise, and small questions."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from tests.lib.link_people import County, make_county, table_of

from notoneless.common.errors import Fault
from notoneless.engine import open_engine
from notoneless.link.core import LinkCosts, LinkResult, link_pairs, link_rosters
from notoneless.policy import load_pack

AS_OF = date(2026, 9, 1)
KEY = b"a key for tests only"
COSTS = LinkCosts(wrong=1000, missed=8, review=1)
GIRL = {"name": "王小花", "sex": "2", "dob": "2014-05-06", "id_no": "371321201405060268", "addr_code": "371321100201"}


def run(rosters: dict[str, pa.Table], threads: int = 1, **more: Any) -> LinkResult:
    lists = {kind: [(f"D-{kind}", table)] for kind, table in rosters.items()}
    with open_engine(threads=threads) as engine:
        return link_rosters(engine, lists, pack=load_pack(None, AS_OF), as_of=AS_OF, id_key=KEY, **more)


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(1500, seed=7)


@pytest.fixture(scope="module")
def linked(county: County) -> LinkResult:
    return run(county.rosters)


@pytest.fixture
def one_girl() -> dict[str, pa.Table]:
    return {
        "hukou": table_of([{**GIRL, "hh_no": "1"}]),
        "school_roll": table_of([{**GIRL, "school_code": "2137000001"}]),
    }


def numbers_of(county: County, linked: LinkResult) -> dict[str, set[int]]:
    """child_id → who its rows really are."""
    found: dict[str, set[int]] = {}
    for member in linked.members.to_pylist():
        found.setdefault(member["child_id"], set()).add(county.truth[member["kind"]][member["row_no"]])
    return found


@pytest.mark.slow
def test_no_two_people_are_made_one(county: County, linked: LinkResult) -> None:
    mixed = {child: numbers for child, numbers in numbers_of(county, linked).items() if len(numbers) > 1}
    assert len(mixed) <= 1, mixed


@pytest.mark.slow
def test_hardly_anybody_is_missed_and_few_questions_are_asked(county: County, linked: LinkResult) -> None:
    home = {
        county.truth["hukou"][m["row_no"]]: m["child_id"] for m in linked.members.to_pylist() if m["kind"] == "hukou"
    }
    school = [m for m in linked.members.to_pylist() if m["kind"] in ("school_roll", "head_count")]
    known = [(m, home.get(county.truth[m["kind"]][m["row_no"]])) for m in school]
    found = [member for member, child in known if child == member["child_id"]]
    assert len(found) >= 0.99 * sum(child is not None for _, child in known)
    assert linked.review.num_rows < 0.005 * sum(table.num_rows for table in county.rosters.values())


@pytest.mark.slow
def test_every_row_of_a_wanted_person_is_somewhere_once(linked: LinkResult) -> None:
    rows = [(m["kind"], m["delivery_id"], m["row_no"]) for m in linked.members.to_pylist()]
    assert len(rows) == len(set(rows))
    assert set(linked.members.column("child_id").to_pylist()) == set(linked.persons.column("child_id").to_pylist())
    children = linked.persons.column("child_id").to_pylist()
    assert len(children) == len(set(children))


@pytest.mark.slow
def test_same_result_for_any_threads_and_any_row_order(county: County, linked: LinkResult) -> None:
    chance = random.Random(3)
    shuffled = {}
    for kind, table in county.rosters.items():
        order = list(range(table.num_rows))
        chance.shuffle(order)
        shuffled[kind] = table.take(pa.array(order))
    again = run(shuffled, threads=2)
    for name in ("persons", "members", "review", "steps"):
        assert getattr(again, name).equals(getattr(linked, name)), name


@pytest.mark.slow
def test_grown_ups_are_evidence_not_persons(county: County, linked: LinkResult) -> None:
    assert linked.persons.num_rows < 1.1 * len(county.children)
    births = [day for day in linked.persons.column("dob").to_pylist() if day]
    assert min(births) > date(2006, 9, 1)


@pytest.mark.slow
def test_names_of_children_stay(county: County, linked: LinkResult) -> None:
    fewer = {
        kind: table.filter(pa.array([i % 50 != 0 for i in range(table.num_rows)]))
        for kind, table in county.rosters.items()
    }
    later = run(fewer, previous=linked.members)
    before = dict(
        zip(linked.members.column("row_key").to_pylist(), linked.members.column("child_id").to_pylist(), strict=True)
    )
    after = dict(
        zip(later.members.column("row_key").to_pylist(), later.members.column("child_id").to_pylist(), strict=True)
    )
    kept = [key for key in after if after[key] == before.get(key)]
    assert len(kept) > 0.99 * len(after)


@pytest.mark.slow
def test_a_split_child_leaves_its_name_to_the_larger_part(one_girl: dict[str, pa.Table]) -> None:
    first = run({**one_girl, "head_count": table_of([GIRL])})
    keys = {m["kind"]: m["row_key"] for m in first.members.to_pylist()}
    decisions = pa.table(
        {
            "row_key_a": [keys["hukou"]] * 2,
            "row_key_b": [keys["school_roll"], keys["head_count"]],
            "verdict": ["different"] * 2,
        }
    )
    split = run({**one_girl, "head_count": table_of([GIRL])}, decisions=decisions, previous=first.members)
    child = {m["kind"]: m["child_id"] for m in split.members.to_pylist()}
    assert child["school_roll"] == child["head_count"] == first.members.column("child_id")[0].as_py()
    assert child["hukou"] != child["school_roll"]


def test_best_values_follow_precedence_and_disagreement_is_flagged() -> None:
    home = {**GIRL, "addr_code": "371321100201"}
    school = {
        **GIRL,
        "name": "王晓花",
        "addr_code": "371321105208",
        "school_code": "2137000001",
        "grade": "6",
        "phone": "13900000001",
    }
    person = run({"hukou": table_of([home]), "school_roll": table_of([school])}).persons.to_pylist()[0]
    assert (person["name"], person["place_code"], person["place_from"]) == ("王小花", "371321100201", "hukou")
    assert (person["school_code"], person["grade"], person["guardian_phone"]) == ("2137000001", "6", "13900000001")
    assert person["has_conflict"]
    assert person["in_hukou"]
    assert person["in_school_roll"]
    assert not person["in_poverty"]


def test_place_of_last_resort_is_the_school(one_girl: dict[str, pa.Table]) -> None:
    school = table_of([{**GIRL, "addr_code": None, "school_code": "2137000001"}])
    directory = pa.table({"row_no": [1], "school_code": ["2137000001"], "addr_code": ["371321102000"]})
    person = run({"school_roll": school, "school_directory": directory}).persons.to_pylist()[0]
    assert (person["place_code"], person["place_from"]) == ("371321102000", "school_directory")


def test_dob_comes_from_a_valid_number() -> None:
    person = run({"disability": table_of([{**GIRL, "dob": None}])}).persons.to_pylist()[0]
    assert person["dob"] == date(2014, 5, 6)


def test_several_deliveries_of_one_kind(one_girl: dict[str, pa.Table]) -> None:
    table = one_girl["school_roll"]
    with open_engine(threads=1) as engine:
        result = link_rosters(
            engine,
            {"school_roll": [("D2", table), ("D1", table)]},
            pack=load_pack(None, AS_OF),
            as_of=AS_OF,
            id_key=KEY,
        )
    assert [m["delivery_id"] for m in result.members.to_pylist()] == ["D1", "D2"]
    assert result.persons.num_rows == 1


def test_empty_rosters_give_empty_results() -> None:
    result = run({"hukou": table_of([])})
    assert [result.persons.num_rows, result.members.num_rows, result.review.num_rows] == [0, 0, 0]
    assert "in_hukou" in result.persons.column_names


@pytest.mark.slow
def test_link_pairs(county: County) -> None:
    with open_engine(threads=1) as engine:
        links, review = link_pairs(engine, county.rosters["hukou"], county.rosters["school_roll"], costs=COSTS)
    wrong = [
        row
        for row in links.to_pylist()
        if county.truth["hukou"][row["left_row"]] != county.truth["school_roll"][row["right_row"]]
    ]
    assert not wrong
    assert links.num_rows > 0.98 * county.rosters["school_roll"].num_rows
    assert review.column_names == ["left_row", "right_row", "step", "weight", "reason"]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("E401", {"rosters": {"weather": table_of([GIRL])}}),
        ("E402", {"rosters": {"hukou": table_of([GIRL]).drop_columns(["row_key"])}}),
        ("E403", {"decisions": pa.table({"row_key_a": ["x"]})}),
        ("E404", {"previous": pa.table({"child_id": ["C"]})}),
    ],
)
def test_bad_input_is_refused(code: str, change: dict[str, Any]) -> None:
    with pytest.raises(Fault) as caught:
        run(**{"rosters": {"hukou": table_of([GIRL])}, **change})
    assert caught.value.code == code


def test_costs_and_key_must_make_sense() -> None:
    with pytest.raises(Fault, match="E405"):
        LinkCosts(wrong=1, missed=1, review=2)
    with pytest.raises(Fault, match="E406"), open_engine(threads=1) as engine:
        link_rosters(
            engine, {"hukou": [("D", table_of([GIRL]))]}, pack=load_pack(None, AS_OF), as_of=AS_OF, id_key=b""
        )


@pytest.mark.slow
def test_no_decision_is_ever_overridden(county: County, linked: LinkResult) -> None:
    chance = random.Random(11)
    members = linked.members.to_pylist()
    by_child: dict[str, list[str]] = {}
    for member in members:
        by_child.setdefault(member["child_id"], []).append(member["row_key"])
    several = [keys for keys in by_child.values() if len(keys) > 1]
    apart = [tuple(chance.sample(chance.choice(several), 2)) for _ in range(60)]
    split = {key for pair in apart for key in pair}
    lone = [keys[0] for keys in by_child.values() if not split & set(keys)]
    together = [tuple(chance.sample(lone, 2)) for _ in range(60)]
    decisions = pa.table(
        {
            "row_key_a": [pair[0] for pair in apart + together],
            "row_key_b": [pair[1] for pair in apart + together],
            "verdict": ["different"] * len(apart) + ["same"] * len(together),
        }
    )
    again = run(county.rosters, decisions=decisions, previous=linked.members)
    child = dict(
        zip(again.members.column("row_key").to_pylist(), again.members.column("child_id").to_pylist(), strict=True)
    )
    assert all(child[one] != child[other] for one, other in apart)
    assert all(child[one] == child[other] for one, other in together)
    asked = {frozenset((row["left_key"], row["right_key"])) for row in again.review.to_pylist()}
    assert not asked & {frozenset(pair) for pair in apart}
