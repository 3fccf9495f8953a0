"""Yuan in text, fen in numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common.money import to_fen, to_yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("625", 62500),
        ("625.5", 62550),
        ("0.07", 7),
        ("625.", 62500),
        ("625.0000", 62500),
        ("1,250.50", 125050),
        ("￥625", 62500),
        ("¥ 625 元", 62500),
        ("625元整", 62500),
        ("６２５．５０", 62550),
        ("-500", -50000),
        ("'300", 30000),
        ("", None),
        (" - ", None),
        ("无", None),
        ("NaN", None),
    ],
)
def test_to_fen(text: str, fen: int | None) -> None:
    assert to_fen(text) == fen


@pytest.mark.parametrize("text", ["12.345", "1,25", "一百", "1.25万", "6E+2", "1.2.3", "625 500", "625美元"])
def test_an_amount_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        to_fen(text)


@given(st.integers(-(10**14), 10**14), st.booleans())
def test_round_trip(fen: int, thousands: bool) -> None:
    assert to_fen(to_yuan(fen, thousands=thousands)) == fen


def test_to_yuan() -> None:
    assert to_yuan(125050) == "1250.50"
    assert to_yuan(125050, thousands=True) == "1,250.50"
    assert to_yuan(-7) == "-0.07"
