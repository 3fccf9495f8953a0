"""How right a list of links is: precision, recall by kind of error, the officers' list, the review queue.

Used by bench/link.py. Everything is counted in pairs of rows, except the officers' list, which counts register rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

KINDS = ("id_error", "name_error", "date_error", "other")


def score(folder: Path, links: Path, review: Path | None = None, memory: str = "8GB") -> dict[str, Any]:
    """`links` and `review`: Parquet with left_row, right_row. `folder`: where link_people.py wrote its four files."""
    db = duckdb.connect(config={"memory_limit": memory, "temp_directory": str(folder / "spilled")})
    for name, path in (("l", folder / "truth_left.parquet"), ("r", folder / "truth_right.parquet"), ("k", links)):
        db.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    db.execute(
        "CREATE TABLE truth AS SELECT l.row_id AS left_row, r.row_id AS right_row, l.* FROM l JOIN r USING (person)"
    )
    db.execute("CREATE TABLE made AS SELECT DISTINCT left_row, right_row FROM k")
    db.execute("CREATE TABLE good AS SELECT t.* FROM truth t SEMI JOIN made USING (left_row, right_row)")
    db.execute("CREATE TABLE lost AS SELECT t.* FROM truth t ANTI JOIN made USING (left_row, right_row)")
    truth, made, good = (_count(db, table) for table in ("truth", "made", "good"))
    found: dict[str, Any] = {
        "true_pairs": truth, "links": made, "wrong": made - good, "missed": truth - good,
        "precision": round(good / made, 6), "recall": round(good / truth, 6), "recall_by_error": _by_error(db),
        "register_not_in_school": _officers(db),
    }  # fmt: skip
    if review is not None:
        found["review"] = _review(db, review)
        found["register_not_in_school_without_asked"] = _officers(db, but="asked")
    db.close()
    return found


def _by_error(db: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float]]:
    by_error: dict[str, dict[str, float]] = {}
    for column in KINDS:
        rows = db.sql(
            f"""SELECT t.kind, t.n, coalesce(g.n, 0) FROM (SELECT {column} AS kind, count(*) AS n FROM truth GROUP BY 1) t
                LEFT JOIN (SELECT {column} AS kind, count(*) AS n FROM good GROUP BY 1) g USING (kind)
                WHERE t.kind <> '' ORDER BY t.kind"""
        ).fetchall()
        by_error[column] = {kind: [n, round(hit / n, 4)] for kind, n, hit in rows}  # type: ignore[misc]
    return by_error


def _officers(db: duckdb.DuckDBPyConnection, but: str = "") -> dict[str, float]:
    """Register rows of school age without a link: is the child truly in no school?

    `but`: a table of pairs; register rows in it are left off the list, because somebody has yet to look at them."""
    looked_at = f"AND r.row_id NOT IN (SELECT right_row FROM {but})" if but else ""
    rows = db.sql(
        f"""SELECT count(*), count(*) FILTER (absent), count(*) FILTER (listed), count(*) FILTER (listed AND absent)
           FROM (SELECT r.row_id NOT IN (SELECT right_row FROM made) {looked_at} AS listed,
                     r.person NOT IN (SELECT person FROM l) AS absent FROM r WHERE school_age)"""
    ).fetchall()[0]
    _, absent, listed, right = rows
    return {"listed": listed, "precision": round(right / listed, 5), "recall": round(right / absent, 5)}


def _review(db: duckdb.DuckDBPyConnection, review: Path) -> dict[str, float]:
    db.execute(f"CREATE TABLE asked AS SELECT DISTINCT left_row, right_row FROM read_parquet('{review}')")
    rows = _count(db, "l")
    asked = _count(db, "(SELECT DISTINCT left_row FROM asked)")
    pairs, lost = _count(db, "asked"), _count(db, "lost")
    held = _count(db, "(SELECT * FROM lost SEMI JOIN asked USING (left_row, right_row))")
    return {
        "pairs": pairs, "left_rows": asked, "share_of_rows": round(asked / rows, 5),
        "of_missed_held": round(held / lost, 4) if lost else 1.0, "true_share": round(held / pairs, 4) if pairs else 1.0,
    }  # fmt: skip


def _count(db: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(db.sql(f"SELECT count(*) FROM {table}").fetchall()[0][0])
