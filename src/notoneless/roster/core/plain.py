"""Texts that are plainly good: nothing to even out, nothing wrong, the value is the text itself.

Looked at all at once, byte by byte, because nearly all names and numbers of a real list are like that. What is not
*sure* to be plain goes to the function of its column type (normalise.py), which alone says what is wrong; for a text
that is plain it would give the same (a property test holds the two against each other).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.names import NO_NAME
from notoneless.common.resident_id import CHECK_CHARACTERS, LENGTH, PROVINCES, WEIGHTS

Mask = np.ndarray
Plain = Callable[[pa.StringArray], Mask]
_BLANK_WIDE = "\u3000".encode()
_NOBODY = "某".encode()
_ZERO, _X = ord("0"), ord("X")


def _unusual_bytes() -> np.ndarray:
    """Bytes of which some unusual character begins: control characters and blanks; what marks text (' ` =); Latin-1,
    Ogham blank, general punctuation, full-width forms and whatever cannot be read.
    """
    found = np.zeros(256, np.bool_)
    found[[*range(0x21), 0x7F, ord("'"), ord("`"), ord("="), 0xC2, 0xE1, 0xE2, 0xEF]] = True
    return found


_UNUSUAL = _unusual_bytes()


def letters_of(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of all texts on end, and where each begins (and the last one ends)."""
    _, places, data = texts.buffers()
    offsets = np.frombuffer(places, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, np.uint8) if data and data.size else np.zeros(0, np.uint8)
    return letters[offsets[0] : offsets[-1]], offsets - offsets[0]


def unusual(texts: pa.StringArray) -> Mask:
    """Texts that may hold blanks, invisible or full-width characters, marks of text cells or unreadable ones."""
    letters, offsets = letters_of(texts)
    found = np.zeros(len(texts), np.bool_)
    found[_holders(np.flatnonzero(_UNUSUAL[letters]), offsets)] = True
    if _BLANK_WIDE in letters.tobytes():
        found |= pc.match_substring(texts, "\u3000").to_numpy(zero_copy_only=False)
    return found


def _holders(places: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    return np.searchsorted(offsets, places, "right") - 1


def text(texts: pa.StringArray) -> Mask:
    """Texts that are kept as written."""
    return ~unusual(texts) & (lengths(texts) > 0)


def name(texts: pa.StringArray) -> Mask:
    """Two to four common Chinese characters that are no word for “no name”."""
    found = np.zeros(len(texts), np.bool_)
    for size in (2, 3, 4):
        which, letters = _of_length(texts, 3 * size)
        first, second = letters[:, ::3], letters[:, 1::3]
        # U+4E00 to U+9FFF: E4 B8 80 to E9 BF BF.
        common = (first > 0xE4) & (first <= 0xE9) | (first == 0xE4) & (second >= 0xB8)
        found[which] = common.all(axis=1)
    if _NOBODY in letters_of(texts)[0].tobytes():
        found &= ~pc.match_substring(texts, "某").to_numpy(zero_copy_only=False)
    return found & ~pc.is_in(texts, value_set=pa.array(sorted(NO_NAME))).to_numpy(zero_copy_only=False)


def digits(texts: pa.StringArray) -> Mask:
    """Nothing but ASCII digits."""
    letters, offsets = letters_of(texts)
    found = lengths(texts) > 0
    found[_holders(np.flatnonzero(~_is_digit(letters)), offsets)] = False
    return found


def student_number(texts: pa.StringArray) -> Mask:
    """G, L or J and 18 characters."""
    which, letters = _of_length(texts, LENGTH + 1)
    found = np.zeros(len(texts), np.bool_)
    found[which] = (
        np.isin(letters[:, 0], list(b"GLJ"))
        & _is_digit(letters[:, 1:LENGTH]).all(axis=1)
        & (_is_digit(letters[:, LENGTH]) | (letters[:, LENGTH] == _X))
    )
    return found


def id_number(texts: pa.StringArray) -> Mask:
    """Valid ID numbers of 18 characters."""
    return read_ids(texts)[0]


def read_ids(texts: pa.StringArray) -> tuple[Mask, pa.Array, pa.Array]:
    """(which are valid ID numbers as they stand, their birth dates, their sexes 1 or 2); null for the others.

    The rules of ``resident_id.parse``: known province, real day of 1900 to 2099, right check character, and not
    the 000 at the end that a spreadsheet leaves of a number.
    """
    which, letters = _of_length(texts, LENGTH)
    numbers = letters.astype(np.int32) - _ZERO
    well_formed = _is_digit(letters[:, :-1]).all(axis=1) & (_is_digit(letters[:, -1]) | (letters[:, -1] == _X))
    which, numbers, last = which[well_formed], numbers[well_formed], letters[well_formed, -1]
    figures = numbers[:, :-1]
    checks = np.frombuffer(CHECK_CHARACTERS.encode(), np.uint8)[figures @ np.array(WEIGHTS, np.int32) % 11]
    days, real = _days(figures[:, 6:14])
    # Foreigners' permanent residence cards: 9, then the province.
    first = np.where(figures[:, 0] == 9, 1, 0)
    rows = np.arange(len(figures))
    known = _PROVINCES[figures[rows, first] * 10 + figures[rows, first + 1]]
    valid = (last == checks) & real & known & (numbers[:, 15:].any(axis=1))
    mask, births, sexes = (
        np.zeros(len(texts), np.bool_),
        np.zeros(len(texts), np.int32),
        np.zeros(len(texts), np.int8),
    )
    at = which[valid]
    mask[at], births[at], sexes[at] = True, days[valid], figures[valid, 16] % 2
    birth = pa.array(births, pa.int32(), mask=~mask).cast(pa.date32())
    return mask, birth, _SEXES.take(pa.array(sexes, mask=~mask))


_PROVINCES = np.array([f"{number:02d}" in PROVINCES for number in range(100)])
_SEXES = pa.array(["2", "1"])
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def _days(figures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(days since 1970, whether there is such a day in 1900 to 2099) of rows of eight figures."""
    year, month, day = figures[:, :4] @ [1000, 100, 10, 1], figures[:, 4:6] @ [10, 1], figures[:, 6:] @ [10, 1]
    real = (year >= 1900) & (year <= 2099) & (month >= 1) & (month <= 12)
    month = np.where(real, month, 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    real &= (day >= 1) & (day <= _MONTH_DAYS[month] + (leap & (month == 2)))
    months = ((np.where(real, year, 1970) - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) + day - 1, real


def lengths(texts: pa.StringArray) -> np.ndarray:
    """Bytes of each text."""
    return np.diff(letters_of(texts)[1])


def _of_length(texts: pa.StringArray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(indexes of the texts of ``size`` bytes, their bytes as a table)."""
    letters, offsets = letters_of(texts)
    which = np.flatnonzero(np.diff(offsets) == size)
    if len(which) * size == len(letters):
        return which, letters.reshape(-1, size)
    return which, letters[offsets[which][:, None] + np.arange(size)]


def _is_digit(letters: np.ndarray) -> np.ndarray:
    return letters - _ZERO < 10  # bytes wrap around below 0


PLAIN: Mapping[str, Plain] = {
    "text": text,
    "name": name,
    "digits": digits,
    "student_no": student_number,
    "id_no": id_number,
}
"""Column type → its plain texts; other types have few different texts or values that are no text."""
