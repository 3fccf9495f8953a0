"""What clerks decided about pairs of rows, replayed on every run. No step may override it."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.link.core.inputs import Source

_COLUMNS = ("row_key_a", "row_key_b", "verdict")


def load_decisions(engine: Engine, sources: Sequence[Source], decisions: pa.Table | None) -> None:
    """Make `together` and `apart` (rid, other), in both directions, from row keys and verdicts same|different.

    A decision about rows that are not in this run waits unused. Of two opposite verdicts on one pair "different"
    holds, for a wrong link is worse than a missed one. Raises E403.
    """
    table = decisions if decisions is not None else _NONE
    missing = [column for column in _COLUMNS if column not in table.column_names]
    if missing:
        raise Fault("E403", columns="、".join(missing))
    engine.load("decision", table.select(_COLUMNS).cast(_SCHEMA))
    engine.step("decision_key", "SELECT row_key_a AS row_key FROM decision UNION SELECT row_key_b FROM decision")
    rows = " UNION ALL ".join(
        f"SELECT row_key, rid FROM {s.table} SEMI JOIN decision_key USING (row_key)" for s in sources
    )
    engine.step("decision_row", rows)
    for name, verdict in (("apart", "different"), ("agreed", "same")):
        engine.step(
            name,
            f"""SELECT a.rid, b.rid AS other FROM decision d
                JOIN decision_row a ON a.row_key = d.row_key_a JOIN decision_row b ON b.row_key = d.row_key_b
                WHERE d.verdict = '{verdict}' AND a.rid <> b.rid
                UNION
                SELECT b.rid, a.rid AS other FROM decision d
                JOIN decision_row a ON a.row_key = d.row_key_a JOIN decision_row b ON b.row_key = d.row_key_b
                WHERE d.verdict = '{verdict}' AND a.rid <> b.rid""",
        )
    engine.step("together", "SELECT rid, other FROM agreed ANTI JOIN apart USING (rid, other)")
    engine.drop("decision", "decision_key", "decision_row", "agreed")


_SCHEMA = pa.schema([(column, pa.string()) for column in _COLUMNS])
_NONE = _SCHEMA.empty_table()
