"""Disability certificate numbers (残疾人证号): the 18 characters of the ID number, one digit of kind, one of level.

Kind 1 sight, 2 hearing, 3 speech, 4 limbs, 5 intellect, 6 mental, 7 multiple; level 1 (gravest) to 4 (GB/T 26341).
A re-issued certificate carries B and a count behind the twenty characters.
"""

import re
from typing import NamedTuple

from notoneless.common import resident_id, typed_numbers
from notoneless.common.resident_id import ResidentId

LENGTH = resident_id.LENGTH + 2
STATES = ("valid", "missing", "placeholder", "bad_id", "bad_kind", "bad_level", "bad_length", "bad_chars", "damaged")
PROBLEM_CODES = {
    "valid": "",
    "missing": "E130",
    "placeholder": "E130",
    "bad_id": "E131",
    "bad_kind": "E132",
    "bad_level": "E133",
    "bad_length": "E134",
    "bad_chars": "E135",
    "damaged": "E136",
}
_SHAPE = re.compile(r"([0-9]+X?[0-9]*)(?:B([0-9]{1,2}))?")


class DisabilityCert(NamedTuple):
    """``value``: the 20 characters, and B with its count when re-issued; the cell as cleaned when not valid.

    ``kind`` 1-7 and ``level`` 1-4, "" when unreadable; ``resident``: the ID number inside, None when there is none.
    """

    state: str
    value: str
    kind: str = ""
    level: str = ""
    resident: ResidentId | None = None

    @property
    def masked(self) -> str:
        """The ID number masked, kind and level hidden too: a disability is shown only inside a case."""
        return self.value if self.state == "placeholder" else self.value[:4] + "*" * len(self.value[4:])

    @property
    def problem_code(self) -> str:
        """The catalog code of what is wrong, "" when nothing is."""
        return PROBLEM_CODES[self.state]

    def __repr__(self) -> str:
        return f"DisabilityCert({self.state}, {self.masked})"


def parse(text: str) -> DisabilityCert:
    """Read one cell. Never raises. The first fault found names the state: ID number, then kind, then level."""
    value = typed_numbers.clean(text)
    if typed_numbers.is_damaged(value, whole_digits=15):
        return DisabilityCert("damaged", value)
    if not value:
        return DisabilityCert("placeholder" if text.strip() else "missing", text.strip())
    if typed_numbers.is_placeholder(value):
        return DisabilityCert("placeholder", value)
    shape = _SHAPE.fullmatch(value)
    if shape is None:
        return DisabilityCert("bad_chars", value)
    if len(shape[1]) != LENGTH:
        return DisabilityCert("bad_length", value)
    return _read_twenty(value, shape[1])


def _read_twenty(value: str, number: str) -> DisabilityCert:
    resident = resident_id.parse(number[:-2])
    kind = number[-2] if number[-2] in "1234567" else ""
    level = number[-1] if number[-1] in "1234" else ""
    state = "valid"
    if resident.state == "damaged" or number.endswith("00000"):
        state = "damaged"
    elif resident.state != "valid":
        state = "bad_id"
    elif not kind:
        state = "bad_kind"
    elif not level:
        state = "bad_level"
    return DisabilityCert(state, value, kind, level, resident)
