"""Student numbers (学籍号): one letter and 18 characters, given for life.

G: formal, usually G + the ID number of that day (it may differ after a change of ID). L: temporary, shaped like an
ID number but without relation to it. J: the pupil has no or no usable ID number.
"""

import re
from typing import NamedTuple

from notoneless.common import resident_id, typed_numbers

LETTERS = ("G", "L", "J")
STATES = ("valid", "missing", "placeholder", "bad_letter", "bad_length", "bad_chars", "damaged")
PROBLEM_CODES = {
    "valid": "",
    "missing": "E120",
    "placeholder": "E120",
    "bad_letter": "E121",
    "bad_length": "E122",
    "bad_chars": "E123",
    "damaged": "E124",
}
_LENGTH = 1 + resident_id.LENGTH
_SHAPE = re.compile(r"[A-Z]?[0-9]+X?")


class StudentNo(NamedTuple):
    """``value``: 19 characters in upper case when valid, else the cell as cleaned. ``kind``: G, L, J or "".

    ``resident_id``: the number inside a G number when it is a valid ID number, else "". A hint only: the ID may
    have changed since.
    """

    state: str
    value: str
    kind: str = ""
    resident_id: str = ""

    @property
    def masked(self) -> str:
        """Letter shown, the rest masked like an ID number; a placeholder is shown as it is."""
        if self.state == "placeholder":
            return self.value
        letter = self.value[:1] if self.value[:1] in LETTERS else ""
        return letter + resident_id.mask(self.value[len(letter) :])

    @property
    def problem_code(self) -> str:
        """The catalog code of what is wrong, "" when nothing is."""
        return PROBLEM_CODES[self.state]

    def __repr__(self) -> str:
        return f"StudentNo({self.state}, {self.masked})"


def parse(text: str) -> StudentNo:
    """Read one cell. Never raises; a number without its letter is ``bad_letter``."""
    value = typed_numbers.clean(text)
    if typed_numbers.is_damaged(value, whole_digits=15):
        return StudentNo("damaged", value)
    if not value:
        return StudentNo("placeholder" if text.strip() else "missing", text.strip())
    if typed_numbers.is_placeholder(value):
        return StudentNo("placeholder", value)
    if not _SHAPE.fullmatch(value):
        return StudentNo("bad_chars", value)
    if value[0] not in LETTERS:
        return StudentNo("bad_letter" if len(value) in (resident_id.LENGTH, _LENGTH) else "bad_length", value)
    if len(value) != _LENGTH:
        return StudentNo("bad_length", value, value[0])
    return StudentNo("valid", value, value[0], _inside(value))


def _inside(value: str) -> str:
    number = value[1:]
    return number if value[0] == "G" and resident_id.is_valid(number) else ""
