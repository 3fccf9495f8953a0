"""The lunar calendar: known days, both ways for every day, and how people write it."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common import lunar
from notoneless.common.lunar import LunarDay, lunar_of, read, solar_of


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2011, 2, 3), LunarDay(2011, 1, 1)),
        (date(2024, 2, 10), LunarDay(2024, 1, 1)),
        (date(2012, 5, 21), LunarDay(2012, 4, 1, leap=True)),
        (date(2014, 3, 30), LunarDay(2014, 2, 30)),
        (date(2010, 9, 22), LunarDay(2010, 8, 15)),
        (date(1901, 2, 19), LunarDay(1901, 1, 1)),
    ],
)
def test_known_days(day: date, expected: LunarDay) -> None:
    assert lunar_of(day) == expected
    assert solar_of(expected) == day


@given(st.dates(date(1901, 2, 19), date(2099, 12, 31)))
def test_there_and_back(day: date) -> None:
    found = lunar_of(day)
    assert found is not None
    assert solar_of(found) == day
    assert 1 <= found.day <= 30


def test_outside_the_table_there_is_none() -> None:
    assert lunar_of(date(1901, 2, 18)) is None
    assert lunar_of(date(2150, 1, 1)) is None
    assert solar_of(LunarDay(1899, 1, 1)) is None
    assert solar_of(LunarDay(2011, 1, 31)) is None
    assert solar_of(LunarDay(2011, 4, 1, leap=True)) is None


def test_months_follow_each_other_without_a_gap() -> None:
    months = lunar.months()
    for one, following in itertools.pairwise(months):
        assert (following.first_day - one.first_day).days == one.days in (29, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("农历2011年正月初一", date(2011, 2, 3)),
        ("2011年正月初一", date(2011, 2, 3)),
        ("2012年闰四月初一", date(2012, 5, 21)),
        ("二〇一〇年八月十五", date(2010, 9, 22)),
        ("阴历２０１０年８月１５日", date(2010, 9, 22)),
        ("2010-8-15（农历）", date(2010, 9, 22)),
        ("农历2011年腊月廿三", date(2012, 1, 16)),
        ("旧历2011年十二月二十三日", date(2012, 1, 16)),
        ("2011年冬月三十", date(2011, 12, 24)),
        ("2011年腊月三十", None),
        ("农历正月初一", None),
        ("前年正月", None),
    ],
)
def test_how_people_write_it(text: str, day: date | None) -> None:
    assert read(text) == day


@given(st.text("农历阴2011年正腊闰四月初一廿三十日-", max_size=14))
def test_other_texts_are_no_day_or_a_day(text: str) -> None:
    found = read(text)
    assert found is None or 1901 <= found.year <= 2100
