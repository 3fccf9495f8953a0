"""Resident identity numbers (公民身份号码, GB 11643-1999): read, check, repair, mask.

18 characters: 6 area + 8 birth date + 3 sequence (the last one odd for men) + 1 check character (ISO 7064 MOD 11-2).
Numbers issued before 1999-10 have 15 digits (two-digit year, no check). The area is where the number was issued:
it must never be read as where a person lives now.
"""

import functools
import operator
import re
from datetime import date
from typing import NamedTuple

from notoneless.common import typed_numbers

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
LENGTH = 18
OLD_LENGTH = 15

# First two digits, GB/T 2260; 81-83 stand on residence permits of people from Hong Kong, Macao and Taiwan.
_PROVINCE_NUMBERS = (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66))
PROVINCES = frozenset(map(str, (*_PROVINCE_NUMBERS, 71, 81, 82, 83)))

STATES = ("valid", "missing", "placeholder", "bad_check", "bad_length", "bad_date", "bad_chars", "damaged")
PROBLEM_CODES = {
    "valid": "",
    "missing": "E101",
    "bad_check": "E102",
    "placeholder": "E103",
    "bad_length": "E104",
    "bad_chars": "E105",
    "bad_date": "E106",
    "damaged": "E108",
}

_WEIGHTS_18 = (*WEIGHTS, 1)
_INVERSES = tuple(pow(weight, -1, 11) for weight in _WEIGHTS_18)
_LOST_DIGITS = "000"
_UNRELATED = ("L", "J")
"""Student numbers with these letters are shaped like an ID number but have nothing to do with one (学籍号)."""


class ResidentId(NamedTuple):
    """What a cell with an ID number says.

    ``value``: the 18 characters in upper case when ``state`` is ``valid``; otherwise the cell without blanks,
    apostrophes and full-width forms, so that it can still be repaired ("" when missing).
    ``birth`` is None and ``region`` and ``sex`` are "" when they cannot be read; ``sex`` is "1" (male) or "2"
    (female) and is not given for a damaged number, whose sequence digits are lost. Trust these three fully only
    when ``state`` is ``valid``.
    ``upgraded``: the cell held a 15-digit number.
    """

    state: str
    value: str
    birth: date | None = None
    sex: str = ""
    region: str = ""
    upgraded: bool = False

    @property
    def masked(self) -> str:
        """The number fit for a message; a placeholder holds no personal data and is shown as it is."""
        return self.value if self.state == "placeholder" else mask(self.value)

    @property
    def problem_code(self) -> str:
        """The catalog code of what is wrong, "" when nothing is."""
        if self.state == "damaged" and self.birth is None:
            return "E107"
        return PROBLEM_CODES[self.state]

    def __repr__(self) -> str:
        """Masked: a log line or a traceback must not carry a full number."""
        return f"ResidentId({self.state}, {self.masked})"


def parse(text: str) -> ResidentId:
    """Read one cell. Never raises; see :class:`ResidentId` for the result.

    A number whose last three characters are 000 counts as damaged even when its check character happens to fit: a
    spreadsheet keeps 15 digits and makes strangers equal. A 15-character number that holds a plausible eight-digit
    date is a cut-off new number, not an old one.
    """
    if len(text) == LENGTH:
        holder = _holder(text)
        if holder is not None and not text.endswith(_LOST_DIGITS):
            return ResidentId("valid", text, holder[0], holder[1], text[:6])
    return _diagnose(text)


def is_valid(text: str) -> bool:
    """Whether ``text`` is formally right as it stands: 18 characters, known province, real date, right check
    character.
    """
    return len(text) == LENGTH and _holder(text) is not None


def check_digit(first17: str) -> str:
    """The check character for the first 17 digits. Raises ValueError when they are not 17 ASCII digits."""
    if len(first17) != LENGTH - 1 or not (first17.isascii() and first17.isdigit()):
        raise ValueError("check_digit needs 17 digits")
    return CHECK_CHARACTERS[_weighted(first17) % 11]


def repairs(text: str) -> list[str]:
    """Valid numbers one slip away from a wrong one, likeliest first, without repeats; [] when none or when it is
    valid already.

    18 characters: the check character, one unreadable character, two neighbours swapped, one wrong digit. 17: one
    left out. 19: one too many. The check sum fixes the digit for each position, so there are at most 35 candidates;
    those with an unknown province or an impossible birth date are dropped.
    """
    value = typed_numbers.clean(text)
    if len(value) == LENGTH:
        return _valid_only(_one_slip(value))
    if len(value) == LENGTH - 1:
        return _valid_only(_one_left_out(value))
    if len(value) == LENGTH + 1 and value[0] not in _UNRELATED:
        return _valid_only([value[:i] + value[i + 1 :] for i in range(LENGTH, -1, -1)])
    return []


def mask(text: str) -> str:
    """``3713**********1226``: at most the first and the last four characters; two and two below 15 characters, none
    below 8.
    """
    shown = 4 if len(text) >= OLD_LENGTH else 2 if len(text) >= 8 else 0
    return text[:shown] + "*" * (len(text) - 2 * shown) + text[len(text) - shown :]


def _holder(text: str) -> tuple[date, str] | None:
    """(birth date, sex) of a formally right text of 18 characters, else None. The fast path: three look-ups and one
    sum.
    """
    region_sum = _region(text[:6])
    birth = _birth(text[6:14])
    tail = _tails().get(text[14:])
    if region_sum is None or birth is None or tail is None or (region_sum + birth[1]) % 11 != tail[0]:
        return None
    return birth[0], tail[1]


@functools.lru_cache(maxsize=16384)
def _region(six: str) -> int | None:
    """Weighted sum of the six area digits; None when the province does not exist."""
    if not (six.isascii() and six.isdigit()):
        return None
    # Foreigners' permanent residence cards since 2023: 9 + province + 3 digits of the country.
    province = six[1:3] if six[0] == "9" else six[:2]
    return _weighted(six) if province in PROVINCES else None


@functools.lru_cache(maxsize=65536)
def _birth(eight: str) -> tuple[date, int] | None:
    """Date and weighted sum of the eight birth digits; None when it is no date of 1900 to 2099."""
    if not (eight.isascii() and eight.isdigit()) or eight[:2] not in ("19", "20"):
        return None
    try:
        day = date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return None
    return day, _weighted(eight, start=6)


def _weighted(digits: str, start: int = 0) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS[start:], strict=False))


def _sex(sequence: str) -> str:
    return "1" if int(sequence) % 2 else "2"


@functools.cache
def _tails() -> dict[str, tuple[int, str]]:
    """Sequence and check character -> (what area and birth must leave modulo 11, sex)."""
    tails = {}
    for number in range(1000):
        sequence = f"{number:03d}"
        own = _weighted(sequence, start=14)
        for remainder, check in enumerate(CHECK_CHARACTERS):
            tails[sequence + check] = ((remainder - own) % 11, _sex(sequence))
    return tails


def _diagnose(text: str) -> ResidentId:
    value = typed_numbers.clean(text)
    if typed_numbers.is_damaged(value, whole_digits=OLD_LENGTH):
        return ResidentId("damaged", value)
    value = typed_numbers.without_float_tail(value)
    if not value:
        return ResidentId("placeholder" if text.strip() else "missing", text.strip())
    if typed_numbers.is_placeholder(value):
        return ResidentId("placeholder", value)
    if not re.fullmatch(r"[0-9]+X?", value):
        return ResidentId("bad_chars", value)
    if len(value) == OLD_LENGTH:
        return _read_old(value)
    if len(value) != LENGTH:
        return ResidentId("bad_length", value)
    return _diagnose_18(value)


def _diagnose_18(value: str) -> ResidentId:
    birth = _birth(value[6:14])
    if birth is None:
        return ResidentId("bad_date", value, region=value[:6])
    if value.endswith(_LOST_DIGITS):
        return ResidentId("damaged", value, birth[0], region=value[:6])
    state = "valid" if is_valid(value) else "bad_check"
    return ResidentId(state, value, birth[0], _sex(value[14:17]), value[:6])


def _read_old(value: str) -> ResidentId:
    if "X" in value or _birth(value[6:14]) is not None:
        return ResidentId("bad_length", value)
    first17 = f"{value[:6]}19{value[6:]}"
    birth = _birth(first17[6:14])
    if birth is None:
        return ResidentId("bad_date", value, region=value[:6])
    if _region(value[:6]) is None:
        return ResidentId("bad_check", value, birth[0], region=value[:6])
    return ResidentId("valid", first17 + check_digit(first17), birth[0], _sex(first17[14:]), value[:6], upgraded=True)


def _one_slip(value: str) -> list[str]:
    unreadable = [i for i, char in enumerate(value) if char not in _DIGIT_VALUES or (char == "X" and i < LENGTH - 2)]
    if len(unreadable) > 1:
        return []
    digits = [_DIGIT_VALUES.get(char, 0) for char in value]
    missing = (1 - _total(digits)) % 11
    if unreadable:
        return _changed(value, digits, unreadable[0], missing)
    if missing == 0:
        return []
    swaps = [_swapped(value, i) for i in range(LENGTH - 2, -1, -1) if _swap_gain(digits, i) == missing]
    others = [one for i in range(LENGTH - 1) for one in _changed(value, digits, i, missing)]
    return [*_changed(value, digits, LENGTH - 1, missing), *swaps, *others]


def _one_left_out(value: str) -> list[str]:
    found: list[str] = []
    for i in range(LENGTH - 1, -1, -1):
        padded = f"{value[:i]}0{value[i:]}"
        digits = [_DIGIT_VALUES.get(char, 0) for char in padded]
        found += _changed(padded, digits, i, (1 - _total(digits)) % 11)
    return found


def _changed(value: str, digits: list[int], position: int, missing: int) -> list[str]:
    """``value`` with the one character at ``position`` that adds ``missing`` to the check sum (modulo 11); [] when
    none does.
    """
    digit = (digits[position] + missing * _INVERSES[position]) % 11
    if digit == 10 and position != LENGTH - 1:
        return []
    return [value[:position] + "0123456789X"[digit] + value[position + 1 :]]


def _swapped(value: str, i: int) -> str:
    return value[:i] + value[i + 1] + value[i] + value[i + 2 :]


def _swap_gain(digits: list[int], i: int) -> int:
    """What swapping positions ``i`` and ``i + 1`` adds to the check sum, modulo 11."""
    return (digits[i + 1] - digits[i]) * (_WEIGHTS_18[i] - _WEIGHTS_18[i + 1]) % 11


def _total(digits: list[int]) -> int:
    """Weighted sum of all 18 characters; a right number leaves 1 modulo 11."""
    return sum(map(operator.mul, digits, _WEIGHTS_18))


_DIGIT_VALUES = {**{str(n): n for n in range(10)}, "X": 10}


def _valid_only(candidates: list[str]) -> list[str]:
    return [one for one in dict.fromkeys(candidates) if is_valid(one)]
