"""Which list counts where: the examples of the design, and a random place tree against a model in plain Python."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.policy.places import code_range
from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.core.precedence import Standing, in_force, without_places

COUNTY, TOWN, OTHER_TOWN = "371321000000", "371321101000", "371321102000"
VILLAGE = "371321101201"
DAY = dt.date(2026, 10, 10)
NOON = dt.datetime(2026, 10, 12, 12, tzinfo=dt.UTC)


def listed(name: str, place: str, days: int = 0, minutes: int = 0, part: bool = False) -> Standing:
    moment = NOON + dt.timedelta(minutes=minutes)
    return Standing(name, ("hukou",), place, DAY + dt.timedelta(days=days), moment, part)


def test_a_later_day_counts_and_of_one_day_the_later_sent() -> None:
    assert in_force([listed("old", COUNTY), listed("new", COUNTY, days=1)]) == {"new": ()}
    assert in_force([listed("first", COUNTY), listed("second", COUNTY, minutes=1)]) == {"second": ()}
    assert in_force([listed("late post", COUNTY, minutes=9), listed("later day", COUNTY, days=1)]) == {
        "later day": ()
    }


def test_a_township_list_takes_only_its_part_of_the_county_list() -> None:
    found = in_force([listed("county", COUNTY), listed("town", TOWN, days=1)])
    assert found == {"county": (TOWN,), "town": ()}


def test_a_later_county_list_takes_the_place_of_the_township_lists() -> None:
    lists = [listed("town", TOWN), listed("other", OTHER_TOWN), listed("county", COUNTY, days=1)]
    assert in_force(lists) == {"county": ()}


def test_a_village_inside_a_replaced_township_is_not_named_twice() -> None:
    lists = [listed("county", COUNTY), listed("village", VILLAGE, days=1), listed("town", TOWN, days=2)]
    assert in_force(lists) == {"county": (TOWN,), "town": ()}


def test_a_supplement_stands_beside_its_list_until_a_newer_one_comes() -> None:
    both = [listed("whole", COUNTY), listed("mended", COUNTY, part=True)]
    assert in_force(both) == {"mended": (), "whole": ()}
    assert in_force([*both, listed("anew", COUNTY, minutes=1)]) == {"anew": ()}
    assert in_force([*both, listed("town", TOWN, days=1)]) == {"mended": (TOWN,), "town": (), "whole": (TOWN,)}
    assert in_force([listed("alone", COUNTY, part=True)]) == {"alone": ()}


def test_lists_of_two_groups_do_not_meet() -> None:
    school = Standing("a", ("head_count", "一小"), TOWN, DAY, NOON)
    other = Standing("b", ("head_count", "二小"), TOWN, DAY, NOON)
    assert in_force([school, other]) == {"a": (), "b": ()}


def test_rows_of_a_replaced_place_go_and_rows_without_a_place_stay() -> None:
    rows = pa.table({"row_no": [1, 2, 3, 4], "addr_code": [VILLAGE, None, OTHER_TOWN, COUNTY]})
    assert without_places(rows, [TOWN])["row_no"].to_pylist() == [2, 3, 4]
    assert without_places(rows, [])["row_no"].to_pylist() == [1, 2, 3, 4]
    assert without_places(pa.table({"row_no": [1]}), [TOWN]).num_rows == 1


def test_every_kind_says_how_its_lists_cover() -> None:
    kinds = load_kinds()
    assert kinds["hukou"].covers == "place"
    assert kinds["head_count"].covers == "sender"
    assert kinds["head_count"].unit == "school"


# ---- the model: every row by itself

PLACES = ["370000000000", "371300000000", COUNTY, "371323000000", TOWN, OTHER_TOWN, VILLAGE, "371321102200"]


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[Standing, list[str | None]]]:
    """Lists of one group over a small tree, with the places of their rows: within, outside, or unknown."""
    count = draw(st.integers(1, 7))
    return [
        (
            listed(
                f"D{number}",
                draw(st.sampled_from(PLACES)),
                draw(st.integers(0, 2)),
                draw(st.integers(0, 1)),
                draw(st.booleans()),
            ),
            draw(st.lists(st.sampled_from([*PLACES, None]), max_size=6)),
        )
        for number in range(count)
    ]


def inside(place: str, code: str) -> bool:
    low, high = code_range(place)
    return low <= code < high


def counts(row: str | None, own: Standing, lists: list[Standing]) -> bool:
    """A row counts when no newer whole list speaks for the place where it stands."""
    stands = row if row is not None and inside(own.place_code, row) else own.place_code
    newest = max((one.age for one in lists if not one.supplements and inside(one.place_code, stands)), default=None)
    return newest is None or own.age >= newest


@settings(max_examples=300, deadline=None)
@given(deliveries())
@pytest.mark.slow
def test_exactly_the_rows_of_the_newest_covering_list_and_its_supplements_count(
    sent: list[tuple[Standing, list[str | None]]],
) -> None:
    lists = [one for one, _ in sent]
    found = in_force(lists)
    assert found == in_force(reversed(lists))
    for own, rows in sent:
        expected = [number for number, row in enumerate(rows) if counts(row, own, lists)]
        table = pa.table({"row_no": pa.array(range(len(rows)), pa.int32()), "addr_code": pa.array(rows, pa.string())})
        used = without_places(table, found[own.id])["row_no"].to_pylist() if own.id in found else []
        assert used == expected
