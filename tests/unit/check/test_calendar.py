"""School years, terms, cut-off birthdays and the term whose aid is checked."""

from datetime import date

import pytest

from notoneless.check.core.calendar import Calendar
from notoneless.policy import load_pack


def on(year: int, month: int, day: int) -> Calendar:
    return Calendar.of(load_pack("371321", date(year, month, day)))


@pytest.mark.parametrize(
    ("calendar", "term", "school_year"),
    [
        (on(2026, 8, 31), "2026春", 2025),
        (on(2026, 9, 1), "2026秋", 2026),
        (on(2027, 1, 31), "2026秋", 2026),
        (on(2027, 2, 1), "2027春", 2026),
    ],
)
def test_terms(calendar: Calendar, term: str, school_year: int) -> None:
    assert calendar.term == term
    assert calendar.school_year == school_year
    assert calendar.period("school_year", "") == f"{school_year}学年"
    assert calendar.period("term", "") == term
    assert calendar.period("aid_term", "2025秋") == "2025秋"


def test_cut_off_birthdays_follow_the_school_year() -> None:
    assert on(2026, 9, 1).born_by == date(2020, 8, 31)
    assert on(2026, 9, 1).born_after == date(2011, 8, 31)
    assert on(2026, 8, 31).born_by == date(2019, 8, 31)
    assert on(2026, 9, 1).preschool_born_by == date(2023, 8, 31)


def test_the_aid_term_is_the_newest_listed_that_has_begun() -> None:
    calendar = on(2026, 11, 20)
    assert calendar.aid_term(["2026春", "2026秋", "2027春", "去年", "12345"]) == "2026秋"
    assert calendar.aid_term(["2025秋", "2026春"]) == "2026春"
    assert calendar.aid_term([]) == "2026秋"


def test_grades_are_shifted_back_to_the_term() -> None:
    calendar = on(2026, 11, 20)
    assert calendar.grade_shift("2026秋") == 0
    assert calendar.grade_shift("2026春") == 1
    assert calendar.grade_shift("2025秋") == 1
    assert on(2027, 3, 1).grade_shift("2026秋") == 0
    assert calendar.aid_day("2026春") == date(2026, 2, 1)
    assert calendar.aid_day("2026秋") == date(2026, 9, 1)
