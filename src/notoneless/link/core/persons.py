"""From placed rows to persons: best values by precedence, disagreements, the age window, stable names."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.decide import VERDICTS
from notoneless.link.core.groups import Groups
from notoneless.link.core.identity import name_children
from notoneless.link.core.inputs import Source
from notoneless.link.core.sentences import combination_sql

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
    """Make `member` (one line per row of a wanted person), `person` (one per person, with child_id) and `child`.

    Raises E404 (the last sweep's members lack a column), E406 (no key).
    """
    _members(engine, sources)
    for source in sources:
        engine.step(f"best_{source.kind.id}", _best_sql(source.kind.id))
    _disagreements(engine, sources)
    engine.step("all_person", _person_sql(sources))
    engine.drop(*(f"best_{source.kind.id}" for source in sources), "disagreement", *_faces(sources))
    engine.step(
        "person_wanted",
        f"""SELECT * FROM all_person
            WHERE birth IS NULL OR birth BETWEEN {window.first_birth} AND {window.last_birth}""",
    )
    engine.step("member", "SELECT * FROM placed SEMI JOIN person_wanted USING (pid)")
    engine.drop("all_person", "placed")
    _name(engine, previous, id_key)
    engine.step("person", "SELECT c.child_id, p.* FROM person_wanted p JOIN child c ON c.pid = p.pid")
    engine.drop("person_wanted")


def _members(engine: Engine, sources: Sequence[Source]) -> None:
    """Make `placed`: all rows with their persons, after joining persons whom a clerk called the same."""
    renamed = _agreed(engine, sources)
    engine.load(
        "agreed_pid",
        pa.table({"pid": pa.array(renamed, pa.int64()), "into_pid": pa.array(renamed.values(), pa.int64())}),
    )
    engine.step("placed", " UNION ALL ".join(_placed_sql(source) for source in sources))
    engine.drop(*(f"mem_{source.kind.id}" for source in sources))


def _placed_sql(source: Source) -> str:
    by_clerk = "CASE WHEN a.pid IS NOT NULL AND x.rid = x.pid THEN 'decision_same' ELSE x.step END"
    return f"""
        SELECT m.rid, m.pid, m.weight, m.step, {combination_sql("m")} AS combination,
            '{source.kind.id}' AS kind, s.delivery_id, s.row_no, s.row_key
        FROM (
            SELECT x.rid, coalesce(a.into_pid, x.pid) AS pid, {by_clerk} AS step, x.weight, {VERDICTS}, x.slip
            FROM mem_{source.kind.id} x LEFT JOIN agreed_pid a ON a.pid = x.pid
        ) m JOIN {source.table} s ON s.rid = m.rid"""


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


def _best_sql(kind: str) -> str:
    """The kind's say about each person: of several rows the last one that says something."""
    order = definitions.precedence()
    lines = [
        f"max_by({value}, CASE WHEN {value} IS NOT NULL THEN s.rid END) AS {field}"
        for field, value in _VALUES.items()
        if kind in order[_field(field)]
    ]
    return f"""
        SELECT p.pid, {", ".join([*lines, "count(*) AS n"])}
        FROM placed p JOIN src_{kind} s ON s.rid = p.rid GROUP BY p.pid"""


def _field(value: str) -> str:
    """The precedence list that rules a value."""
    return "id_no" if value in ("valid_id", "typed_id", "typed_state") else value


def _faces(sources: Sequence[Source]) -> list[str]:
    return [f"face_{source.kind.id}" for source in sources]


def _disagreements(engine: Engine, sources: Sequence[Source]) -> None:
    """Make `disagreement` (pid): the person's rows do not agree on name, sex, birthday or a valid ID number."""
    faces = " UNION ALL ".join(f"SELECT rid, fold, sex, birth, idv FROM {face}" for face in _faces(sources))
    several = " OR ".join(f"min({column}) <> max({column})" for column in ("fold", "sex", "birth", "idv"))
    engine.step(
        "disagreement",
        f"""SELECT pid FROM (SELECT p.pid, f.* FROM ({faces}) f JOIN placed p ON p.rid = f.rid)
            GROUP BY pid HAVING {several}""",
    )


def _person_sql(sources: Sequence[Source]) -> str:
    present = {source.kind.id for source in sources}
    joins = " ".join(f"LEFT JOIN best_{kind.id} {kind.id} ON {kind.id}.pid = r.pid" for kind in _ordered(present))
    flags = ", ".join(
        f"{kind.id}.pid IS NOT NULL AS in_{kind.id}" if kind.id in present else f"false AS in_{kind.id}"
        for kind in definitions.kinds()
    )
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
            FROM (SELECT DISTINCT pid FROM placed) r {joins} LEFT JOIN disagreement c ON c.pid = r.pid
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


def _name(engine: Engine, previous: pa.Table | None, id_key: bytes) -> None:
    """Make `child` (pid, child_id)."""
    first = engine.fetch("SELECT pid, min(row_key) AS row_key FROM member GROUP BY pid ORDER BY row_key, pid")
    pids = first.column("pid").to_pylist()
    kept: list[tuple[int, str, int]] = []
    taken: list[str] = []
    if previous is not None:
        missing = [column for column in ("child_id", "row_key") if column not in previous.column_names]
        if missing:
            raise Fault("E404", columns="、".join(missing))
        engine.load("previous_member", previous.select(["child_id", "row_key"]))
        common = engine.fetch(
            """SELECT m.pid, v.child_id, count(*) AS n FROM member m JOIN previous_member v ON v.row_key = m.row_key
               GROUP BY m.pid, v.child_id ORDER BY m.pid, v.child_id"""
        )
        kept = list(zip(*(common.column(c).to_pylist() for c in ("pid", "child_id", "n")), strict=True))
        taken = engine.fetch("SELECT DISTINCT child_id FROM previous_member").column("child_id").to_pylist()
        engine.drop("previous_member")
    persons = list(zip(pids, first.column("row_key").to_pylist(), strict=True))
    names = name_children(persons, kept, taken, id_key)
    ids = pa.array([names[pid] for pid in pids], pa.string())
    engine.load("child", pa.table({"pid": pa.array(pids, pa.int64()), "child_id": ids}))
