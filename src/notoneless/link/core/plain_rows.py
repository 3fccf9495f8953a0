"""A row of any list with canonical column names, read by the identity kit into what linking compares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from notoneless.common import names, resident_id, student_no
from notoneless.common.dates import read_day
from notoneless.link.core.inputs import NEEDED_COLUMNS

_SEXES = {
    "男": "1",
    "男性": "1",
    "M": "1",
    "01": "1",
    "1": "1",
    "女": "2",
    "女性": "2",
    "F": "2",
    "02": "2",
    "2": "2",
}
_PLACE_DIGITS = 12
_MOTHER = {"guardian_name": "mother_name", "guardian_id": "mother_id"}
"""A list that names the mother names a guardian."""


def accepted_row(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Values as in an accepted roster row: cleaned name, `id_no` with `id_state`, `dob` as a day, codes as text.

    Cells may be text, whole numbers or days, as Parquet has them. What cannot be read is None.
    """
    found: dict[str, Any] = {column: _text(cells.get(column)) for column in NEEDED_COLUMNS if column != "row_no"}
    for column, other in _MOTHER.items():
        found[column] = found[column] or _text(cells.get(other))
    number = resident_id.parse(found["id_no"] or "")
    empty = number.state in ("missing", "placeholder")
    student = student_no.parse(found["student_no"] or "")
    return {
        **found,
        "name": names.clean(found["name"] or "") or None,
        "sex": _SEXES.get((found["sex"] or "").upper(), "0"),
        "dob": _day(cells.get("dob")),
        "id_no": None if empty else number.value,
        "id_state": number.state,
        "student_no": student.value or None,
        "addr_code": _place(found["addr_code"]),
        "hukou_code": _place(found["hukou_code"]),
    }


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None or value == "" else str(value)


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return read_day(_text(value) or "")


def _place(code: str | None) -> str | None:
    """A place code with as many digits as given, as twelve."""
    return code.ljust(_PLACE_DIGITS, "0") if code and code.isdigit() else None
