"""Kept counts (ChildCount): written whole from the children, by one statement that both databases understand."""

from __future__ import annotations

from django.db import connection

from .models import ChildCount


def refresh_counts() -> None:
    """Count all living children anew. Runs inside the transaction that changed them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM link_childcount")
        cursor.execute(COUNT_ALL)


MARKS_SQL = " + ".join(f"(CASE WHEN {name} THEN {bit} ELSE 0 END)" for name, bit in ChildCount.MARKS.items())
COUNT_ALL = f"""
INSERT INTO link_childcount (town_code, school_code, grade, sex, marks, number)
SELECT substr(place_code, 1, 9), school_code, grade, sex, {MARKS_SQL}, count(*)
FROM link_child WHERE NOT gone AND merged_into_id IS NULL
GROUP BY 1, 2, 3, 4, 5
"""
