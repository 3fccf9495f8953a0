"""What the values of a column look like: an ID number, a student number, a phone… Evidence beside the heading.

Only shapes that can hardly be anything else count; texts, serial numbers and amounts prove nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notoneless.common import dates, names, phones, resident_id, typed_numbers
from notoneless.roster.core.definitions import Column
from notoneless.roster.core.header_text import narrow, tidy

ID, STUDENT, CERTIFICATE, PHONE, DAY, SEX = "id_no", "student_no", "cert_no", "phone", "date", "sex"
SHAPE_NAMES: Mapping[str, str] = {
    ID: "身份证号",
    STUDENT: "学籍号",
    CERTIFICATE: "20 位残疾人证号",
    PHONE: "电话号码",
    DAY: "日期",
    SEX: "性别",
}
FEWEST_CELLS = 3
"""Fewer filled cells than this prove nothing."""
MOST, FEW = 0.8, 0.1
"""A column has a shape when so great a part of its filled cells has it, and contradicts another when so few do."""
_CERTIFICATE = re.compile(r"[1-9]\d{16}[\dX][1-7][1-4](B\d{1,2})?")
_STUDENT = re.compile(r"[GLJ]\d{17}[\dX]")
_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|(19|20)\d{6}")
_SEXES = frozenset("男女")

CONTRADICTS: Mapping[str, frozenset[str]] = {
    "id_no": frozenset({PHONE, CERTIFICATE, STUDENT, DAY, SEX}),
    "student_no": frozenset({PHONE, CERTIFICATE, DAY, SEX}),
    "cert_no": frozenset({PHONE, STUDENT, DAY, SEX}),
    "name": frozenset({ID, STUDENT, CERTIFICATE, PHONE, DAY, SEX}),
    "date": frozenset({ID, STUDENT, CERTIFICATE, PHONE, SEX}),
    "code": frozenset({ID, STUDENT, CERTIFICATE, PHONE, DAY}),
    "flag": frozenset({ID, STUDENT, CERTIFICATE, PHONE, DAY}),
    "grade": frozenset({ID, STUDENT, CERTIFICATE, PHONE, DAY, SEX}),
    "fen": frozenset({ID, STUDENT, CERTIFICATE, PHONE, SEX}),
    "phone": frozenset({ID, STUDENT, CERTIFICATE, DAY, SEX}),
}
"""Column type (or the column phone) → shapes that its values cannot have."""


def shape_of(cell: str) -> str:
    """The shape of one cell, "" when it has none that proves anything."""
    text = typed_numbers.without_float_tail(typed_numbers.clean(cell))
    if len(text) == resident_id.LENGTH and resident_id.is_valid(text):
        return ID
    if _STUDENT.fullmatch(text):
        return STUDENT
    if _CERTIFICATE.fullmatch(text):
        return CERTIFICATE
    if _is_day(tidy(narrow(cell))):
        return DAY
    if phones.normalise(cell):
        return PHONE
    return SEX if text in _SEXES else ""


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        return dates.parse_date(text) is not None
    except dates.DateProblem:
        return False


@dataclass(frozen=True)
class Seen:
    """The filled cells of one column in the first rows, and how many have which shape."""

    cells: tuple[str, ...]
    shapes: Mapping[str, int]

    @property
    def shape(self) -> str:
        """The shape that most cells have; "" when there is none or too few cells are filled."""
        if len(self.cells) < FEWEST_CELLS or not self.shapes:
            return ""
        shape = max(self.shapes, key=lambda each: self.shapes[each])
        return shape if self.shapes[shape] >= MOST * len(self.cells) else ""

    def contradicts(self, column: Column) -> bool:
        """Whether the values are plainly of another sort than ``column`` (its own shape in few cells or none)."""
        sort = column.id if column.id == PHONE else column.type
        if self.shape not in CONTRADICTS.get(sort, frozenset()):
            return False
        return self.shapes.get(sort, 0) <= FEW * len(self.cells)

    def says(self) -> str:
        """``内容像电话号码（40 行里 38 行）``."""
        return f"内容像{SHAPE_NAMES[self.shape]}（{len(self.cells)} 行里 {self.shapes[self.shape]} 行）"


def look_at(rows: Iterable[Sequence[str]], position: int) -> Seen:
    """What column ``position`` of the ``rows`` holds."""
    cells = tuple(cell for row in rows if position < len(row) and (cell := tidy(row[position])))
    shapes = Counter(shape for cell in cells if (shape := shape_of(cell)))
    return Seen(cells, shapes)


def masked_example(cell: str) -> str:
    """A cell fit for the screen: long numbers and what may be a name are masked."""
    if sum(letter.isdigit() for letter in cell) >= 6:
        return resident_id.mask(typed_numbers.clean(cell))
    return names.mask_name(cell) if 1 < len(cell) <= 4 and not cell.isascii() and cell not in _SEXES else cell[:12]
