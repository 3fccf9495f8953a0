"""From placed rows to persons: best values by precedence, disagreements, the age window, stable names."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.groups import Groups
from notoneless.link.core.identity import keep_names, mint_names
from notoneless.link.core.inputs import Source
from notoneless.link.core.sentences import VERDICT_ROOM
from notoneless.link.core.told import Told, births, collect


def build_persons(
    engine: Engine, sources: Sequence[Source], window: LinkWindow, previous: pa.Table | None, id_key: bytes
) -> Told:
    """Make `child` (pid, child_id, place) of the persons wanted: `place` counts from 0 in the order of child_id. Returns
    where it stands what is told of them.

    Raises E404 (the last sweep's members lack a column), E406 (no key).
    """
    renamed = _agreed(engine, sources)
    pids, into = pa.array(renamed, pa.int64()), pa.array(renamed.values(), pa.int64())
    engine.load("agreed_pid", pa.table({"pid": pids, "into_pid": into}))
    _disagreements(engine, sources)
    engine.drop(*_faces(sources), *(f"faces_{source.kind.id}" for source in sources))
    told = collect(engine, sources, [placed_sql(source) for source in sources])
    engine.load("unwanted", _unwanted(births(engine, sources, told), window))
    _name(engine, sources, previous, id_key)
    engine.drop("unwanted")
    return told


def _unwanted(births: pa.Table, window: LinkWindow) -> pa.Table:
    """pid of the persons born outside the window."""
    day = births["dob"]
    number = pc.add(pc.multiply(pc.year(day), 10000), pc.add(pc.multiply(pc.month(day), 100), pc.day(day)))
    outside = pc.or_(pc.less(number, window.first_birth), pc.greater(number, window.last_birth))
    return births.select(["pid"]).filter(pc.fill_null(outside, False))


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
