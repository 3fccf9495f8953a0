"""Telephone numbers of the mainland: normalise for searching, mask for the screen."""

import re

from notoneless.common import typed_numbers

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}[2-9]\d{6,7}")
_BETWEEN = re.compile(r"[/、,，;；|\s]+|或|和")
_COUNTRY = re.compile(r"^(?:\(?\+?86\)?|0086)(?=1[3-9]\d{9}$|0?\d{2,3}[2-9]\d{6,7}$)")


def normalise(text: str) -> str:
    """The first usable number in a cell as digits only (``13812345678``, ``05391234567``); "" when there is none.

    Country code, blanks, dashes, brackets and the ``.0`` of a spreadsheet are removed. Of several numbers the first
    counts.
    """
    whole = _usable(text)
    if whole:
        return whole
    return next((found for found in map(_usable, _BETWEEN.split(text)) if found), "")


def is_mobile(number: str) -> bool:
    """Whether a normalised number is a mobile phone."""
    return _MOBILE.fullmatch(number) is not None


def mask(text: str) -> str:
    """``138****5678`` for a mobile; otherwise only the last two digits, from six digits on, stay readable."""
    number = normalise(text) or typed_numbers.clean(text)
    if is_mobile(number):
        return f"{number[:3]}****{number[-4:]}"
    shown = 2 if len(number) >= 6 else 0
    return "*" * (len(number) - shown) + number[len(number) - shown :]


def _usable(text: str) -> str:
    number = typed_numbers.without_float_tail(typed_numbers.clean(text).replace("(", "").replace(")", ""))
    number = _COUNTRY.sub("", number)
    return number if _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number) else ""
