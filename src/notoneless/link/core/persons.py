"""From placed rows to persons: best values by precedence, disagreements, the age window, stable names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.groups import Groups
from notoneless.link.core.identity import keep_names, mint_names
from notoneless.link.core.inputs import Source
from notoneless.link.core.sentences import VERDICT_ROOM

_VALUES = {
    "name": "nullif(s.name, '')",
    "sex": "CASE WHEN s.sex IN ('1', '2') THEN s.sex END",
    "dob": "s.dob",
    "nation": "nullif(s.nation, '')",
    "place_code": "coalesce(nullif(s.addr_code, ''), nullif(s.hukou_code, ''))",
    "school_code": "nullif(s.school_code, '')",
    "school_name": "nullif(s.school_name, '')",
    "grade": "nullif(s.grade, '')",
    "class_no": "nullif(s.class_no, '')",
    "guardian_name": "coalesce(nullif(s.guardian_name, ''), nullif(s.hh_head, ''), nullif(s.head_name, ''))",
    "guardian_phone": "nullif(s.phone, '')",
    "valid_id": "CASE WHEN s.id_state = 'valid' THEN s.id_no END",
    "typed_id": "CASE WHEN s.id_state NOT IN ('valid', 'missing', 'placeholder') THEN nullif(s.id_no, '') END",
    "typed_state": "CASE WHEN s.id_state NOT IN ('valid', 'missing', 'placeholder') AND s.id_no <> '' THEN s.id_state END",
}
"""Field → SQL of its value in a source row; NULL where the row says nothing."""
_BIRTH = ("dob", "valid_id")
AT_ONCE = 800_000
"""So many children are put together at a time."""


def build_persons(
    engine: Engine, sources: Sequence[Source], window: LinkWindow, previous: pa.Table | None, id_key: bytes
) -> None:
    """Make `child` (pid, child_id, place) of the persons wanted: `place` counts from 0 in the order of child_id.

    Raises E404 (the last sweep's members lack a column), E406 (no key).
    """
    renamed = _agreed(engine, sources)
    pids, into = pa.array(renamed, pa.int64()), pa.array(renamed.values(), pa.int64())
    engine.load("agreed_pid", pa.table({"pid": pids, "into_pid": into}))
    _disagreements(engine, sources)
    engine.drop(*_faces(sources))
    _alone(engine, sources)
    _unwanted(engine, sources, window)
    _name(engine, sources, previous, id_key)
    engine.drop("unwanted")


def _unwanted(engine: Engine, sources: Sequence[Source], window: LinkWindow) -> None:
    """Make `unwanted` (pid): persons born outside the window. Looked at closely are only those of whom some row says so."""
    within = f"BETWEEN {window.first_birth} AND {window.last_birth}"
    doubtful = " UNION ".join(
        f"""SELECT p.pid FROM {placed_sql(source)} p JOIN {source.table} s ON s.rid = p.rid
            WHERE NOT {_day_number("s.dob")} {within}
               OR s.id_state = 'valid' AND NOT try_cast(substr(s.id_no, 7, 8) AS INTEGER) {within}"""
        for source in sources
    )
    engine.step("doubtful", doubtful)
    for source in sources:
        engine.step(f"best_{source.kind.id}", _best_sql(source, _BIRTH, "doubtful"))
    engine.step("unwanted", f"SELECT pid FROM ({_birth_sql(sources)}) WHERE NOT birth {within}")
    engine.drop("doubtful", *(f"best_{source.kind.id}" for source in sources))


def fetch_persons(engine: Engine, sources: Sequence[Source]) -> pa.Table:
    """The columns of `LinkResult.persons`, in the order of child_id: so many at a time that memory stays small."""
    parts = []
    for first in range(0, max(engine.count("child"), 1), AT_ONCE):
        engine.step("turn", f"SELECT * FROM child WHERE place >= {first} AND place < {first + AT_ONCE}")
        for source in sources:
            engine.step(f"best_{source.kind.id}", _best_sql(source, tuple(_VALUES), "turn"))
        parts.append(engine.fetch(f"{_person_sql(sources)} ORDER BY c.place"))
        engine.drop("turn", *(f"best_{source.kind.id}" for source in sources))
    return pa.concat_tables(parts)


def placed_sql(source: Source) -> str:
    """SQL: rid, pid, weight, how, slip of a kind's rows, after joining persons whom a clerk called the same."""
    joined = list(definitions.steps()).index("decision_same") * VERDICT_ROOM
    return f"""(
        SELECT m.rid, coalesce(a.into_pid, m.pid) AS pid, m.weight,
            CASE WHEN a.pid IS NOT NULL AND m.rid = m.pid THEN {joined} ELSE m.how END AS how, m.slip
        FROM mem_{source.kind.id} m LEFT JOIN agreed_pid a ON a.pid = m.pid)"""


def _agreed(engine: Engine, sources: Sequence[Source]) -> dict[int, int]:
    """pid → pid of the person it is joined to, by decisions that no step has carried out."""
    rows = "(" + " UNION ALL ".join(f"SELECT rid, pid FROM mem_{source.kind.id}" for source in sources) + ")"
    pairs = """SELECT DISTINCT a.pid AS one, b.pid AS other FROM {0} t
        JOIN {1} a ON a.rid = t.rid JOIN {1} b ON b.rid = t.other WHERE a.pid > b.pid ORDER BY one, other"""
    together = engine.fetch(pairs.format("together", rows)).to_pylist()
    if not together:
        return {}
    apart = engine.fetch(pairs.format("apart", rows)).to_pylist()
    groups = Groups((pair["one"], pair["other"]) for pair in apart)
    for pair in together:
        groups.join(pair["one"], pair["other"], by_decision=True)
    return groups.renamed()


def _alone(engine: Engine, sources: Sequence[Source]) -> None:
    """Make `several_<kind>` (pid): persons with more than one row in the kind; of all others the one row says it."""
    for source in sources:
        engine.step(
            f"several_{source.kind.id}", f"SELECT pid FROM {placed_sql(source)} GROUP BY pid HAVING count(*) > 1"
        )


def _best_sql(source: Source, fields: Sequence[str], among: str = "") -> str:
    """The kind's say about each person (in `among`): of several rows the last one that says something."""
    order = definitions.precedence()
    values = {
        field: sql for field, sql in _VALUES.items() if field in fields and source.kind.id in order[_field(field)]
    }
    plain = ", ".join(["p.pid", *(f"{value} AS {field}" for field, value in values.items())])
    best = ", ".join(
        ["p.pid"]
        + [
            f"max_by({value}, CASE WHEN {value} IS NOT NULL THEN s.rid END) AS {field}"
            for field, value in values.items()
        ]
    )
    rows = f"{placed_sql(source)} p" + (f" SEMI JOIN {among} t ON t.pid = p.pid" if among else "")
    several = f"several_{source.kind.id}"
    return f"""
        SELECT {plain} FROM (SELECT * FROM {rows} ANTI JOIN {several} x ON x.pid = p.pid) p
            JOIN {source.table} s ON s.rid = p.rid
        UNION ALL
        SELECT {best} FROM (SELECT * FROM {rows} SEMI JOIN {several} x ON x.pid = p.pid) p
            JOIN {source.table} s ON s.rid = p.rid GROUP BY p.pid"""


def _field(value: str) -> str:
    """The precedence list that rules a value."""
    return "id_no" if value in ("valid_id", "typed_id", "typed_state") else value


def _faces(sources: Sequence[Source]) -> list[str]:
    return [f"face_{source.kind.id}" for source in sources]


def _disagreements(engine: Engine, sources: Sequence[Source]) -> None:
    """Make `disagreement` (pid): the person's rows do not agree on name, sex, birthday or a valid ID number."""
    faces = " UNION ALL ".join(f"SELECT pid, fold, sex, birth, idv FROM {face}" for face in _faces(sources))
    several = " OR ".join(f"min({column}) <> max({column})" for column in ("fold", "sex", "birth", "idv"))
    engine.step(
        "disagreement",
        f"""SELECT pid FROM (
                SELECT coalesce(a.into_pid, f.pid) AS pid, f.fold, f.sex, f.birth, f.idv
                FROM ({faces}) f LEFT JOIN agreed_pid a ON a.pid = f.pid
            ) GROUP BY pid HAVING {several}""",
    )


def _birth_sql(sources: Sequence[Source]) -> str:
    """SQL: pid and birthday (yyyymmdd) of every person."""
    present = {source.kind.id for source in sources}
    first = {field: _first_said(field, present) for field in _BIRTH}
    return f"""
        SELECT pid, {_day_number("dob")} AS birth FROM (
            SELECT r.pid, {_dob(first)} AS dob FROM ({_roots(present)}) r {_joins(present, "r")}
        )"""


def _day_number(day: str) -> str:
    return f"(year({day}) * 10000 + month({day}) * 100 + day({day}))"


def _person_sql(sources: Sequence[Source]) -> str:
    present = {source.kind.id for source in sources}
    flags = ", ".join(
        f"{kind.id}.pid IS NOT NULL AS in_{kind.id}" if kind.id in present else f"false AS in_{kind.id}"
        for kind in definitions.kinds()
    )
    first = {field: _first_said(field, present) for field in _VALUES}
    first["dob"] = _dob(first)
    return f"""
        SELECT c.child_id, name, coalesce(sex, '0') AS sex, dob, coalesce(valid_id, typed_id) AS id_no,
            CASE WHEN valid_id IS NOT NULL THEN 'valid' ELSE coalesce(typed_state, 'missing') END AS id_state,
            nation, coalesce(c.place_code, d.addr_code) AS place_code,
            CASE WHEN c.place_code IS NOT NULL THEN c.place_from
                 WHEN d.addr_code IS NOT NULL THEN 'school_directory' END AS place_from,
            c.school_code, school_name, grade, class_no, guardian_name, guardian_phone,
            {", ".join(f"in_{kind.id}" for kind in definitions.kinds())}, has_conflict
        FROM (
            SELECT t.child_id, t.place, {", ".join(f"{sql} AS {field}" for field, sql in first.items())},
                {_place_from(present)} AS place_from, {flags}, x.pid IS NOT NULL AS has_conflict
            FROM turn t {_joins(present, "t")} LEFT JOIN disagreement x ON x.pid = t.pid
        ) c LEFT JOIN school_place d ON d.school_code = c.school_code"""


def _joins(present: set[str], persons: str) -> str:
    return " ".join(
        f"LEFT JOIN best_{kind.id} {kind.id} ON {kind.id}.pid = {persons}.pid" for kind in _ordered(present)
    )


def _roots(present: set[str]) -> str:
    return " UNION ".join(f"SELECT pid FROM best_{kind.id}" for kind in _ordered(present))


def _dob(first: Mapping[str, str]) -> str:
    """The birthday said, else the one inside the ID number."""
    valid_id = first["valid_id"]
    inside = f"substr({valid_id}, 7, 4) || '-' || substr({valid_id}, 11, 2) || '-' || substr({valid_id}, 13, 2)"
    return f"coalesce({first['dob']}, try_cast({inside} AS DATE))"


def _ordered(present: set[str]) -> list[definitions.Kind]:
    return [kind for kind in definitions.kinds() if kind.id in present]


def _first_said(field: str, present: set[str]) -> str:
    said = [f"{kind}.{field}" for kind in definitions.precedence()[_field(field)] if kind in present]
    empty = "CAST(NULL AS DATE)" if field == "dob" else "CAST(NULL AS VARCHAR)"
    return f"coalesce({', '.join([*said, empty])})"


def _place_from(present: set[str]) -> str:
    order = [kind for kind in definitions.precedence()["place_code"] if kind in present]
    lines = [f"WHEN {kind}.place_code IS NOT NULL THEN '{kind}'" for kind in order]
    return f"CASE {' '.join(lines)} END" if lines else "CAST(NULL AS VARCHAR)"


def _name(engine: Engine, sources: Sequence[Source], previous: pa.Table | None, id_key: bytes) -> None:
    """Make `child` (pid, child_id, place)."""
    keys = " UNION ALL ".join(
        f"SELECT p.pid, s.row_key FROM {placed_sql(source)} p ANTI JOIN unwanted USING (pid) "
        f"JOIN {source.table} s ON s.rid = p.rid"
        for source in sources
    )
    engine.step("first_key", f"SELECT pid, min(row_key) AS row_key FROM ({keys}) GROUP BY pid")
    _last_names(engine, keys, previous)
    fresh = engine.fetch("SELECT pid, row_key FROM first_key ANTI JOIN kept USING (pid) ORDER BY pid")
    names = mint_names(fresh.column("row_key").to_pylist(), id_key, taken=engine.fetch(_TAKEN).column("child_id"))
    engine.load("minted", pa.table({"pid": fresh.column("pid"), "child_id": names}))
    engine.step(
        "child",
        """SELECT pid, child_id, row_number() OVER (ORDER BY child_id) - 1 AS place
           FROM (SELECT pid, child_id FROM kept UNION ALL SELECT pid, child_id FROM minted)""",
    )
    engine.drop("first_key", "kept", "minted", "previous_member")


def _last_names(engine: Engine, keys: str, previous: pa.Table | None) -> None:
    """Make `kept` (pid, child_id): names of the last sweep that stay; and `previous_member`.

    A person and a name that have only each other need no thought; the few that are entangled are settled one by one.
    """
    missing = [] if previous is None else [name for name in _PREVIOUS.names if name not in previous.column_names]
    if missing:
        raise Fault("E404", columns="、".join(missing))
    before = _PREVIOUS.empty_table() if previous is None else previous.select(_PREVIOUS.names)
    engine.load("previous_member", before)
    engine.step(
        "common",
        f"""SELECT pid, child_id, n, count(*) OVER (PARTITION BY pid) = 1
                AND count(*) OVER (PARTITION BY child_id) = 1 AS plain
            FROM (SELECT m.pid, v.child_id, count(*) AS n FROM ({keys}) m
                  JOIN previous_member v ON v.row_key = m.row_key GROUP BY m.pid, v.child_id)""",
    )
    entangled = engine.fetch(
        """SELECT c.pid, c.child_id, c.n, k.row_key FROM common c JOIN first_key k ON k.pid = c.pid
           WHERE NOT plain ORDER BY c.pid, c.child_id"""
    )
    settled = keep_names(entangled.to_pylist())
    engine.load(
        "settled_name",
        pa.table({"pid": pa.array(settled, pa.int64()), "child_id": pa.array(settled.values(), pa.string())}),
    )
    engine.step(
        "kept", "SELECT pid, child_id FROM common WHERE plain UNION ALL SELECT pid, child_id FROM settled_name"
    )
    engine.drop("common", "settled_name")


_TAKEN = "SELECT DISTINCT child_id FROM previous_member"
_PREVIOUS = pa.schema([("child_id", pa.string()), ("row_key", pa.string())])
