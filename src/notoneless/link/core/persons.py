"""From placed rows to persons: best values by precedence, disagreements, the age window, stable names."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.groups import Groups
from notoneless.link.core.identity import name_children
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


def build_persons(
    engine: Engine, sources: Sequence[Source], window: LinkWindow, previous: pa.Table | None, id_key: bytes
) -> None:
    """Make `person` (one line per person of any age) and `child` (pid, child_id of the persons wanted).

    Raises E404 (the last sweep's members lack a column), E406 (no key).
    """
    renamed = _agreed(engine, sources)
    pids, into = pa.array(renamed, pa.int64()), pa.array(renamed.values(), pa.int64())
    engine.load("agreed_pid", pa.table({"pid": pids, "into_pid": into}))
    _disagreements(engine, sources)
    engine.drop(*_faces(sources))
    for source in sources:
        engine.step(f"best_{source.kind.id}", _best_sql(source))
    engine.step("person", _person_sql(sources))
    engine.drop(*(f"best_{source.kind.id}" for source in sources), "disagreement")
    wanted = f"birth IS NULL OR birth BETWEEN {window.first_birth} AND {window.last_birth}"
    engine.step("wanted", f"SELECT pid FROM person WHERE {wanted}")
    _name(engine, sources, previous, id_key)


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


def _best_sql(source: Source) -> str:
    """The kind's say about each person: of several rows the last one that says something."""
    order = definitions.precedence()
    lines = [
        f"max_by({value}, CASE WHEN {value} IS NOT NULL THEN s.rid END) AS {field}"
        for field, value in _VALUES.items()
        if source.kind.id in order[_field(field)]
    ]
    return f"""
        SELECT p.pid, {", ".join([*lines, "count(*) AS n"])}
        FROM {placed_sql(source)} p JOIN {source.table} s ON s.rid = p.rid GROUP BY p.pid"""


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


def _person_sql(sources: Sequence[Source]) -> str:
    present = {source.kind.id for source in sources}
    joins = " ".join(f"LEFT JOIN best_{kind.id} {kind.id} ON {kind.id}.pid = r.pid" for kind in _ordered(present))
    flags = ", ".join(
        f"{kind.id}.pid IS NOT NULL AS in_{kind.id}" if kind.id in present else f"false AS in_{kind.id}"
        for kind in definitions.kinds()
    )
    roots = " UNION ".join(f"SELECT pid FROM best_{kind.id}" for kind in _ordered(present))
    roots = f"SELECT DISTINCT pid FROM ({roots})"
    first = {field: _first_said(field, present) for field in _VALUES}
    id_day = (
        "try_cast(substr(valid_id, 7, 4) || '-' || substr(valid_id, 11, 2) || '-' || substr(valid_id, 13, 2) AS DATE)"
    )
    first["dob"] = f"coalesce({first['dob']}, {id_day.replace('valid_id', first['valid_id'])})"
    return f"""
        SELECT pid, name, coalesce(sex, '0') AS sex, dob, coalesce(valid_id, typed_id) AS id_no,
            CASE WHEN valid_id IS NOT NULL THEN 'valid' ELSE coalesce(typed_state, 'missing') END AS id_state,
            nation, coalesce(p.place_code, d.addr_code) AS place_code,
            CASE WHEN p.place_code IS NOT NULL THEN p.place_from
                 WHEN d.addr_code IS NOT NULL THEN 'school_directory' END AS place_from,
            p.school_code, school_name, grade, class_no, guardian_name, guardian_phone,
            {", ".join(f"in_{kind.id}" for kind in definitions.kinds())}, has_conflict,
            year(dob) * 10000 + month(dob) * 100 + day(dob) AS birth
        FROM (
            SELECT r.pid, {", ".join(f"{sql} AS {field}" for field, sql in first.items())},
                {_place_from(present)} AS place_from, {flags}, c.pid IS NOT NULL AS has_conflict
            FROM ({roots}) r {joins} LEFT JOIN disagreement c ON c.pid = r.pid
        ) p LEFT JOIN school_place d ON d.school_code = p.school_code"""


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
    """Make `child` (pid, child_id)."""
    keys = " UNION ALL ".join(
        f"SELECT p.pid, s.row_key FROM {placed_sql(source)} p SEMI JOIN wanted USING (pid) "
        f"JOIN {source.table} s ON s.rid = p.rid"
        for source in sources
    )
    first = engine.fetch(f"SELECT pid, min(row_key) AS row_key FROM ({keys}) GROUP BY pid ORDER BY row_key, pid")
    pids = first.column("pid").to_pylist()
    kept, taken = _last_names(engine, keys, previous)
    persons = list(zip(pids, first.column("row_key").to_pylist(), strict=True))
    names = name_children(persons, kept, taken, id_key)
    ids = pa.array([names[pid] for pid in pids], pa.string())
    engine.load("child", pa.table({"pid": pa.array(pids, pa.int64()), "child_id": ids}))


def _last_names(engine: Engine, keys: str, previous: pa.Table | None) -> tuple[list[tuple[int, str, int]], list[str]]:
    """(pid, child_id of the last sweep, rows in common) for all that share rows, and all names of the last sweep."""
    if previous is None:
        return [], []
    missing = [column for column in ("child_id", "row_key") if column not in previous.column_names]
    if missing:
        raise Fault("E404", columns="、".join(missing))
    engine.load("previous_member", previous.select(["child_id", "row_key"]))
    common = engine.fetch(
        f"""SELECT m.pid, v.child_id, count(*) AS n FROM ({keys}) m JOIN previous_member v ON v.row_key = m.row_key
            GROUP BY m.pid, v.child_id ORDER BY m.pid, v.child_id"""
    )
    taken = engine.fetch("SELECT DISTINCT child_id FROM previous_member ORDER BY child_id").column("child_id")
    engine.drop("previous_member")
    columns = (common.column(name).to_pylist() for name in ("pid", "child_id", "n"))
    return list(zip(*columns, strict=True)), taken.to_pylist()
