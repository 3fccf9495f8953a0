"""The text of one workbook cell as its sender saw it; nothing is interpreted but the cell formats of Excel.

A date cell becomes ``2011-01-01``, ``1.0`` becomes ``1``, and a number with more than 15 digits becomes
``3.71302201105021E+17``, because that is what is left of it: a spreadsheet keeps 15 digits, so an ID number typed as
a number has lost its end and must not look whole.
"""

import datetime
from typing import Any

EXACT_DIGITS = 10**15
"""From here on a spreadsheet number no longer holds all of its digits."""
SEPARATORS = str.maketrans({"\x1e": None, "\x1f": None, "\x00": None})


def cell_text(value: Any) -> str:
    """The text of one workbook cell (see the module text)."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def number_text(value: int | float) -> str:
    """A number as Excel shows it in an unformatted cell, except that from 10**15 on it is always in powers of ten."""
    if value != value or value in (float("inf"), float("-inf")):
        return "#NUM!"
    if abs(value) >= EXACT_DIGITS:
        mantissa, exponent = f"{float(value):.14e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}E+{int(exponent)}"
    if value == int(value):
        return str(int(value))
    return f"{value:.15g}"


def column_number(letters: str) -> int:
    """``A`` → 1, ``Z`` → 26, ``AA`` → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 → ``A``, 27 → ``AA``."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
