"""How two birthdays differ: each slip has its word, and SQL says the same as the kit."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.common import lunar
from notoneless.engine import open_engine
from notoneless.link.core import definitions
from notoneless.link.core.birth_compare import birth_parts_sql, birth_sql, compare_births, load_slips

DAYS = st.dates(date(1995, 1, 1), date(2030, 12, 31))


def number(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (20110203, 20110203, "same"),
        (20110203, 20110302, "swapped"),
        (20110203, 20110101, "lunar_day"),
        (20140330, 20140230, "lunar_day"),
        (20120520, 20120430, "lunar_day"),
        (20110203, 20150204, "epoch"),
        (20110203, 20110213, "near"),
        (20110203, 20110303, "near"),
        (20110203, 20120203, "near"),
        (20110203, 20010203, "near"),
        (20110131, 20110202, "near"),
        (20110228, 20110301, "near"),
        (20101231, 20110101, "near"),
        (20110131, 20110207, "far"),
        (20110203, 20110311, "lunar"),
        (20110203, 20110509, "far"),
    ],
)
def test_each_slip_has_its_word(one: int, other: int, said: str) -> None:
    assert compare_births(one, other) == compare_births(other, one) == said


@given(DAYS)
def test_a_lunar_birthday_typed_as_a_solar_one_is_seen_through(day: date) -> None:
    written = lunar.lunar_of(day)
    assert written is not None
    assert compare_births(number(day), written.as_typed) in ("lunar_day", "swapped")


@given(DAYS)
def test_the_other_count_of_a_spreadsheet_is_seen_through(day: date) -> None:
    assert compare_births(number(day), number(day + timedelta(1462))) == "epoch"


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(DAYS, st.integers(-60, 60), st.sampled_from([0, 365, 1462, 3652])), min_size=1, max_size=40)
)
@pytest.mark.slow
def test_sql_says_the_same_as_the_kit(found: list[tuple[date, int, int]]) -> None:
    pairs = [(number(day), number(day + timedelta(more + years))) for day, more, years in found]
    pairs += [
        (day, written.as_typed) for day, written in ((number(d), lunar.lunar_of(d)) for d, _, _ in found) if written
    ]
    with open_engine(threads=1) as engine:
        load_slips(engine)
        engine.load("p", pa.table({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}))
        case = f"CASE WHEN p.a = p.b THEN 1 {birth_sql('p.a', 'p.b', 'coalesce(x.code, y.code)')} END"
        rows = engine.fetch(
            f"""SELECT p.a, p.b, {case} AS code
                FROM (SELECT *, {birth_parts_sql("a")}, {birth_parts_sql("b")} FROM p) p LEFT JOIN day_slip x ON x.day = p.a AND x.written = p.b
                LEFT JOIN day_slip y ON y.day = p.b AND y.written = p.a"""
        ).to_pylist()
    for row in rows:
        verdict = definitions.weights().fields["birth"].verdict(row["code"])
        assert verdict is not None
        assert (row["a"], row["b"], verdict.id) == (row["a"], row["b"], compare_births(row["a"], row["b"]))
