"""Telephone numbers: one writing, and what a mask may show. All numbers are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common import phones

MOBILE = "13900001234"
mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        MOBILE,
        "139 0000 1234",
        "139-0000-1234",
        "+86 13900001234",
        "86-13900001234",
        "(86)13900001234",
        "008613900001234",
        "13900001234.0",
        "１３９００００１２３４",
        "'13900001234",
        "13900001234/15800005678",
        "13900001234、0539-8000000",
        "13900001234 15800005678",
        "转 13900001234",
    ],
)
def test_a_mobile_in_any_dress(text: str) -> None:
    assert phones.normalise(text) == MOBILE
    assert phones.is_mobile(phones.normalise(text))


def test_landlines() -> None:
    assert phones.normalise("0539-8000000") == phones.normalise("(0539) 8000000") == "05398000000"
    assert not phones.is_mobile("05398000000")
    assert phones.mask("0539-8000000") == "*********00"


@pytest.mark.parametrize("text", ["", "无", "1.39E+10", "1390000123", "139000012345", "12900001234"])
def test_what_is_no_number(text: str) -> None:
    assert phones.normalise(text) == ""


@given(mobiles)
def test_a_mobile_is_masked_three_and_four(number: str) -> None:
    assert phones.normalise(number) == number
    assert phones.mask(number) == f"{number[:3]}****{number[7:]}"


@given(st.text(alphabet="0123456789-/ ", max_size=20))
def test_a_mask_shows_at_most_seven_digits(text: str) -> None:
    assert sum(char.isdigit() for char in phones.mask(text)) <= 7
