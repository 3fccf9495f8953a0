"""Which list a township or school rests on and whether it is old."""

from __future__ import annotations

import datetime as dt
from typing import Any

from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.core.freshness import Line, ListInForce, Unit, lines_of

COUNTY, TOWN, VILLAGE = "371321000000", "371321101000", "371321101201"
AUTUMN, SPRING, TODAY = dt.date(2026, 9, 1), dt.date(2027, 3, 1), dt.date(2027, 3, 31)
TOWNSHIP = Unit(TOWN, "岸堤镇", TOWN)
SCHOOL = Unit("S1", "一小", TOWN)


def listed(name: str, place: str, as_of: dt.date, **more: Any) -> ListInForce:
    return ListInForce(name, more.pop("sender", "县局"), place, as_of, more.pop("rows", 9), **more)


def line(kind: str, unit: Unit, *lists: ListInForce) -> Line:
    return lines_of(load_kinds()[kind], [unit], lists, TODAY, 180)[0]


def test_the_limit_day_itself_is_fresh() -> None:
    on_time = listed("a", COUNTY, TODAY - dt.timedelta(days=180))
    assert line("hukou", TOWNSHIP, on_time).state == "fresh"
    assert line("hukou", TOWNSHIP, listed("a", COUNTY, TODAY - dt.timedelta(days=181))).state == "stale"


def test_a_place_left_out_rests_on_the_newer_list() -> None:
    old = listed("old", COUNTY, AUTUMN, left_out=(TOWN,), places={TOWN: 4})
    new = listed("new", TOWN, SPRING, rows=7)
    found = line("hukou", TOWNSHIP, old, new)
    assert (found.newest, found.rows, found.days, found.others) == (new, 7, 30, ())


def test_a_village_list_alone_does_not_cover_its_township() -> None:
    village = listed("v", VILLAGE, SPRING)
    assert line("hukou", TOWNSHIP, village) == Line(TOWNSHIP, line("hukou", TOWNSHIP).state, others=(village,))
    county = listed("c", COUNTY, AUTUMN, places={TOWN: 4, "": 2, "elsewhere": 1})
    found = line("hukou", TOWNSHIP, village, county)
    assert (found.newest, found.rows, found.others) == (county, 4, (village,))


def test_a_sender_without_rows_there_does_not_speak_for_the_place() -> None:
    elsewhere = listed("a", COUNTY, SPRING, places={"371321102000": 8})
    assert line("doorstep", TOWNSHIP, elsewhere).state == "missing"
    assert line("hukou", TOWNSHIP, elsewhere).rows == 0
    unmeasured = listed("b", COUNTY, SPRING)
    assert (line("doorstep", TOWNSHIP, unmeasured).state, line("doorstep", TOWNSHIP, unmeasured).rows) == (
        "fresh",
        None,
    )


def test_schools_by_code_or_name() -> None:
    both = listed("a", COUNTY, SPRING, schools={"S1": 3, "一小": 2, "S2": 5})
    assert line("head_count", SCHOOL, both).rows == 5
    assert line("head_count", SCHOOL, listed("a", COUNTY, SPRING, schools={"S2": 5})).state == "missing"
    assert line("head_count", SCHOOL, listed("a", COUNTY, SPRING, sender="一小")).rows == 9
