"""Which list each township and school rests on, how old it is, and who is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.lib import rosters
from tests.lib.cast import COUNTY, NOW, SCHOOL, SECOND_SCHOOL, TOWN, Cast

from notoneless.common.errors import Fault
from notoneless.flows.coverage import coverage, coverage_of_sweep, coverages
from notoneless.flows.import_file import ImportOutcome
from notoneless.flows.sweep import SweepOutcome
from notoneless.roster.core.freshness import Line
from notoneless.roster.records.models import Delivery

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]
Run = Callable[..., SweepOutcome]
STREET = "371321001000"
TODAY = dt.date(2027, 3, 20)
LATER = dt.date(2027, 3, 1)


def _lines(found: object) -> dict[str, Line]:
    return {line.unit.code: line for line in found.lines}  # type: ignore[attr-defined]


@pytest.fixture
def lists(send: Send) -> None:
    """户籍 of the county from the autumn (four people of 岸堤镇, one of 界湖), anew for 岸堤镇 in spring."""
    away = replace(rosters.QIANG, name="钱多多", number=61, address="沂南县界湖街道")
    send(rosters.hukou([*rosters.CAST, away]), "全县.csv", sender="县公安局")
    send(rosters.hukou(rosters.CAST[:3]), "岸堤.csv", sender="岸堤派出所", place_code=TOWN, as_of=LATER)


def test_each_township_rests_on_its_newest_list(lists: None, cast: Cast) -> None:
    lines = _lines(coverage(cast.clerk, "hukou", dt.date(2027, 6, 1)))
    assert (lines[TOWN].state, lines[TOWN].rows, lines[TOWN].newest.sender) == ("fresh", 3, "岸堤派出所")
    assert (lines[STREET].state, lines[STREET].rows, lines[STREET].days) == ("stale", 1, 193)
    assert {line.state for line in lines.values()} == {"fresh", "stale"}


def test_a_place_without_any_list_is_missing(send: Send, cast: Cast) -> None:
    send(rosters.hukou(rosters.CAST), "岸堤.csv", sender="岸堤派出所", place_code=TOWN)
    found = coverage(cast.clerk, "hukou", TODAY)
    assert [line.unit.code for line in found.having("fresh")] == [TOWN]
    assert len(found.having("missing")) == len(found.lines) - 1 > 0
    assert not coverage(cast.clerk, "hukou", rosters.AS_OF - dt.timedelta(days=1)).having("fresh")


def test_mended_rows_do_not_make_an_old_list_new(send: Send, cast: Cast) -> None:
    send(rosters.hukou(rosters.CAST[1:]), "全县.csv", sender="县公安局")
    returned = rosters.hukou(rosters.CAST[:1]).decode().replace("户籍状态", "户籍状态,错误说明").encode()
    send(returned, "错误行.csv", sender="县公安局", as_of=LATER)
    line = _lines(coverage(cast.clerk, "hukou", dt.date(2027, 6, 1)))[TOWN]
    assert (line.state, line.newest.as_of, len(line.others)) == ("stale", rosters.AS_OF, 1)


def test_schools_are_covered_by_the_rows_that_name_them(send: Send, cast: Cast) -> None:
    send(rosters.head_count(rosters.CAST), "点名.csv", sender="岸堤镇中心校")
    found = _lines(coverage(cast.clerk, "head_count", rosters.AS_OF))
    assert (found[SCHOOL].state, found[SCHOOL].rows) == ("fresh", 4)
    assert found[SECOND_SCHOOL].state == "missing"


def test_an_unmeasured_list_counts_only_for_the_school_that_sent_it(send: Send, cast: Cast) -> None:
    send(rosters.head_count(rosters.CAST), "点名.csv", sender="岸堤镇中心小学")
    Delivery.objects.update(quality={})
    found = coverage(cast.clerk, "head_count", rosters.AS_OF)
    assert found.unmeasured == 1
    assert [line.unit.code for line in found.having("fresh")] == [SCHOOL]


def test_everybody_is_told_of_the_own_places_only(lists: None, cast: Cast) -> None:
    assert list(_lines(coverage(cast.township_officer, "hukou", TODAY))) == [TOWN]
    assert TOWN not in _lines(coverage(cast.stranger, "hukou", TODAY))
    assert not coverage(cast.stranger, "hukou", TODAY).having("fresh")
    assert list(_lines(coverage(cast.principal, "head_count", TODAY))) == [SCHOOL]
    partner = coverage(cast.partner, "hukou", TODAY)
    assert len(partner.having("missing")) == len(partner.lines)


def test_a_township_is_told_of_the_county_list_it_rests_on(send: Send, cast: Cast) -> None:
    send(rosters.hukou(rosters.CAST), "全县.csv", sender="县公安局")
    line = _lines(coverage(cast.township_officer, "hukou", rosters.AS_OF))[TOWN]
    assert (line.state, line.rows, line.newest.sender) == ("fresh", 4, "县公安局")


def test_without_the_right_and_for_no_kind(cast: Cast) -> None:
    with pytest.raises(Fault, match="E701"):
        coverage(cast.teacher, "hukou", TODAY)
    with pytest.raises(Fault, match="E704"):
        coverage(cast.clerk, "no_such_kind", TODAY)


def test_a_sweep_says_how_old_its_lists_were(lists: None, cast: Cast, sweep: Run) -> None:
    done = sweep(as_of=dt.date(2027, 6, 1), now=NOW + dt.timedelta(days=200)).sweep
    found = coverage_of_sweep(cast.clerk, done)["hukou"]
    assert found.lines == coverage(cast.clerk, "hukou", done.as_of).lines
    assert _lines(found)[STREET].state == "stale"
    assert set(coverages(cast.clerk, done.as_of)) == set(coverage_of_sweep(cast.clerk, done))
    assert COUNTY not in _lines(found)
