"""Down from the whole to the schools, and against the sweep before: every number is as long as the list it opens."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from tests.lib import cast as c
from tests.lib.cast import Cast
from tests.lib.swept import AS_OF, HOME, HUKOU, OTHER, Swept, number, swept

from notoneless.check.core import load_checks
from notoneless.check.records.models import Sweep
from notoneless.check.records.queries import get_counts, get_counts_by_place
from notoneless.common.errors import Fault
from notoneless.flows.change_counts import changed_towns, changes_at
from notoneless.flows.check_drill import DrillLine, Spot, county_of, narrowed_to, parts, schools, spot_of, sums
from notoneless.flows.check_rows import RowFilter, read_check_rows
from notoneless.flows.import_file import import_file
from notoneless.flows.sweep import run_sweep
from notoneless.flows.sweep_diff import changes_in_scope, diff_sweeps
from notoneless.org.models import User

pytestmark = pytest.mark.django_db
CHECK = "not_enrolled"


def schools_of(user: User, sweep: Sweep, town: str) -> list[DrillLine]:
    return schools(read_check_rows(user, sweep, CHECK, RowFilter(towns=[town])))


@pytest.fixture
def home(cast: Cast, tmp_path: Path) -> Swept:
    return swept(cast.clerk, tmp_path)


@pytest.fixture
def later(cast: Cast, home: Swept, tmp_path: Path) -> Sweep:
    """A month later: 秋小果 is no longer in the register, 冬小雪 has come to it."""
    people = [("春小花", 1, HOME), ("夏小雨", 2, HOME), ("冬小雪", 4, OTHER)]
    rows = [f"{name},女,{number(at)},2016-03-05,汉族,{place},子,9000{at}" for name, at, place in people]
    path = tmp_path / "户籍2.csv"
    path.write_text("\r\n".join([HUKOU, *rows]), encoding="utf-8")
    day = AS_OF + dt.timedelta(days=1)
    import_file(
        source=path, file_name=path.name, kind="hukou", sender="县公安局", as_of=day, place_code=c.COUNTY,
        by=cast.clerk, now=c.NOW,
    )  # fmt: skip
    return run_sweep(as_of=day, by=cast.clerk, now=c.NOW, region=c.COUNTY).sweep


def test_the_parts_add_up_to_the_whole_at_every_step(cast: Cast, home: Swept) -> None:
    whole = next(row for row in get_counts(cast.clerk, home.sweep) if row["check_id"] == CHECK)
    counts = get_counts_by_place(cast.clerk, home.sweep, CHECK)
    towns = parts(counts, Spot())
    assert {line.level for line in towns} == {"town"}
    for state in ("expected", "met", "gap", "excused", "unknown"):
        assert sum(getattr(line, state) for line in towns) == whole[state] == sums(counts, Spot())[state]
        for town in towns:
            below = schools_of(cast.clerk, home.sweep, town.code)
            assert sum(getattr(line, state) for line in below) == getattr(town, state)


def test_every_number_is_as_long_as_its_list(cast: Cast, home: Swept) -> None:
    counts = get_counts_by_place(cast.clerk, home.sweep, CHECK)
    towns = [one.place_code for one in counts]
    spots = [Spot(), Spot(c.COUNTY), *(Spot(county_of(town), town) for town in towns)]
    for spot in spots:
        for state in ("met", "gap", "excused", "unknown"):
            rows = read_check_rows(cast.clerk, home.sweep, CHECK, narrowed_to(towns, spot, [state]))
            assert rows.num_rows == sums(counts, spot)[state]
    for line in schools_of(cast.clerk, home.sweep, c.TOWN):
        spot = Spot(c.COUNTY, c.TOWN, line.code)
        assert read_check_rows(cast.clerk, home.sweep, CHECK, narrowed_to(towns, spot, [])).num_rows == line.expected


def test_children_without_a_school_stand_last(cast: Cast, home: Swept) -> None:
    below = schools_of(cast.clerk, home.sweep, c.TOWN)
    assert [(line.code, line.name, line.gap) for line in below] == [(c.SCHOOL, "岸堤镇中心小学", 0), ("", "", 1)]


def test_two_counties_come_before_their_townships() -> None:
    class Count:
        def __init__(self, place_code: str, gap: int) -> None:
            self.place_code, self.gap = place_code, gap
            self.met = self.excused = self.unknown = 0
            self.expected = gap

    counts = [Count(c.TOWN, 2), Count(c.OTHER_TOWN, 3), Count(c.FOREIGN_TOWN, 5), Count(c.COUNTY, 1)]
    lines = parts(counts, Spot())  # type: ignore[arg-type]
    assert [(line.level, line.code, line.gap) for line in lines] == [
        ("county", c.COUNTY, 6),
        ("county", c.FOREIGN_COUNTY, 5),
    ]
    below = parts(counts, Spot(c.COUNTY))  # type: ignore[arg-type]
    assert [(line.code, line.gap) for line in below] == [(c.COUNTY, 1), (c.OTHER_TOWN, 3), (c.TOWN, 2)]
    assert below[0].name.endswith("（乡镇不明）")
    assert sum(line.gap for line in below) == 6


def test_an_address_that_names_nothing_here_is_the_whole() -> None:
    assert spot_of([c.TOWN], "", c.FOREIGN_TOWN, None) == Spot()
    assert spot_of([c.TOWN], c.FOREIGN_COUNTY, "", None) == Spot()
    assert spot_of([c.TOWN], c.COUNTY, "", "x") == Spot(c.COUNTY)
    assert spot_of([c.TOWN], "", c.TOWN, "x") == Spot(c.COUNTY, c.TOWN, "x")


def test_schools_are_only_for_those_who_may_see_children(cast: Cast, home: Swept) -> None:
    with pytest.raises(Fault, match="E701"):
        schools_of(cast.auditor, home.sweep, c.TOWN)
    assert schools_of(cast.stranger, home.sweep, c.TOWN) == []


def counted(user: User, later: Sweep, spot: Spot) -> dict[tuple[str, str], int]:
    found = changes_at(user, later, spot)
    assert found is not None
    return {(check, change): n for check, one in found.items() for change, n in one.items() if n}


def test_what_is_new_gone_and_unchanged_is_counted_as_it_is_listed(cast: Cast, home: Swept, later: Sweep) -> None:
    assert counted(cast.clerk, later, Spot())[CHECK, "new"] == 1
    assert counted(cast.clerk, later, Spot())[CHECK, "gone"] == 1
    assert counted(cast.clerk, later, Spot())[CHECK, "unchanged"] == 1
    found = diff_sweeps(home.sweep, later)
    for user in (cast.clerk, cast.head, cast.township_officer, cast.auditor, cast.stranger):
        for spot in (Spot(), Spot(c.COUNTY), Spot(c.COUNTY, c.TOWN), Spot(c.COUNTY, c.OTHER_TOWN)):
            listed = Counter(
                (one.check_id, one.change) for one in changes_in_scope(user, home.sweep, later, found, spot)
            )
            assert counted(user, later, spot) == dict(listed)
    assert counted(cast.stranger, later, Spot()) == {}
    assert c.OTHER_TOWN not in changed_towns(cast.township_officer, later)


def test_gaps_are_conserved_between_two_sweeps(cast: Cast, home: Swept, later: Sweep) -> None:
    found = changes_at(cast.clerk, later, Spot())
    assert found is not None
    for check in load_checks():
        before = sums(get_counts_by_place(cast.clerk, home.sweep, check), Spot())["gap"]
        after = sums(get_counts_by_place(cast.clerk, later, check), Spot())["gap"]
        assert found[check]["unchanged"] + found[check]["new"] == after
        assert found[check]["unchanged"] + found[check]["gone"] == before


def test_a_first_sweep_is_compared_with_nothing(cast: Cast, home: Swept) -> None:
    assert changes_at(cast.clerk, home.sweep, Spot()) is None
    assert changed_towns(cast.clerk, home.sweep) == set()
