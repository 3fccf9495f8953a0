"""Why two rows are one person, or why not: the same comparison as in a sweep, for one pair, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from notoneless.common.wording import Wording
from notoneless.engine import Engine, open_engine
from notoneless.link.core import definitions
from notoneless.link.core.answer import answer, remarks
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.decide import make_options, step_rules, weighed_sql
from notoneless.link.core.inputs import load_kinds
from notoneless.link.core.judge import FIELDS, copied_sql, field_bits, judge, prior_bits
from notoneless.link.core.keys import prepare_names, prepare_rows
from notoneless.link.core.linking import ALL_AGES
from notoneless.link.core.sentences import say
from notoneless.policy import load_pack


@dataclass(frozen=True)
class FieldEvidence:
    """One field of two rows: what each says, how they compare, and what that is worth in bits (before name rarity).

    `weight`: what it adds to this pair's sum, the rarity of the name with it.
    """

    field: str
    name: str
    left: str
    right: str
    verdict: str
    bits: float
    weight: float = 0.0


@dataclass(frozen=True)
class NearMiss:
    """The linking step that came nearest: `lacking` are its conditions, in words, that do not hold."""

    step: str
    name: str
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """`same`: True one person, False not, None a question for a clerk. `step` names the rule, `text` says it.

    `answer`: the whole answer in one or two sentences, also why not. `prior` and the fields' weights add up to
    `weight` (but for rounding); pairs from `upper` on may be joined, pairs up to `lower` are left apart. `nearest`: None when joined.
    `remarks`: what a clerk may want to know besides (two numbers of twins, a number copied…).
    """

    same: bool | None
    step: str
    weight: float
    text: str
    fields: tuple[FieldEvidence, ...]
    answer: str = ""
    prior: float = 0.0
    upper: float = 0.0
    lower: float = 0.0
    nearest: NearMiss | None = None
    remarks: tuple[str, ...] = ()


def explain_rows(
    left: Mapping[str, Any], right: Mapping[str, Any], *, costs: LinkCosts | None = None, decision: str | None = None
) -> Explanation:
    """Compare two accepted rows (column → value, as in the rosters) by themselves, and say what follows.

    `costs`: without them the newest national ones. `decision`: a clerk's verdict on this pair, same|different, which
    stands above everything. A sweep may still come to another end, because it sees the household and whether a third
    person fits as well.
    """
    costs = costs or LinkCosts.from_pack(load_pack(None, date.max))
    found = _compare(left, right, costs)
    codes = {field: found[f"v_{field}"] for field in FIELDS}
    step = {"same": "decision_same", "different": "decision_different"}.get(decision or "", found["step"])
    same = {"auto": True, "review": None}.get(definitions.steps()[step].way, False)
    nearest = None if found["auto"] else _nearest(found)
    notes = remarks(left, right, codes)
    return Explanation(
        same=same,
        step=step,
        weight=found["weight"],
        text=say(step, codes, found["slip"] or ""),
        fields=tuple(_evidence(field, found, left, right) for field in FIELDS),
        answer=answer(
            found["step"], codes, found["slip"] or "", found["weight"], costs,
            nearest=(nearest.name, nearest.lacking) if nearest else None, decision=decision,
        ),
        prior=round(prior_bits(1), 2),
        upper=round(costs.upper, 2),
        lower=round(costs.lower, 2),
        nearest=nearest,
        remarks=notes,
    )  # fmt: skip


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
        engine.step("copied", copied_sql("seek"))
        judge(engine, "known", "known_fix", book, persons=1)
        engine.step("taken", "SELECT pid FROM known WHERE 1 = 0")
        make_options(engine, costs, keep_different=True)
        found: list[dict[str, Any]] = engine.fetch("SELECT * FROM option WHERE NOT taken").to_pylist()
        return {**found[0], **_conditions(engine, costs), **_bits(engine)}


def _conditions(engine: Engine, costs: LinkCosts) -> dict[str, Any]:
    """`needs`: step → whether each of its conditions holds, for the steps whose conditions stand in steps.yaml."""
    rules = {step: sql for step, sql in step_rules(costs).items() if definitions.steps()[step].needs}
    columns = [f"coalesce({sql}, false)" for conditions in rules.values() for sql in conditions]
    engine.step("weighed", weighed_sql(0.0, 0.0))
    line = ", ".join(f"{sql} AS c{i}" for i, sql in enumerate(columns))
    holds = list(engine.fetch(f"SELECT {line} FROM weighed WHERE NOT taken").to_pylist()[0].values())
    needs = {}
    for step, conditions in rules.items():
        needs[step], holds = holds[: len(conditions)], holds[len(conditions) :]
    return {"needs": needs}


def _bits(engine: Engine) -> dict[str, Any]:
    """`bits`: field → what it adds to the weight; what the others leave of it is the name's."""
    line = ", ".join(f"{sql} AS {field}" for field, sql in field_bits(1).items())
    found = engine.fetch(f"SELECT weight, {line} FROM judged").to_pylist()[0]
    others = {field: float(found[field]) for field in field_bits(1)}
    return {"bits": {**others, "name": found["weight"] - prior_bits(1) - sum(others.values())}}


def _nearest(found: Mapping[str, Any]) -> NearMiss | None:
    """The step of which the smallest part is lacking, the earlier one of two; None when it is not near at all."""
    steps, needs = definitions.steps(), found["needs"]
    step = min(needs, key=lambda one: needs[one].count(False) / len(needs[one]))
    lacking = tuple(words for words, holds in zip(steps[step].needs, needs[step], strict=True) if not holds)
    return NearMiss(step, steps[step].name, lacking) if 2 * len(lacking) <= len(needs[step]) else None


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


def _evidence(
    field: str, found: Mapping[str, Any], left: Mapping[str, Any], right: Mapping[str, Any]
) -> FieldEvidence:
    rule = definitions.weights().fields[field]
    verdict = rule.verdict(found[f"v_{field}"])
    return FieldEvidence(
        field=field,
        name=rule.name,
        left=_shown(left, field),
        right=_shown(right, field),
        verdict=verdict.label if verdict else Wording("无从比较"),
        bits=round(verdict.bits(definitions.weights().register_floor), 2) if verdict else 0.0,
        weight=round(found["bits"][field], 2),
    )


def _shown(row: Mapping[str, Any], field: str) -> str:
    """The first value the row has for the field. ID numbers come in full: masking is the caller's duty."""
    values = (row.get(column) for column in _COLUMNS[field])
    return next((str(value) for value in values if value not in (None, "")), "")
