"""Reading two lists into the engine: few, narrow columns, and of the longer list only the persons who can be meant.

Makes `side_a` (the shorter list) and `side_b`: n (row in the file), row_id, name, birth (yyyymmdd), odd (a day written
so that SQL cannot read it), idv (first 17 digits of a well-shaped ID) and the codes of PLACES that the list has. What
else a row says is read for the few rows that are left (see keys.make_pool). Makes `day` (written, day) for the odd days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from notoneless.common.dates import read_day
from notoneless.engine import Engine
from notoneless.link.core.lists.columns import Columns, birth_within, looks_whole

_LEAST_SHARE = 0.00002
"""Of the shorter list: years of birth with fewer rows are typing errors."""

TEXTS = (
    "student_no", "cert_no", "school_code", "grade", "class_no", "guardian_name", "guardian_id", "mother_name",
    "mother_id", "phone", "hh_no",
)  # fmt: skip
KIN = ("guardian_name", "guardian_id", "mother_name", "mother_id", "hh_no")
"""Of TEXTS, what tells a second entry of a person from a namesake."""
PLACES = ("addr_code", "hukou_code", "county_code")
KEPT = ("sex", "id_no", "hh_no")
"""What every row left over is asked for besides: where most rows of a list are passed over, the others keep it as it
lies there, so that the list need not be read again."""


@dataclass(frozen=True)
class Side:
    """One list: `source` is the table it was opened as, `left`: it is the caller's left list, `wanted`: SQL over the
    source, which of its rows are in `table`. `kept`: columns of the source that stand in `table` as they lie there."""

    table: str
    source: str
    columns: Columns
    left: bool
    wanted: str = "true"
    kept: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        """SQL over the table: where a row lives, or without that where it is registered; NULL when the list says neither."""
        columns = [column for column in ("addr_code", "hukou_code") if column in self.columns]
        return f"coalesce({', '.join([*columns, 'NULL'])})" if columns else "CAST(NULL AS BIGINT)"


def read_sides(engine: Engine) -> tuple[Side, Side]:
    """Make `side_a`, `side_b` and `day` from the tables `left_list` and `right_list`; the shorter one is a."""
    shorter_left = engine.count("left_list") <= engine.count("right_list")
    a, b = (_side(engine, name, left) for name, left in (("side_a", shorter_left), ("side_b", not shorter_left)))
    engine.step("side_a", _side_sql(a))
    b = replace(b, wanted=_born_then(engine, b))
    if b.wanted != "true":
        b = replace(b, kept=tuple(column for column in KEPT if column in b.columns))
    engine.step("side_b", _side_sql(b))
    _read_days(engine)
    return a, b


def _side(engine: Engine, table: str, left: bool) -> Side:
    source = "left_list" if left else "right_list"
    return Side(table, source, Columns(engine.fetch(f"SELECT * FROM {source} LIMIT 0").schema), left)


def _read_days(engine: Engine) -> None:
    """Days written in words and other forms: each distinct text is read once."""
    odd = "SELECT odd FROM side_a WHERE odd IS NOT NULL UNION SELECT odd FROM side_b WHERE odd IS NOT NULL"
    written = engine.fetch(f"SELECT odd FROM ({odd}) ORDER BY odd").column("odd").to_pylist()
    engine.load(
        "day",
        pa.table({"written": pa.array(written, pa.string()), "day": pa.array(map(_read_day, written), pa.int32())}),
    )


def _read_day(text: str) -> int | None:
    day = read_day(text)
    return None if day is None else day.year * 10000 + day.month * 100 + day.day


def _side_sql(side: Side) -> str:
    columns = side.columns
    places = "".join(f", {columns.number(name)} AS {name}" for name in PLACES if name in columns)
    odd = "CASE WHEN birth IS NULL AND dob <> '' THEN dob END" if columns.is_text("dob") else "CAST(NULL AS VARCHAR)"
    dob = ", dob" if columns.is_text("dob") else ""
    return f"""
        SELECT n, row_id, name, birth, {odd} AS odd, CASE WHEN {looks_whole("id_text", "id_number")} THEN id_number END AS idv
            {"".join(f", {name}" for name in (*PLACES, *side.kept) if name in columns)}
        FROM (
            SELECT file_row AS n, {"row_id" if "row_id" in columns else "file_row"} AS row_id, {columns.text("name")} AS name,
                {columns.day("dob")} AS birth{dob}, {columns.text("id_no")} AS id_text,
                try_cast(substr({columns.text("id_no")}, 1, 17) AS BIGINT) AS id_number{places}
                {"".join(f", {name}" for name in side.kept)}
            FROM {side.source} WHERE {side.wanted}
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
                    FROM (SELECT birth, {birth_within("idv")} AS id_birth FROM side_a WHERE odd IS NULL)
                ) WHERE year BETWEEN 1900 AND 2099 GROUP BY year
            ) WHERE agreed = 1 AND n >= 2 OR n >= {_LEAST_SHARE!r} * (SELECT count(*) FROM side_a)"""
    ).to_pylist()[0]
    return (
        side.columns.born_between(int(years["first"]), int(years["last"])) if years["first"] is not None else "true"
    )
