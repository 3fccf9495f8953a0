"""What a sweep rests on: deliveries, human verdicts, facts from the cases, and the sweep before.

Everything here is either immutable in the lake or copied into the sweep's own folder, so that a sweep can be
recomputed years later (flows/verify.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.utils.timezone import localdate

from notoneless.case.records import queries as cases
from notoneless.check.core import load_checks
from notoneless.check.core.facts import FACTS
from notoneless.check.records import queries as checks
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.link.records import queries as links
from notoneless.org.keys import lake
from notoneless.policy.pack import Pack, load_pack
from notoneless.policy.places import code_range, full_code
from notoneless.roster.records import queries as rosters
from notoneless.roster.records.models import Delivery

# Columns of a delivery that no check and no link step reads; they stay in the lake.
LEFT_IN_LAKE = {"raw", "sheet"}

Rosters = dict[str, list[tuple[str, dt.date, pa.Table]]]


@dataclass(frozen=True)
class SweepInputs:
    """All that goes into one sweep. `digest` is equal for equal inputs, whenever and wherever they are gathered."""

    region: str
    as_of: dt.date
    pack: Pack
    deliveries: list[Delivery]
    rosters: Rosters
    decisions: pa.Table
    facts: dict[str, pa.Table]
    previous: str
    previous_members: pa.Table | None
    digest: str = field(default="")

    def manifest(self) -> dict[str, Any]:
        """The part of the sweep's manifest that names its inputs; holds no personal data."""
        return {
            "region": self.region,
            "as_of": self.as_of.isoformat(),
            "policy_version": self.pack.version,
            "policy_digest": self.pack.digest,
            "inputs_digest": self.digest,
            "previous": self.previous,
            "deliveries": [
                {"id": one.pk, "kind": one.kind, "as_of": one.as_of.isoformat(), "file_sha256": one.file_sha256}
                for one in self.deliveries
            ],
        }


def gather(region: str, as_of: dt.date) -> SweepInputs:
    """Collect the inputs of a sweep of one region as of a day. Raises E811 when no roster has been delivered."""
    code = full_code(region)
    deliveries = rosters.list_sweep_inputs(code_range(code), as_of)
    if not deliveries:
        raise Fault("E811", where=as_of.isoformat())
    previous = checks.get_current_sweep(code)
    pack = load_pack(code, as_of)
    decisions, facts = links.get_decisions_in_force(), read_facts(as_of)
    digest = inputs_digest(pack, as_of, deliveries, decisions, facts)
    return SweepInputs(
        region=code,
        as_of=as_of,
        pack=pack,
        deliveries=deliveries,
        rosters=read_rosters([(one.kind, one.pk, one.as_of) for one in deliveries]),
        decisions=decisions,
        facts=facts,
        previous=previous.pk if previous else "",
        previous_members=read_previous(previous.pk) if previous else None,
        digest=digest,
    )


def current_with(region: str, digest: str) -> Sweep | None:
    """The current sweep, when it already rests on exactly these inputs."""
    sweep = checks.get_current_sweep(full_code(region))
    if sweep and checks.get_manifest(sweep).get("inputs_digest") == digest:
        return sweep
    return None


def read_rosters(chosen: list[tuple[str, str, dt.date]]) -> Rosters:
    """kind → [(delivery id, as-of date, accepted rows)], deliveries in id order."""
    found: Rosters = {}
    for kind, delivery_id, as_of in sorted(chosen):
        columns = lake().manifest(rosters.COLLECTION, delivery_id)["columns"]
        wanted = [name for name in columns if name not in LEFT_IN_LAKE]
        table = lake().read_table(rosters.COLLECTION, delivery_id, rosters.ROWS, columns=wanted)
        found.setdefault(kind, []).append((delivery_id, as_of, table))
    return found


def read_facts(as_of: dt.date) -> dict[str, pa.Table]:
    """Excuses, placements in force and visits known to the cases, as tables under a total order."""
    ledgers = {check_id: check.ledger for check_id, check in load_checks().items()}
    placements = [row for row in cases.get_placement_facts() if row["to_date"] is None or row["to_date"] > as_of]
    visits = [row | {"date": localdate(row["at"])} for row in cases.get_visit_facts()]
    rows = {"excuse": cases.get_excuse_facts(as_of, ledgers), "placement": placements, "visit": visits}
    return {name: _table(rows[name], schema) for name, schema in FACTS.items()}


def read_previous(sweep_id: str) -> pa.Table:
    """child_id and row_key of the sweep before: what keeps a child's id stable."""
    return lake().read_table(links.SWEEPS, sweep_id, links.MEMBERS, columns=["child_id", "row_key"])


def inputs_digest(
    pack: Pack, as_of: dt.date, deliveries: list[Delivery], decisions: pa.Table, facts: dict[str, pa.Table]
) -> str:
    """SHA-256 over everything that can change the result, except the sweep before (it only keeps ids stable)."""
    content = {
        "as_of": as_of.isoformat(),
        "policy": pack.digest,
        "deliveries": sorted([one.pk, one.file_sha256] for one in deliveries),
        "decisions": decisions.to_pylist(),
        "facts": {name: facts[name].to_pylist() for name in sorted(facts)},
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    table = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)
    return table.sort_by([(name, "ascending") for name in schema.names])
