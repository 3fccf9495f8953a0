"""What one comparison found: persons, results per check, counts; and the questions a reader asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core import STATE_NAMES, STATES, CheckDefinition, load_checks, result_file
from notoneless.check.core.definitions import LEDGERS
from notoneless.check.core.lists import list_name
from notoneless.common import resident_id
from notoneless.common.errors import Fault
from notoneless.flows.differences import Differences, Snapshot, differences
from notoneless.policy import Pack, Places

PERSONS, MEMBERS, REVIEW, STEPS, COUNTS = (
    f"{name}.parquet" for name in ("persons", "members", "review", "link_steps", "counts")
)
LEDGER_NAMES = {
    "school_age": "适龄儿童",
    "suspected": "疑似辍学",
    "dropout": "辍学",
    "aid": "资助",
    "data": "信息不符",
}


@dataclass(frozen=True)
class ListUsed:
    """One delivery that the comparison rests on."""

    kind: str
    delivery_id: str
    as_of: date
    rows: int


@dataclass(frozen=True)
class Explanation:
    """Why the comparison says what it says about one child: the sentence first, the rows after."""

    text: str
    child: dict[str, Any]
    results: list[dict[str, Any]]
    members: list[dict[str, Any]]
    pending: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Plain data; the ID number is masked."""
        return {name: getattr(self, name) for name in ("text", "child", "results", "members", "pending")}

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Comparison:
    """The result of one comparison; every table is under a total order, so equal inputs give equal bytes.

    ``persons``: the linked persons with place_code settled, township_code, age, school_age, preschool_age and
    left_behind. ``members``, ``review``, ``steps``: as the link stage gives them. ``results``: check id → child_id,
    state (met, gap, excused, unknown), reason, period. ``counts``: check_id, township_code, expected, met, gap,
    excused, unknown, missing_lists (kind ids). ``merged``: child id of the comparison before → the child id that now
    holds its rows.
    """

    as_of: date
    pack: Pack
    lists: tuple[ListUsed, ...]
    persons: pa.Table
    members: pa.Table
    review: pa.Table
    steps: pa.Table
    results: Mapping[str, pa.Table]
    count_table: pa.Table
    missing: Mapping[str, tuple[str, ...]]
    merged: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> list[dict[str, Any]]:
        """Counts per check and township: expected = met + gap + excused + unknown."""
        return self.count_table.to_pylist()

    def files(self) -> list[tuple[str, pa.Table]]:
        """Every table of the result with its file name, in writing order."""
        results = [(result_file(check_id), table) for check_id, table in self.results.items()]
        linked = [(PERSONS, self.persons), (MEMBERS, self.members), (REVIEW, self.review), (STEPS, self.steps)]
        return [*linked, *results, (COUNTS, self.count_table)]

    def manifest_part(self) -> dict[str, Any]:
        """What the result rests on, without personal data: lists, policy pack, region, day."""
        return {
            "as_of": self.as_of.isoformat(),
            "region": self.pack.region,
            "policy_version": self.pack.version,
            "policy_digest": self.pack.digest,
            "lists": [self._list(one) for one in self.lists],
        }

    def summary(self) -> dict[str, Any]:
        """The comparison as numbers: lists, children, doubtful pairs, and the five numbers of every check."""
        return {
            **self.manifest_part(),
            "children": self.persons.num_rows,
            "school_age": pc.sum(self.persons["school_age"]).as_py() or 0,
            "review": self.review.num_rows,
            "checks": [self._check(check) for check in self._checks()],
            "steps": self.steps.to_pylist(),
        }

    def diff(self, previous: Comparison | Snapshot) -> Differences:
        """New, gone and unchanged gaps since ``previous``, each with its reason."""
        before = previous.snapshot() if isinstance(previous, Comparison) else previous
        return differences(before, self.snapshot())

    def snapshot(self) -> Snapshot:
        """The tables that a difference needs."""
        return Snapshot(persons=self.persons, members=self.members, results=self.results)

    def explain(self, child_id: str) -> Explanation:
        """Which rows make up the child and what every check says of it. Raises E518 for a child that is not in it."""
        found = _rows(self.persons, "child_id", child_id)
        if not found:
            raise Fault("E518", where=child_id, child=child_id)
        results = [
            {"check_id": check.id, "check": check.name, **row}
            for check in self._checks()
            for row in _rows(self.results[check.id], "child_id", child_id)
        ]
        pending = _rows(self.review, "right_child_id", child_id)
        child = {**found[0], "id_no": resident_id.mask(found[0]["id_no"] or "")}
        members = [{**row, "list": list_name(row["kind"])} for row in _rows(self.members, "child_id", child_id)]
        return Explanation(_sentences(child, members, results, pending), child, results, members, pending)

    def ledger(self, name: str) -> pa.Table:
        """One ledger (台账) by id or 名称: a row per child and check that is not met, in order of place and child.

        Columns: child_id, name, sex, age, place_code, place, school_name, grade, check_id, check, state, reason,
        period. ``school_age`` first lists all children of school age; those without a gap have empty check columns.
        Raises E519 for an unknown ledger.
        """
        ledger = {label: key for key, label in LEDGER_NAMES.items()}.get(name, name)
        if ledger not in LEDGERS:
            known = "、".join(f"{label}（{key}）" for key, label in LEDGER_NAMES.items())
            raise Fault("E519", where=name, ledger=name, known=known)
        open_rows = pa.concat_tables(
            [_open_rows(self.results[c.id], c) for c in self._checks() if c.ledger == ledger]
        )
        people = self._people()
        kind = "inner"
        if ledger == "school_age":
            people, kind = people.filter(pc.fill_null(people["school_age"], True)), "left outer"
        joined = people.join(open_rows, "child_id", join_type=kind)
        columns = ["child_id", "name", "sex", "age", "place_code", "place", "school_name", "grade"]
        return joined.select([*columns, "check_id", "check", "state", "reason", "period"]).sort_by(
            [("place_code", "ascending"), ("child_id", "ascending"), ("check_id", "ascending")]
        )

    def _people(self) -> pa.Table:
        labels = {code: Places.load().label(code) for code in pc.unique(self.persons["place_code"]).to_pylist()}
        names = [labels[code] for code in self.persons["place_code"].to_pylist()]
        return self.persons.append_column("place", pa.array(names, pa.string()))

    def _checks(self) -> list[CheckDefinition]:
        return [check for check in load_checks().values() if check.id in self.results]

    def _check(self, check: CheckDefinition) -> dict[str, Any]:
        rows = self.count_table.filter(pc.equal(self.count_table["check_id"], check.id))
        sums = {state: pc.sum(rows[state]).as_py() or 0 for state in ("expected", *STATES)}
        about = {"check_id": check.id, "name": check.name, "ledger": check.ledger, "severity": check.severity}
        return {**about, **sums, "missing_lists": [list_name(kind) for kind in self.missing.get(check.id, ())]}

    @staticmethod
    def _list(one: ListUsed) -> dict[str, Any]:
        return {
            "kind": one.kind,
            "name": list_name(one.kind),
            "delivery_id": one.delivery_id,
            "as_of": one.as_of.isoformat(),
            "rows": one.rows,
        }

    def _repr_html_(self) -> str:
        """The checks as a table, for a notebook."""
        heads = ("核查", "应有", *STATE_NAMES.values(), "缺少名册")
        rows = [
            [row["name"], row["expected"], *(row[state] for state in STATES), "、".join(row["missing_lists"])]
            for row in self.summary()["checks"]
        ]
        body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
        return "<table><tr>" + "".join(f"<th>{head}</th>" for head in heads) + f"</tr>{body}</table>"


def _rows(table: pa.Table, column: str, value: str) -> list[dict[str, Any]]:
    return table.filter(pc.equal(table[column], value)).to_pylist()


def _open_rows(result: pa.Table, check: CheckDefinition) -> pa.Table:
    rows = result.filter(pc.not_equal(result["state"], "met"))
    return rows.append_column("check_id", pa.repeat(check.id, rows.num_rows)).append_column(
        "check", pa.repeat(check.name, rows.num_rows)
    )


def _sentences(
    child: Mapping[str, Any],
    members: Iterable[Mapping[str, Any]],
    results: Iterable[Mapping[str, Any]],
    pending: list[dict[str, Any]],
) -> str:
    age = "年龄不明" if child["age"] is None else f"{child['age']} 岁"
    lines = [
        f"{child['child_id']}：{age}，{Places.load().label(child['place_code']) or '住址不详'}。",
        "由这些行认定为一人：",
    ]
    lines += [f"· {row['list']}（{row['delivery_id']} 第 {row['row_no']} 行）：{row['reason']}" for row in members]
    lines += ["各项核查："]
    lines += [f"· {row['check']}：{STATE_NAMES[row['state']]}，{row['reason']}" for row in results]
    if pending:
        lines += [f"还有 {len(pending)} 对疑似同一人待人工判定。"]
    return "\n".join(lines)
