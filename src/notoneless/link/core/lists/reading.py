"""Reading two lists into the engine: few, narrow columns, and of the longer list only the persons who can be meant.

Makes `side_a` (the shorter list) and `side_b`: n (row in the file), row_id, name, birth (yyyymmdd), sex, idv (first 17
digits of a well-shaped ID), tail (its 18th), id_text (an ID that is not well shaped), and those of TEXTS and NUMBERS
that the list has, as text and as numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from notoneless.common.dates import DateProblem, parse_date
from notoneless.engine import Engine
from notoneless.link.core.lists.columns import FIRST_DAY, LAST_DAY, Columns, birth_within, looks_whole

_LEAST_SHARE = 0.00002
"""Of the shorter list: years of birth with fewer rows are typing errors."""

TEXTS = (
    "student_no", "cert_no", "school_code", "grade", "class_no", "guardian_name", "guardian_id", "mother_name",
    "mother_id", "phone", "hh_no",
)  # fmt: skip
NUMBERS = ("addr_code", "hukou_code", "county_code")


@dataclass(frozen=True)
class Side:
    """One list: `source` is the table it was opened as, `left`: it is the caller's left list, `wanted`: SQL over the
    source, which of its rows are in `table`."""

    table: str
    source: str
    columns: Columns
    left: bool
    wanted: str = "true"


def read_sides(engine: Engine) -> tuple[Side, Side]:
    """Make `side_a` and `side_b` from the tables `left_list` and `right_list`; the shorter one is a."""
    shorter_left = engine.count("left_list") <= engine.count("right_list")
    a, b = (_side(engine, name, left) for name, left in (("side_a", shorter_left), ("side_b", not shorter_left)))
    for side in (a, b):
        _days(engine, side)
    engine.step("side_a", _side_sql(a))
    b = replace(b, wanted=_born_then(engine, b))
    engine.step("side_b", _side_sql(b, b.wanted))
    return a, b


def _side(engine: Engine, table: str, left: bool) -> Side:
    source = "left_list" if left else "right_list"
    return Side(table, source, Columns(engine.fetch(f"SELECT * FROM {source} LIMIT 0").schema), left)


def _days(engine: Engine, side: Side) -> None:
    """Make `day_<side>` (written, day): days written in words and other forms, each distinct text read once."""
    odd = f"NOT coalesce(try_cast(dob AS INTEGER) BETWEEN {FIRST_DAY} AND {LAST_DAY}, false) AND dob <> ''"
    wanted = f"SELECT DISTINCT dob FROM {side.source} WHERE {odd} ORDER BY dob"
    found = engine.fetch(wanted) if side.columns.is_text("dob") else None
    written = found.column("dob").cast(pa.string()).to_pylist() if found else []
    days = pa.table({"written": pa.array(written, pa.string()), "day": pa.array(map(_read_day, written), pa.int32())})
    engine.load(f"day_{side.table}", days)


def _read_day(text: str) -> int | None:
    try:
        day = parse_date(text)
    except DateProblem:
        return None
    return None if day is None else day.year * 10000 + day.month * 100 + day.day


def _side_sql(side: Side, where: str = "true") -> str:
    """Only the columns that are there, and texts as they are: what is left of few rows is cleaned later."""
    columns = side.columns
    there = [name for name in (*TEXTS, *NUMBERS) if name in columns]
    kept = "".join(f", {columns.raw(name) if name in TEXTS else columns.number(name)} AS {name}" for name in there)
    dated = side.columns.is_text("dob")
    join = f"LEFT JOIN day_{side.table} d ON d.written = s.dob" if dated else ""
    day = f"coalesce(CASE WHEN dob_number BETWEEN {FIRST_DAY} AND {LAST_DAY} THEN dob_number END, odd_day)"
    id_text = columns.text("id_no")
    return f"""
        SELECT n, row_id, name, {day if dated else "dob_number"} AS birth, sex,
            CASE WHEN {looks_whole("id_text", "id_number")} THEN id_number END AS idv,
            CASE WHEN {looks_whole("id_text", "id_number")} THEN substr(id_text, 18, 1) END AS tail,
            CASE WHEN {looks_whole("id_text", "id_number")} THEN NULL ELSE id_text END AS id_text
            {"".join(f", {name}" for name in there)}
        FROM (
            SELECT file_row AS n, {"row_id" if "row_id" in columns else "file_row"} AS row_id, {columns.text("name")} AS name,
                {"try_cast(dob AS INTEGER)" if dated else columns.day("dob", "CAST(NULL AS INTEGER)")} AS dob_number,
                {"d.day" if dated else "CAST(NULL AS INTEGER)"} AS odd_day, CAST({columns.sex()} AS TINYINT) AS sex,
                {id_text} AS id_text, try_cast(substr({id_text}, 1, 17) AS BIGINT) AS id_number {kept}
            FROM (SELECT * FROM {side.source} WHERE {where}) s {join}
        )"""


def _born_then(engine: Engine, side: Side) -> str:
    """SQL over the longer list: born, by birthday or by number, in the years in which the persons of the shorter were.

    A year counts when birthday and ID number agree on it, or one of them says it often.
    """
    years = engine.fetch(
        f"""SELECT min(year) AS first, max(year) AS last FROM (
                SELECT year, count(*) AS n, max(agreed) AS agreed FROM (
                    SELECT floor(coalesce(birth, id_birth) / 10000) AS year,
                        CASE WHEN floor(birth / 10000) = floor(id_birth / 10000) THEN 1 ELSE 0 END AS agreed
                    FROM (SELECT birth, {birth_within("idv")} AS id_birth FROM side_a)
                ) WHERE year BETWEEN 1900 AND 2099 GROUP BY year
            ) WHERE agreed = 1 AND n >= 2 OR n >= {_LEAST_SHARE!r} * (SELECT count(*) FROM side_a)"""
    ).to_pylist()[0]
    return (
        side.columns.born_between(int(years["first"]), int(years["last"])) if years["first"] is not None else "true"
    )
