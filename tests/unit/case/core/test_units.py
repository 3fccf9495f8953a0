"""One unit answers for a case, read off its place and school."""

from __future__ import annotations

import pytest

from notoneless.case.core.units import Unit, same_unit, unit_of

VILLAGE, TOWN, COUNTY = "371321101200", "371321101000", "371321000000"


@pytest.mark.parametrize(
    ("place", "school", "unit"),
    [
        (VILLAGE, "2137001001", Unit(VILLAGE, "2137001001")),
        (VILLAGE, "", Unit(TOWN)),
        (TOWN, "", Unit(TOWN)),
        (COUNTY, "", Unit(COUNTY)),
    ],
)
def test_a_school_answers_for_its_children_and_the_township_for_the_others(place: str, school: str, unit: Unit):
    assert unit_of(place, school) == unit
    assert unit.county == COUNTY


def test_a_school_is_the_same_wherever_the_child_lives_and_never_its_township():
    assert same_unit(Unit(VILLAGE, "2137001001"), Unit(TOWN, "2137001001"))
    assert not same_unit(Unit(TOWN), Unit(TOWN, "2137001001"))
    assert not same_unit(Unit(TOWN), Unit(COUNTY))
