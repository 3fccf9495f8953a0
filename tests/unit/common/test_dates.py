"""Days as people write them; school years, terms, ages."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common.dates import DateProblem, MonthDay, age_on, parse_date, school_year_of, term_of

AUTUMN = MonthDay(9, 1)
SPRING = MonthDay(2, 20)
DAY = date(2011, 1, 2)

WRITINGS = (
    "{0:%Y%m%d}",
    "{0:%Y-%m-%d}",
    "{0.year}-{0.month}-{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}年{0.month}月{0.day}号",
    "{0.year} 年 {0.month} 月 {0.day} 日",
    "{0.year} {0.month} {0.day}",
    " {0.year}、{0.month}、{0.day}　",
    "'{0:%Y-%m-%d}",
    "{0:%Y-%m-%d} 00:00:00",
    "{0:%Y-%m-%d}T00:00:00.000",
    "{0:%Y-%m-%d}T08:00:00+08:00",
    "{0.year}/{0.month}/{0.day} 8:30",
)
days = st.dates(date(1930, 1, 1), date(2098, 12, 31))


@given(days, st.sampled_from(WRITINGS))
def test_every_writing_gives_its_day(day: date, writing: str) -> None:
    text = writing.format(day)
    assert parse_date(text) == day
    assert parse_date(text.translate({48 + n: chr(0xFF10 + n) for n in range(10)})) == day


@given(days)
def test_excel_serial_numbers(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert parse_date(str(serial)) == parse_date(f"{serial}.0") == parse_date(f"{serial}.75") == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇一一年一月二日", DAY),
        ("二○一一年十月二十日", date(2011, 10, 20)),
        ("二零一一年十二月三十一日", date(2011, 12, 31)),
        ("2012-02-29", date(2012, 2, 29)),
    ],
)
def test_chinese_numerals_and_leap_days(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["", "  ", "　", "无", "不详", "--", "/", "0", "NaN"])
def test_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("前年", "E201"),
        ("2011-1-1-1", "E201"),
        ("371321201101011234", "E201"),
        ("2011-02-29", "E202"),
        ("20111301", "E202"),
        ("0211-01-01", "E202"),
        ("99999", "E202"),
        ("00000", "E202"),
        ("11-1-1", "E203"),
        ("11年1月1日", "E203"),
        ("110101", "E203"),
        ("1/2/2011", "E203"),
        ("农历2011年1月1日", "E204"),
        ("2011年正月初一", "E204"),
        ("2011", "E205"),
        ("201105", "E205"),
        ("2011-5", "E205"),
        ("2011年5月", "E205"),
    ],
)
def test_what_is_no_usable_day_has_a_code(text: str, code: str) -> None:
    with pytest.raises(DateProblem) as problem:
        parse_date(text)
    assert problem.value.code == code
    assert problem.value.text == text


@given(st.text(max_size=20))
def test_other_texts_give_a_day_none_or_a_problem(text: str) -> None:
    with contextlib.suppress(DateProblem):
        day = parse_date(text)
        assert day is None or 1900 <= day.year <= 2099


@pytest.mark.parametrize(
    ("day", "year", "term"),
    [
        (date(2026, 8, 31), 2025, "2026春"),
        (date(2026, 9, 1), 2026, "2026秋"),
        (date(2026, 12, 31), 2026, "2026秋"),
        (date(2027, 1, 10), 2026, "2026秋"),
        (date(2027, 2, 19), 2026, "2026秋"),
        (date(2027, 2, 20), 2026, "2027春"),
    ],
)
def test_school_year_and_term(day: date, year: int, term: str) -> None:
    assert school_year_of(day, AUTUMN) == year
    assert term_of(day, autumn_start=AUTUMN, spring_start=SPRING) == term


def test_age_in_completed_years() -> None:
    assert age_on(date(2010, 9, 1), date(2016, 8, 31)) == 5
    assert age_on(date(2010, 9, 1), date(2016, 9, 1)) == 6
    assert age_on(date(2012, 2, 29), date(2018, 2, 28)) == 5
    assert age_on(date(2012, 2, 29), date(2018, 3, 1)) == 6


@given(days, st.integers(0, 40000))
def test_age_never_falls(birth: date, gone: int) -> None:
    day = birth + timedelta(days=min(gone, (date(2098, 12, 30) - birth).days))
    assert 0 <= age_on(birth, day) <= age_on(birth, day + timedelta(days=1)) or day < birth
