"""Which rows of a roster are linked at all, and the parts of their ID numbers and birthdays."""

from __future__ import annotations

from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.definitions import Kind

VALID_ID = "CASE WHEN id_state = 'valid' AND length(id_no) = 18 THEN id_no END"
_TWO_GENERATIONS = 600000
"""Sixty years, in yyyymmdd."""
_DOB = "CAST(year(dob) * 10000 + month(dob) * 100 + day(dob) AS INTEGER)"


def wanted_sql(kind: Kind, table: str, window: LinkWindow) -> str:
    """SQL: the rows to link, with their parts of the ID number taken out. Reads dob, id_no and id_state.

    A number that says 19xx where the person was born in 20xx comes from a cut-off number that was read as one of the
    old 15 digits; it counts as wrong here. In lists of children only, a birthday two generations too early says the same.
    """
    century = "coalesce(typed_birth = full_birth + 1000000, false)"
    if not kind.by_age:
        century = f"coalesce({century} OR full_birth < {window.first_birth - _TWO_GENERATIONS}, false)"
    wanted = (
        f"birth IS NULL AND id_birth IS NULL OR birth >= {window.first_birth} OR id_birth >= {window.first_birth}"
    )
    return f"""
        SELECT * FROM (
            SELECT d.*, CASE WHEN NOT {century} THEN full_id END AS valid_id,
                CASE WHEN NOT {century} THEN full_birth END AS id_birth,
                CASE WHEN {century} AND typed_birth = full_birth THEN typed_birth + 1000000 ELSE typed_birth END AS birth
            FROM (SELECT *, {_DOB} AS typed_birth, try_cast(substr({VALID_ID}, 7, 8) AS INTEGER) AS full_birth,
                      {VALID_ID} AS full_id
                  FROM {table}) d
        ) WHERE {wanted if kind.by_age else "true"}"""
