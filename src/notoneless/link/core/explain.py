"""Why two rows are one person, or why not: the same comparison as in a sweep, for one pair, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from notoneless.engine import open_engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.decide import make_options
from notoneless.link.core.inputs import load_kinds
from notoneless.link.core.judge import FIELDS, judge
from notoneless.link.core.keys import prepare_names, prepare_rows
from notoneless.link.core.linking import ALL_AGES
from notoneless.link.core.sentences import say
from notoneless.policy import load_pack


@dataclass(frozen=True)
class FieldEvidence:
    """One field of two rows: what each says, how they compare, and what that is worth in bits (before name rarity)."""

    field: str
    name: str
    left: str
    right: str
    verdict: str
    bits: float


@dataclass(frozen=True)
class Explanation:
    """`same`: True one person, False not, None a question for a clerk. `step` names the rule, `text` says it."""

    same: bool | None
    step: str
    weight: float
    text: str
    fields: tuple[FieldEvidence, ...]


def explain_rows(
    left: Mapping[str, Any], right: Mapping[str, Any], *, costs: LinkCosts | None = None, decision: str | None = None
) -> Explanation:
    """Compare two accepted rows (column → value, as in the rosters) by themselves, and say what follows.

    `costs`: without them the newest national ones. `decision`: a clerk's verdict on this pair, same|different, which stands above everything. A sweep may still come to
    another end, because it sees the household and whether a third person fits as well.
    """
    option = _compare(left, right, costs or LinkCosts.from_pack(load_pack(None, date.max)))
    codes = {field: option[f"v_{field}"] for field in FIELDS}
    step = {"same": "decision_same", "different": "decision_different"}.get(decision or "", option["step"])
    way = definitions.steps()[step].way
    return Explanation(
        same={"auto": True, "review": None}.get(way, False),
        step=step,
        weight=option["weight"],
        text=say(step, codes, option["slip"] or ""),
        fields=tuple(_evidence(field, codes[field], left, right) for field in FIELDS),
    )


def _compare(left: Mapping[str, Any], right: Mapping[str, Any], costs: LinkCosts) -> dict[str, Any]:
    """The judged pair with its step, weighed as if in a county of ordinary size."""
    with open_engine(threads=1) as engine:
        sides = [("left_side", left), ("right_side", right)]
        sources = load_kinds(
            engine,
            [
                (definitions.Kind(kind, kind, by_age=False, repeats=False), [(kind, _table(row))])
                for kind, row in sides
            ],
        )
        book = prepare_names(engine, sources, ALL_AGES)
        for source in sources:
            prepare_rows(engine, source, ALL_AGES)
        engine.step("seek", "SELECT * FROM key_right_side")
        engine.step("fix_seek", "SELECT * FROM fix_right_side")
        engine.step("known", "SELECT rid AS pid, * FROM key_left_side")
        engine.step("known_fix", "SELECT rid AS pid, * FROM fix_left_side")
        engine.step("cand", "SELECT s.rid, k.pid FROM seek s CROSS JOIN known k")
        judge(engine, "known", "known_fix", book, persons=1)
        engine.step("taken", "SELECT pid FROM known WHERE 1 = 0")
        make_options(engine, costs, keep_different=True)
        found: list[dict[str, Any]] = engine.fetch("SELECT * FROM option WHERE NOT taken").to_pylist()
    return found[0]


def _table(row: Mapping[str, Any]) -> pa.Table:
    kept = {"row_no": 1, "row_key": "", **{name: value for name, value in row.items() if name != "raw"}}
    return pa.Table.from_pylist([kept])


_COLUMNS = {
    "name": ("name",),
    "birth": ("dob",),
    "sex": ("sex",),
    "id_no": ("id_no",),
    "place": ("addr_code", "hukou_code"),
    "school": ("school_name", "school_code"),
    "family": ("guardian_name", "hh_head", "head_name", "phone"),
    "student": ("student_no",),
}


def _evidence(field: str, code: int | None, left: Mapping[str, Any], right: Mapping[str, Any]) -> FieldEvidence:
    rule = definitions.weights().fields[field]
    verdict = rule.verdict(code)
    return FieldEvidence(
        field=field,
        name=rule.name,
        left=_shown(left, field),
        right=_shown(right, field),
        verdict=verdict.label if verdict else "无从比较",
        bits=round(verdict.bits(definitions.weights().register_floor), 2) if verdict else 0.0,
    )


def _shown(row: Mapping[str, Any], field: str) -> str:
    """The first value the row has for the field. ID numbers come in full: masking is the caller's duty."""
    values = (row.get(column) for column in _COLUMNS[field])
    return next((str(value) for value in values if value not in (None, "")), "")
