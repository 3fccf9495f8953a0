"""What the rows that are left are compared by: the same key columns as in a sweep, computed in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.lists import numbers
from notoneless.link.core.lists.columns import birth_within
from notoneless.link.core.lists.names import FoldBook
from notoneless.link.core.lists.reading import PLACES, TEXTS, Side

_LEAST_PUPILS, _LEAST_SHARE = 5, 0.3
_STRANGER_YEARS = 150000
"""Fifteen years, in yyyymmdd: a number born so long before or after its row belongs to somebody else, mostly a parent."""


def make_pool(engine: Engine, name: str, side: Side, rows: str, first: int, wanted: Sequence[str] = TEXTS) -> None:
    """Make `pool_<name>`: `rows` (SQL over a side, with `free`) numbered by row_id from `first`, so that the order of
    the file does not matter, with all that their list says of them and the cleaned ID number as `typed_id`. Empty cells
    become NULL, columns not there too. `free`: not linked yet. `wanted`: which of TEXTS to read; reading them is dear."""
    columns = side.columns
    texts = ", ".join(f"{columns.text(c) if c in wanted else 'CAST(NULL AS VARCHAR)'} AS {c}" for c in TEXTS)
    places = ", ".join(c if c in columns else f"CAST(NULL AS BIGINT) AS {c}" for c in PLACES)
    read = [c for c in ("sex", "id_no", *wanted) if c in columns and c not in side.kept]
    source = (
        f"JOIN (SELECT {', '.join(('file_row', *read))} FROM {side.source}) t ON t.file_row = p.n" if read else ""
    )
    engine.step(
        "placed", f"SELECT row_number() OVER (ORDER BY row_id, n) + {first - 1} AS rid, * FROM ({rows}) numbered"
    )
    engine.step(
        f"pool_{name}",
        f"""SELECT rid, n, row_id, name, birth, sex, free, typed_id, {", ".join((*TEXTS, *PLACES))},
                {numbers.right_number("idv", "typed_id", "shaped")} AS valid
            FROM (SELECT *, CASE WHEN shaped THEN id_text ELSE {numbers.cleaned("id_text")} END AS typed_id
                  FROM (SELECT rid, n, row_id, name, coalesce(birth, d.day) AS birth, idv, free, {places},
                            {numbers.is_shaped("idv", columns.text("id_no"))} AS shaped,
                            CAST({columns.sex()} AS TINYINT) AS sex, {columns.text("id_no")} AS id_text, {texts}
                        FROM placed p {source} LEFT JOIN day d ON d.written = p.odd) told) cleaned""",
    )
    engine.drop("placed")


def make_keys(engine: Engine, name: str) -> None:
    """Make `key_<name>` of a pool whose names stand in `name_key`."""
    engine.step(f"key_{name}", _key_sql(name))


def make_repairs(engine: Engine, pool: str) -> None:
    """Make `fix_<pool>` (rid, idv, slip): valid numbers that rows of the pool without one may have meant."""
    engine.step("invalid", f"SELECT rid, typed_id AS typed, student_no, cert_no FROM pool_{pool} WHERE valid IS NULL")
    engine.step("wrong", "SELECT rid, typed FROM invalid WHERE length(typed) BETWEEN 15 AND 19")
    numbers.make_fixes(engine, "wrong", "fix_slip")
    inside = f"""
        SELECT rid, CASE WHEN {numbers.is_valid("inner_id")} THEN try_cast(substr(inner_id, 1, 17) AS BIGINT) END AS idv, slip
        FROM (SELECT rid, upper(substr(student_no, 2, 18)) AS inner_id, '写在学籍号里' AS slip FROM invalid
              WHERE length(student_no) = 19 AND substr(student_no, 1, 1) IN ('G', 'g')
              UNION ALL
              SELECT rid, upper(substr(cert_no, 1, 18)), '写在残疾人证号里' FROM invalid WHERE length(cert_no) >= 20) inner_number"""
    engine.step(
        f"fix_{pool}",
        f"""SELECT rid, idv, min(slip) AS slip FROM (
                SELECT * FROM fix_slip UNION ALL SELECT * FROM ({inside}) found WHERE idv IS NOT NULL
            ) fixes GROUP BY rid, idv""",
    )
    engine.drop("invalid", "wrong", "fix_slip")


def make_names(engine: Engine, book: FoldBook, sources: tuple[str, ...], population: str) -> None:
    """Make `name_key`, `fold_sound`, `fold_bits` and `syll_bits` for all names in the sources (what may stand after
    FROM); how rare a name is, is counted over the table `population`."""
    union = " UNION ".join(f"SELECT name FROM {source} WHERE name IS NOT NULL" for source in sources)
    engine.step("pool_name", union)
    book.number("pool_name", "name_key")
    engine.step("fold_sound", "SELECT fold, min(syll) AS syll FROM name_key WHERE fold IS NOT NULL GROUP BY fold")
    engine.step(
        "name_count", f"SELECT name, count(*) AS n FROM {population} SEMI JOIN pool_name USING (name) GROUP BY name"
    )
    w = definitions.weights()
    usual = 2.0**-w.usual_frequency
    total = float(engine.count(population))
    for key in ("fold", "syll"):
        share = f"(sum(coalesce(c.n, 0)) + {w.frequency_strength * usual!r}) / ({total!r} + {w.frequency_strength!r})"
        engine.step(
            f"{key}_bits",
            f"""SELECT {key}, greatest({w.least_frequency!r}, least({w.most_frequency!r}, -log2({share}))) AS bits
                FROM name_key k LEFT JOIN name_count c ON c.name = k.name WHERE {key} IS NOT NULL GROUP BY {key}""",
        )
    engine.drop("pool_name", "name_count")


def add_names(engine: Engine, book: FoldBook, pool: str) -> None:
    """Add the names of one more pool to `name_key` and `fold_sound`; how rare they are is not asked."""
    engine.step(
        "pool_name", f"SELECT DISTINCT name FROM pool_{pool} ANTI JOIN name_key USING (name) WHERE name IS NOT NULL"
    )
    book.number("pool_name", "more_name")
    engine.step("name_key", "SELECT * FROM name_key UNION ALL SELECT * FROM more_name", replace=True)
    engine.step(
        "fold_sound",
        "SELECT fold, min(syll) AS syll FROM name_key WHERE fold IS NOT NULL GROUP BY fold",
        replace=True,
    )
    engine.drop("pool_name", "more_name")


def make_school_towns(engine: Engine, a: Side, b: Side) -> None:
    """Make `school_town` (school_code, town): where most of a school's pupils live, learnt from the certain links and,
    for schools that hardly know an ID number, from rows left over that share name and birthday with somebody.

    For lists without addresses. Either list may be the one with the schools. Schools with few links, or whose pupils
    come from everywhere, are left out.
    """
    pairs = "SELECT '' AS school_code, CAST(NULL AS BIGINT) AS town"
    for school, home, here in ((a, b, "b"), (b, a, "a")):
        placeless = not {"hukou_code", "addr_code"} & school.columns.names
        if placeless and "school_code" in school.columns and {"hukou_code", "addr_code"} & home.columns.names:
            pairs = f"""SELECT school_code, {town_of(twelve("home"))} AS town FROM ({_pupils_sql(school, home, here)}) pupil"""
    engine.step(
        "school_town",
        f"""SELECT school_code, town FROM (
                SELECT *, sum(n) OVER (PARTITION BY school_code) AS pupils,
                    row_number() OVER (PARTITION BY school_code ORDER BY n DESC, town) AS place
                FROM (SELECT school_code, town, count(*) AS n FROM ({pairs}) WHERE town IS NOT NULL GROUP BY school_code, town)
            ) WHERE place = 1 AND n >= {_LEAST_PUPILS} AND n >= {_LEAST_SHARE!r} * pupils""",
    )


def _pupils_sql(school: Side, home: Side, here: str) -> str:
    """school_code, home of pupils; `here`: "a" or "b", the list that says where they live."""
    at_school = "a" if here == "b" else "b"
    return f"""
        SELECT s.school_code, h.home
        FROM (SELECT a, b FROM certain UNION ALL
              SELECT {"p.n AS a, q.n AS b" if here == "b" else "q.n AS a, p.n AS b"} FROM {school.table} p
              ANTI JOIN certain c ON c.{at_school} = p.n JOIN {home.table} q ON q.name = p.name AND q.birth = p.birth) c
        JOIN (SELECT n, {home.home} AS home FROM {home.table}) h ON h.n = c.{here}
        JOIN (SELECT file_row, {school.columns.text("school_code")} AS school_code FROM {school.source}) s ON s.file_row = c.{at_school}
        WHERE s.school_code IS NOT NULL"""


def make_parents(engine: Engine, side: Side, known: str, members: str = "") -> None:
    """Make `parent` (rid, birth, fold, name, idv): grown-ups beside the children of key table `known`. `members`: a
    table of them, as in `members_sql`, if they are gathered already."""
    columns, parts = side.columns, []
    pool = known.replace("key_", "pool_")
    if "mother_name" in columns or "mother_id" in columns:
        parts.append(
            f"""SELECT k.rid, k.birth, k.fold, p.mother_name AS name, {number_of("p.mother_id")} AS idv
                FROM {pool} p JOIN {known} k ON k.rid = p.rid"""
        )
    if "hh_no" in columns and side.wanted != "true":
        engine.step("household", f"SELECT DISTINCT hh_no FROM {pool} WHERE hh_no IS NOT NULL")
        parts.append(_household_sql(members or f"({members_sql(side)})", known, pool))
    empty = "SELECT CAST(0 AS BIGINT) AS rid, 0 AS birth, CAST(0 AS BIGINT) AS fold, '' AS name, CAST(0 AS BIGINT) AS idv WHERE 1 = 0"
    engine.step("parent", " UNION ALL ".join([empty, *parts]))
    engine.drop("household")


def members_sql(side: Side, only: str = "SEMI JOIN household USING (hh_no)") -> str:
    """SQL: n, hh_no, name, idv of those rows of the list who are not among the persons wanted. `only`: which of them,
    by their cells as they lie there; what those say is worked out for the rows that are kept."""
    columns = side.columns
    cells = ", ".join(column for column in ("name", "id_no") if column in columns)
    return f"""
        SELECT n, hh_no, {columns.text("name")} AS name, {number_of(columns.text("id_no"))} AS idv FROM (
            SELECT * FROM (SELECT file_row AS n, {columns.raw("hh_no")} AS hh_no, {cells} FROM {side.source}) r {only}
        ) kept ANTI JOIN {side.table} USING (n)"""


def number_of(text: str) -> str:
    """SQL: the first 17 digits of a text as a number."""
    return f"try_cast(substr({text}, 1, 17) AS BIGINT)"


def _household_sql(members: str, known: str, pool: str) -> str:
    """Those of the members who live with the children."""
    return f"""SELECT k.rid, k.birth, k.fold, s.name, s.idv
        FROM {members} s JOIN {pool} p ON p.hh_no = s.hh_no JOIN {known} k ON k.rid = p.rid"""


def _key_sql(pool: str) -> str:
    id_birth = birth_within("valid")
    return f"""
        SELECT rid, fold, syll, coalesce(birth, id_birth) AS birth,
            CASE WHEN birth <> id_birth THEN id_birth END AS birth2,
            coalesce(sex, CASE WHEN idv IS NOT NULL THEN 2 - idv % 2 END) AS sex, idv,
            CASE WHEN idv IS NULL AND NOT {numbers.is_placeholder("typed_id")} AND substr(typed_id, 16, 3) <> '000' THEN typed_id END AS typed,
            CASE WHEN idv IS NULL AND NOT {numbers.is_placeholder("typed_id")} THEN try_cast(substr(typed_id, 1, 14) AS BIGINT) END AS typed_prefix,
            CASE WHEN length(typed_id) >= 14 THEN try_cast(substr(typed_id, 1, 14) AS BIGINT) END AS prefix,
            {village_of("addr_code")} AS village, {village_of("hukou_code")} AS village2,
            {town_of("addr_code")} AS town, {town_of("hukou_code")} AS town2,
            CASE WHEN addr_code IS NULL AND hukou_code IS NULL THEN school_town END AS school_town,
            school_code, CAST(NULL AS VARCHAR) AS school_name, grade, class_no, student_no,
            coalesce(guardian_name, mother_name) AS guardian,
            coalesce(try_cast(substr(coalesce(guardian_id, mother_id), 1, 17) AS BIGINT), lent) AS guardian_idv,
            CASE WHEN length(phone) >= 7 THEN phone END AS phone, hh_no AS hh
        FROM (SELECT {", ".join(f"p.{column}" for column in _KEPT)}, CASE WHEN NOT p.foreign_id THEN p.valid END AS idv,
                  CASE WHEN NOT p.foreign_id THEN {id_birth} END AS id_birth, CASE WHEN p.foreign_id THEN p.valid END AS lent,
                  k.fold, k.syll, t.town AS school_town, {twelve("addr_code")} AS addr_code, {twelve("hukou_code")} AS hukou_code
              FROM (SELECT *, {is_foreign(id_birth, "birth")} AS foreign_id FROM pool_{pool}) p
              LEFT JOIN name_key k ON k.name = p.name LEFT JOIN school_town t ON t.school_code = p.school_code)"""


def is_foreign(id_birth: str, birth: str) -> str:
    """SQL: a number with one birthday inside belongs to somebody else than who was born on the other, mostly a parent."""
    return f"coalesce(abs({id_birth} - {birth}) >= {_STRANGER_YEARS}, false)"


_KEPT = (
    "rid", "birth", "sex", "typed_id", "school_code", "grade", "class_no", "student_no", "guardian_name", "mother_name",
    "guardian_id", "mother_id", "phone", "hh_no",
)  # fmt: skip


def twelve(code: str) -> str:
    """SQL: an area code with as many digits as given, as twelve."""
    return f"""CASE WHEN {code} >= 100000000000 THEN {code} WHEN {code} BETWEEN 100000000 AND 999999999 THEN {code} * 1000
        WHEN {code} BETWEEN 100000 AND 999999 THEN {code} * 1000000 END"""


def village_of(code: str) -> str:
    """SQL: a village's twelve digits; NULL when the code stops at a higher level."""
    return f"CASE WHEN {code} % 1000 > 0 THEN {code} END"


def town_of(code: str) -> str:
    """SQL: the town's nine digits of an area code of twelve; NULL when the code stops at a higher level."""
    town = f"CAST(round(({code} - {code} % 1000) / 1000) AS BIGINT)"
    return f"CASE WHEN {town} % 1000 > 0 THEN {town} END"
