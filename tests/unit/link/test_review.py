"""Which merges two people must want, which pairs are put again blind, and how agreement is measured."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.flows.pair_risks import FACTS
from notoneless.link.core.review import agreement, is_sampled, risks, risks_on

VERDICTS = st.sampled_from(["same", "different", "unsure"])
READINGS = st.lists(st.tuples(VERDICTS, VERDICTS), max_size=40)


def test_every_risk_is_known_to_the_program_and_says_why() -> None:
    assert {risk.id for risk in risks()} == set(FACTS)
    assert all(risk.name and risk.why for risk in risks())


def test_a_risk_counts_from_its_day_on() -> None:
    first = min(risk.since for risk in risks())
    assert risks_on(first - dt.timedelta(days=1)) == ()
    assert risks_on(max(risk.since for risk in risks())) == risks()


def test_kappa_as_worked_by_hand() -> None:
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed 0.7, by chance 0.5, kappa 0.4.
    readings = [("same", "same")] * 20 + [("same", "different")] * 5
    readings += [("different", "same")] * 10 + [("different", "different")] * 15
    found = agreement(readings)
    assert (found.read, found.agreed, found.rate) == (50, 35, 0.7)
    assert found.kappa == pytest.approx(0.4)


def test_where_nothing_can_be_said_nothing_is_said() -> None:
    assert (agreement([]).rate, agreement([]).kappa) == (None, None)
    assert agreement([("same", "same")] * 5).kappa is None


@given(READINGS)
def test_kappa_is_what_the_formula_says_whoever_was_first(readings: list[tuple[str, str]]) -> None:
    found = agreement(readings)
    turned = agreement([(second, first) for first, second in readings])
    assert turned == found
    if found.kappa is not None:
        size = Fraction(len(readings))
        chance = sum(
            (sum(first == one for first, _ in readings) / size)
            * (sum(second == one for _, second in readings) / size)
            for one in ("same", "different", "unsure")
        )
        assert found.kappa == pytest.approx(float((found.agreed / size - chance) / (1 - chance)))
        assert -1 <= found.kappa <= 1
        assert (found.kappa == 1) == (found.agreed == found.read)


@given(st.text(max_size=12), st.floats(0, 100), st.floats(0, 100))
def test_a_larger_sample_holds_the_smaller_one(pair: str, one: float, other: float) -> None:
    low, high = sorted([one, other])
    assert is_sampled(pair, high) or not is_sampled(pair, low)
    assert is_sampled(pair, 100)
    assert not is_sampled(pair, 0)


def test_the_sample_is_about_as_large_as_asked() -> None:
    drawn = sum(is_sampled(f"P{number:011d}", 10) for number in range(10_000))
    assert 900 < drawn < 1100
