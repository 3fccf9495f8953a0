"""Reading, checking, repairing and masking ID numbers. All numbers are invented."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from notoneless.common import resident_id
from notoneless.common.resident_id import check_digit, is_valid, mask, parse, repairs

GOOD = "371321201005021227"
REGIONS = ("371321", "371302", "110101", "440305", "650102")


def _number(region: str, birth: date, sequence: int) -> str:
    first17 = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)


numbers = st.builds(
    _number,
    st.sampled_from(REGIONS),
    st.dates(date(1930, 1, 1), date(2026, 12, 31)),
    st.integers(1, 999).filter(lambda n: n % 100 != 0),
)


@given(numbers)
def test_a_number_comes_back_with_what_it_says(number: str) -> None:
    found = parse(number)
    assert (found.state, found.value, found.region) == ("valid", number, number[:6])
    assert found.birth == date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    assert found.sex == ("1" if int(number[16]) % 2 else "2")
    assert not found.upgraded
    assert found.problem_code == ""


@given(numbers)
def test_check_digit_agrees_with_stdnum(number: str) -> None:
    assert ric.calc_check_digit(number) == check_digit(number[:17]) == number[17]


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_validity_agrees_with_stdnum(number: str, position: int, digit: str) -> None:
    if digit == "X" and position != 17:
        return
    changed = number[:position] + digit + number[position + 1 :]
    assert not is_valid(changed) or ric.calc_check_digit(changed) == changed[17]
    assert is_valid(changed) == (changed == number)


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_repaired(number: str, position: int, digit: str) -> None:
    wrong = number[:position] + digit + number[position + 1 :]
    assert wrong == number or number in repairs(wrong)


@given(numbers, st.integers(0, 16))
def test_swapped_neighbours_are_repaired(number: str, i: int) -> None:
    wrong = number[:i] + number[i + 1] + number[i] + number[i + 2 :]
    assert wrong == number or number in repairs(wrong)


@given(numbers, st.integers(0, 17))
def test_a_left_out_digit_is_repaired(number: str, position: int) -> None:
    assert number in repairs(number[:position] + number[position + 1 :])


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_a_digit_too_many_is_repaired(number: str, position: int, digit: str) -> None:
    assert number in repairs(number[:position] + digit + number[position:])


@given(numbers, st.integers(0, 17), st.sampled_from("?Il O*"))
def test_an_unreadable_digit_is_repaired(number: str, position: int, sign: str) -> None:
    assert number in repairs(number[:position] + sign + number[position + 1 :])


@given(st.text(alphabet="0123456789X", min_size=15, max_size=20))
def test_repairs_are_valid_few_and_different(text: str) -> None:
    found = repairs(text)
    assert all(is_valid(one) for one in found)
    assert len(found) == len(set(found)) <= 35
    assert text not in found


def test_the_likeliest_repair_comes_first() -> None:
    assert repairs(GOOD[:17] + "3")[0] == GOOD
    assert repairs(GOOD) == []
    assert repairs("3713212010050212??") == []


@given(numbers, st.sampled_from([" {}", "{}\t", "'{}", "\ufeff{}", "\u200b{}", "‘{}’", "{}\u3000", "{}\xa0"]))
def test_dressing_is_taken_off(number: str, dress: str) -> None:
    assert parse(dress.format(number)).value == number
    assert parse(number.translate({48 + n: chr(0xFF10 + n) for n in range(10)})).value == number
    assert parse(f"{number[:6]} {number[6:14]} {number[14:]}").value == number


@pytest.mark.parametrize("letter", ["x", "×", "Ｘ", "ｘ", "Х", "х", "Χ"])
def test_every_x_is_an_x(letter: str) -> None:
    number = _number("371321", date(2011, 3, 4), 11)
    tens = next(one for n in range(1, 99) if (one := _number("371321", date(2011, 3, 4), n)).endswith("X"))
    assert parse(tens[:17] + letter).value == tens
    assert parse(number[:17] + letter).state == ("valid" if number.endswith("X") else "bad_check")


@given(st.sampled_from(REGIONS), st.dates(date(1930, 1, 1), date(1999, 12, 31)), st.integers(1, 995))
def test_fifteen_digits_become_eighteen(region: str, birth: date, sequence: int) -> None:
    old = f"{region}{birth:%y%m%d}{sequence:03d}"
    found = parse(old)
    if found.state == "bad_length":  # could also be a cut-off number of 18: not guessed
        assert old[6:8] in ("19", "20")
        return
    assert (found.state, found.upgraded, found.birth) == ("valid", True, birth)
    assert is_valid(found.value)
    assert parse(f"{old}.0") == found


@pytest.mark.parametrize(
    ("text", "state", "code"),
    [
        ("", "missing", "E101"),
        (" \u3000", "missing", "E101"),
        ("无", "placeholder", "E103"),
        ("--", "placeholder", "E103"),
        ("N/A", "placeholder", "E103"),
        ("111111111111111111", "placeholder", "E103"),
        ("123456789012345678", "placeholder", "E103"),
        ("12345678901234567X", "placeholder", "E103"),
        (GOOD[:17] + "8", "bad_check", "E102"),
        ("00" + GOOD[2:], "bad_check", "E102"),
        (GOOD[:17], "bad_length", "E104"),
        (GOOD + "1", "bad_length", "E104"),
        (GOOD[:15], "bad_length", "E104"),
        ("3713**********1227", "bad_chars", "E105"),
        ("E12345678", "bad_chars", "E105"),
        ("X" + GOOD[1:], "bad_chars", "E105"),
        ("371321201013021227", "bad_date", "E106"),
        ("371321189905021227", "bad_date", "E106"),
        ("371321991302122", "bad_date", "E106"),
        ("003213991202122", "bad_check", "E102"),
        ("3.71321E+17", "damaged", "E107"),
        ("3.71321201005021e17", "damaged", "E107"),
        ("371321201005021248.0", "damaged", "E107"),
        ("371321201005021000", "damaged", "E108"),
    ],
)
def test_each_kind_of_wrong_is_named(text: str, state: str, code: str) -> None:
    found = parse(text)
    assert (found.state, found.problem_code) == (state, code)


def test_a_number_that_ends_in_000_is_suspect_even_when_its_check_fits() -> None:
    number = next(n for year in range(1980, 2020) if (n := _number("371321", date(year, 5, 2), 100)).endswith("000"))
    assert is_valid(number)
    assert parse(number).state == "damaged"
    assert parse(number).sex == ""


def test_permanent_residence_card_of_a_foreigner() -> None:
    first17 = "93784020100502122"
    assert parse(first17 + check_digit(first17)).state == "valid"


@given(st.text(max_size=24))
def test_nothing_makes_it_raise(text: str) -> None:
    assert parse(text).state in resident_id.STATES
    assert isinstance(repairs(text), list)


@given(st.text(alphabet="0123456789X", max_size=24))
def test_the_mask_shows_at_most_four_and_four(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    shown = 8 if len(text) >= 15 else 4 if len(text) >= 8 else 0
    assert len(masked.replace("*", "")) == shown
    assert all(a in (b, "*") for a, b in zip(masked, text, strict=True))


def test_the_mask_of_a_plain_number() -> None:
    assert mask("371302201103041226") == "3713**********1226"


@given(numbers)
def test_no_representation_carries_the_birth_digits(number: str) -> None:
    assert number[4:14] not in repr(parse(number)) + str(parse(number))


@pytest.mark.parametrize("text", ["", "3713212010050212", "3713212010050212２", "37132120100502122X"])
def test_check_digit_wants_seventeen_digits(text: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        check_digit(text)
