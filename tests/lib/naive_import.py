"""The naive twin of an import, kept as the control of the kill tests: rows go into a table a hundred at a time, each
hundred committed at once, and a note says “done” at the end. A kill leaves it half done; a kill test whose kills do not
break this twin has proven nothing.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from django.db import connection

from notoneless.roster.core import read_roster

COMMITTED_AT_ONCE = 100


def naive_import(path: Path) -> None:
    """Read like the real import, write like a beginner."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS naive_row (file text, row_no integer, name text)")
        cursor.execute("CREATE TABLE IF NOT EXISTS naive_done (file text)")
        table = read_roster(path, "hukou", file_name=path.name).rows
        rows = iter(zip(table["row_no"].to_pylist(), table["name"].to_pylist(), strict=True))
        while some := list(islice(rows, COMMITTED_AT_ONCE)):
            cursor.executemany("INSERT INTO naive_row VALUES (%s, %s, %s)", [(path.name, *row) for row in some])
        cursor.execute("INSERT INTO naive_done VALUES (%s)", [path.name])
