"""What a sweep rests on: deliveries, human verdicts, facts from the cases, and the sweep before.

Everything here is either immutable in the lake or copied into the sweep's own folder, so that a sweep can be
recomputed years later (flows/verify.py).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.utils.timezone import localdate

from notoneless.case.records import queries as cases
from notoneless.check.core import load_checks
from notoneless.check.core.columns import columns_read
from notoneless.check.core.facts import FACTS
from notoneless.check.records import queries as checks
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.flows.rules import program_version, rules_digest
from notoneless.link.core import NEEDED_COLUMNS, Rows
from notoneless.link.core.inputs import TEXT_COLUMNS
from notoneless.link.records import queries as links
from notoneless.org.keys import lake
from notoneless.policy.pack import Pack, load_pack
from notoneless.policy.places import code_range, full_code
from notoneless.roster.core.precedence import without_places
from notoneless.roster.records import queries as rosters
from notoneless.roster.records.precedence import InForce, list_sweep_inputs

_MANY_VALUES = frozenset(
    {"row_key", "name", "id_no", "phone", "hh_no", "student_no", "cert_no"}
    | {"guardian_name", "guardian_id", "head_name", "head_id", "hh_head"}
)
Rosters = dict[str, list[tuple[str, dt.date, Rows]]]


@dataclass(frozen=True)
class SweepInputs:
    """All that goes into one sweep. `digest` is equal for equal inputs, whenever and wherever they are gathered."""

    region: str
    as_of: dt.date
    pack: Pack
    deliveries: list[InForce]
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
            "program_version": program_version(),
            "rules_digest": rules_digest(),
            "inputs_digest": self.digest,
            "previous": self.previous,
            "deliveries": [
                {
                    "id": one.delivery.pk,
                    "kind": one.delivery.kind,
                    "as_of": one.delivery.as_of.isoformat(),
                    "file_sha256": one.delivery.file_sha256,
                    "left_out": list(one.left_out),
                }
                for one in self.deliveries
            ],
        }


def gather(region: str, as_of: dt.date) -> SweepInputs:
    """Collect the inputs of a sweep of one region as of a day. Raises E811 when no roster has been delivered."""
    code = full_code(region)
    deliveries = list_sweep_inputs(code_range(code), as_of)
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
        rosters=read_rosters([Chosen.of(one) for one in deliveries]),
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


@dataclass(frozen=True, order=True)
class Chosen:
    """One delivery to be read: the rows of the places ``left_out`` are a newer list's business."""

    kind: str
    delivery_id: str
    as_of: dt.date
    left_out: tuple[str, ...] = ()

    @classmethod
    def of(cls, one: InForce) -> Chosen:
        """A delivery in force."""
        return cls(one.delivery.kind, one.delivery.pk, one.delivery.as_of, one.left_out)

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any]) -> Chosen:
        """As a sweep's manifest names it; before parts of a list could be replaced there was no ``left_out``."""
        as_of = dt.date.fromisoformat(entry["as_of"])
        return cls(entry["kind"], entry["id"], as_of, tuple(entry.get("left_out", ())))


def read_rosters(chosen: Iterable[Chosen]) -> Rosters:
    """kind → [(delivery id, as-of date, what reads the accepted rows that count)], deliveries in id order.

    A list leaves the lake when its turn comes and not before: a city's lists do not fit into memory together.
    """
    found: Rosters = {}
    for one in sorted(chosen):
        found.setdefault(one.kind, []).append((one.delivery_id, one.as_of, functools.partial(_rows, one)))
    return found


def _rows(one: Chosen) -> pa.Table:
    """The accepted rows that count, in the columns that a link step or a check reads."""
    columns = lake().manifest(rosters.COLLECTION, one.delivery_id)["columns"]
    wanted = [name for name in columns if name in columns_wanted(one.kind)]
    few = [name for name in wanted if name in _few_values(one.kind) and not (one.left_out and name == "addr_code")]
    table = lake().read_table(rosters.COLLECTION, one.delivery_id, rosters.ROWS, columns=wanted, few=few)
    return without_places(table, one.left_out)


def _few_values(kind: str) -> frozenset[str]:
    """Text columns of a kind whose many rows hold few different texts: codes, words, names of schools."""
    texts = {name for name, type_ in columns_read().get(kind, {}).items() if type_ == pa.string()}
    return frozenset((texts | set(TEXT_COLUMNS)) - _MANY_VALUES)


def columns_wanted(kind: str) -> frozenset[str]:
    """What linking and the checks read of a kind; the place of a row is among it."""
    return frozenset(NEEDED_COLUMNS) | frozenset(columns_read().get(kind, {}))


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
    pack: Pack, as_of: dt.date, deliveries: list[InForce], decisions: pa.Table, facts: dict[str, pa.Table]
) -> str:
    """SHA-256 over everything that can change the result, except the sweep before (it only keeps ids stable)."""
    content = {
        "as_of": as_of.isoformat(),
        "policy": pack.digest,
        "rules": rules_digest(),
        "deliveries": sorted([one.delivery.pk, one.delivery.file_sha256, *one.left_out] for one in deliveries),
        "decisions": decisions.to_pylist(),
        "facts": {name: facts[name].to_pylist() for name in sorted(facts)},
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    table = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)
    return table.sort_by([(name, "ascending") for name in schema.names])
