"""What the other stages know (facts), as tables for check SQL. A check never asks a database."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from notoneless.check.core.columns import conform
from notoneless.common.errors import Fault

FACTS: Mapping[str, pa.Schema] = {
    "excuse": pa.schema(
        [
            ("child_id", pa.string()),
            ("check_id", pa.string()),
            ("outcome", pa.string()),
            ("evidence_no", pa.string()),
            ("valid_to", pa.date32()),
        ]
    ),
    "placement": pa.schema(
        [("child_id", pa.string()), ("kind", pa.string()), ("from_date", pa.date32()), ("to_date", pa.date32())]
    ),
    "visit": pa.schema([("child_id", pa.string()), ("kind", pa.string()), ("date", pa.date32())]),
}
"""Fact table → its columns. ``excuse``: a verified outcome of one check, good to ``valid_to`` (NULL: no end) when it
has evidence; ``placement``: where the child is taught (policy table ``placements``), to_date NULL while it lasts; ``visit``: who
was seen when."""

OPTIONAL = frozenset({"to_date", "valid_to"})


def complete_facts(facts: Mapping[str, pa.Table] | None) -> dict[str, pa.Table]:
    """All fact tables in their exact shape; those not given are empty. Raises E517 when a column is missing."""
    given = facts or {}
    return {name: _shaped(name, given.get(name, schema.empty_table())) for name, schema in FACTS.items()}


def _shaped(name: str, table: pa.Table) -> pa.Table:
    lacking = [column for column in FACTS[name].names if column not in {*table.column_names, *OPTIONAL}]
    if lacking:
        raise Fault("E517", where=name, table=name, columns="、".join(lacking))
    return conform(table, dict(zip(FACTS[name].names, FACTS[name].types, strict=True)))
