"""The rivals of the link benchmark, each run as: python bench/link_rivals.py NAME LEFT RIGHT OUT.

exact   what bureaus do in Excel: the ID number as typed is equal (not empty).
floor   the least any engine must do: scan every column of both files, hash join on the ID number, write the pairs.
splink  Splink 5 on DuckDB, configured as a careful data engineer would: valid numbers only, comparisons with levels for
        name, sex, birthday, ID and place, eight blocking rules, weights by random sampling and EM, threshold 0.9,
        the best partner only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

THREADS = 2


def exact(left: Path, right: Path, out: Path) -> None:
    """Equal ID numbers as typed."""
    _connect().execute(
        f"""COPY (SELECT l.row_id AS left_row, r.row_id AS right_row FROM read_parquet('{left}') l
            JOIN read_parquet('{right}') r ON l.id_no = r.id_no WHERE l.id_no <> '') TO '{out}' (FORMAT parquet)"""
    )


def floor(left: Path, right: Path, out: Path) -> None:
    """Scan, join, write."""
    db = _connect()
    for path in (left, right):
        columns = [row[0] for row in db.sql(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()]
        read = ", ".join(
            f"sum(octet_length(encode({c})))" for c in columns
        )  # max() would be answered from the file's footer
        db.execute(f"SELECT {read} FROM read_parquet('{path}')").fetchall()
    exact(left, right, out)


def splink(left: Path, right: Path, out: Path) -> None:
    """See the module's description."""
    from link_splink import link

    link(left, right, out)


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": THREADS})


if __name__ == "__main__":
    {"exact": exact, "floor": floor, "splink": splink}[sys.argv[1]](*map(Path, sys.argv[2:5]))
