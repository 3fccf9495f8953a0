"""Matching two sealed lists by their marks alone: a cascade of named steps, needing no key.

In:  tables `left_marks` and `right_marks` (row, kind, fixed, mark).
Out: pairs of row numbers with step, weight and reason; and pairs that fit no better than another, for a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.sealing import evidence
from notoneless.link.core.sealing.rules import SealStep, rules
from notoneless.link.core.sealing.trust import step_weights

ROUNDS = 2
MOST_QUESTIONS = 3
AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class SealedLinks:
    """`links` and `review`: left_row, right_row, step, weight (bits), reason, in the order of their rows. `capped`:
    marks that stand in too many rows of one list and were not used."""

    links: pa.Table
    review: pa.Table
    capped: int


def match_sealed(engine: Engine, *, persons: int, costs: LinkCosts) -> SealedLinks:
    """Match the tables `left_marks` and `right_marks`; `persons`: rows of the right list.

    Steps whose error, seen on rows that have a number on both sides, costs more than a look become questions.
    """
    capped = evidence.make_evidence(engine)
    weights = step_weights(engine, persons=persons)
    _make_options(engine, weights, costs)
    _decide(engine, [s for s in rules().steps if s.way == "auto" and weights[s.id] >= costs.upper])
    _ask(engine, costs)
    return SealedLinks(_answer(engine, "chosen"), _answer(engine, "asked"), capped)


def _make_options(engine: Engine, weights: dict[str, float], costs: LinkCosts) -> None:
    """Make `option` (l, r, step, place, weight, agreed): each pair with the first step whose conditions hold."""
    steps = list(rules().steps)
    place = evidence.case(steps, lambda step: str(steps.index(step)))
    weight = " ".join(f"WHEN {n} THEN {weights[step.id]!r}" for n, step in enumerate(steps))
    name = " ".join(f"WHEN {n} THEN '{step.id}'" for n, step in enumerate(steps))
    engine.step(
        "option",
        f"""SELECT l, r, place, agreed, CASE place {name} END AS step, CASE place {weight} END AS weight
            FROM (SELECT l, r, agreed, {place} AS place FROM pair) WHERE place IS NOT NULL""",
    )


def _decide(engine: Engine, steps: list[SealStep]) -> None:
    """Make `chosen`: the steps one after the other; what stands in the way in the first round may be gone in the next."""
    columns = "l, r, step, weight, agreed"
    engine.step("chosen", f"SELECT {columns} FROM option WHERE 1 = 0")
    order = list(rules().steps)
    for _ in range(ROUNDS):
        for step in steps:
            engine.step("left_taken", "SELECT DISTINCT l FROM chosen", replace=True)
            engine.step("right_taken", "SELECT DISTINCT r FROM chosen", replace=True)
            engine.step("open", _open_sql(order.index(step), step.many), replace=True)
            engine.step("chosen", f"SELECT {columns} FROM chosen UNION ALL SELECT {columns} FROM open", replace=True)


def _open_sql(place: int, many: bool) -> str:
    """Pairs of one step that may be linked now: `many` are linked unless both rows have their own, others only when
    both rows are free and each is the other's only one."""
    here = f"(SELECT o.* FROM option o ANTI JOIN chosen c ON c.l = o.l AND c.r = o.r WHERE o.place = {place})"
    if many:
        return f"""
            SELECT o.* FROM {here} o LEFT JOIN left_taken x ON x.l = o.l LEFT JOIN right_taken y ON y.r = o.r
            WHERE x.l IS NULL OR y.r IS NULL"""
    return f"""
        SELECT * FROM (
            SELECT o.*, count(*) OVER (PARTITION BY o.l) AS rights, count(*) OVER (PARTITION BY o.r) AS lefts
            FROM {here} o ANTI JOIN left_taken x ON x.l = o.l ANTI JOIN right_taken y ON y.r = o.r
        ) WHERE rights = 1 AND lefts = 1"""


def _ask(engine: Engine, costs: LinkCosts) -> None:
    """Make `asked`: for each row of the left list that stayed open, the best pairs that are worth a look."""
    engine.step("left_taken", "SELECT DISTINCT l FROM chosen", replace=True)
    engine.step("right_taken", "SELECT DISTINCT r FROM chosen", replace=True)
    open_rows = "option o ANTI JOIN left_taken x ON x.l = o.l LEFT JOIN right_taken y ON y.r = o.r"
    auto = ", ".join(f"'{step.id}'" for step in rules().steps if step.way == "auto")
    taken = definitions.weights().taken
    engine.step(
        "asked",
        f"""SELECT l, r, CASE WHEN rivals > 1 AND step IN ({auto}) THEN '{AMBIGUOUS}' ELSE step END AS step, weight, agreed
            FROM (SELECT o.*, row_number() OVER (PARTITION BY o.l ORDER BY o.place, o.r) AS nth,
                      count(*) OVER (PARTITION BY o.l, o.place) AS rivals
                  FROM {open_rows} WHERE o.weight + CASE WHEN y.r IS NULL THEN 0.0 ELSE {taken!r} END > {costs.lower!r})
            WHERE nth <= {MOST_QUESTIONS}""",
    )


def _answer(engine: Engine, table: str) -> pa.Table:
    """The pairs of a table, with the reason in words for each distinct way of agreeing."""
    engine.drop("way_said")
    found = engine.fetch(f"SELECT DISTINCT step, agreed FROM {table} ORDER BY step, agreed")
    steps, agreed = found.column("step").to_pylist(), found.column("agreed").to_pylist()
    said = [_say(step, bits) for step, bits in zip(steps, agreed, strict=True)]
    engine.load("way_said", found.append_column("reason", pa.array(said, pa.string())))
    return engine.fetch(
        f"""SELECT t.l AS left_row, t.r AS right_row, t.step, CAST(t.weight AS DOUBLE) AS weight, w.reason
            FROM {table} t JOIN way_said w ON w.step = t.step AND w.agreed = t.agreed ORDER BY left_row, right_row"""
    )


def _say(step: str, agreed: int) -> str:
    sentences = {one.id: one.sentence for one in rules().steps} | {AMBIGUOUS: rules().ambiguous_sentence}
    return f"{sentences[step]}（相同的暗号：{'、'.join(rules().names(agreed))}）"
