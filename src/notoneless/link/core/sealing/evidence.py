"""Which pairs of sealed rows share a mark, and all the marks they share.

Makes `pair` (l, r, agreed, differ): `agreed` has a bit for each kind of mark that is the same (SealRules.bit),
`differ`: both rows have a right number of their own and these are not the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from notoneless.engine import Engine
from notoneless.link.core.sealing.rules import FIXED, SealStep, rules

SIDES = (("left", "l"), ("right", "r"))


def make_evidence(engine: Engine) -> int:
    """Make `certain` and `pair`; return how many marks were left out because too many rows of one list share them."""
    capped = sum(_make_side(engine, side) for side, _ in SIDES)
    number = _bit("number_name")
    engine.step("certain", f"SELECT DISTINCT x.row AS l, y.row AS r FROM {_same(number, number)}")
    for side, row in SIDES:
        engine.step(
            f"rest_{side}",
            f"SELECT m.* FROM {side}_used m ANTI JOIN certain c ON c.{row} = m.row",
        )
    make_pairs(engine, "rest_left", "right_used", "some_pair")
    make_pairs(engine, "left_used", "rest_right", "other_pair")
    engine.step(
        "found", "SELECT l, r FROM certain UNION SELECT l, r FROM some_pair UNION SELECT l, r FROM other_pair"
    )
    agree(engine, "found", "agreed_pair")
    _make_owners(engine)
    engine.step(
        "pair",
        """SELECT p.l, p.r, p.agreed, x.mark <> y.mark AND x.own AND y.own AS differ
           FROM agreed_pair p LEFT JOIN left_owner x ON x.row = p.l LEFT JOIN right_owner y ON y.row = p.r""",
    )
    engine.drop("rest_left", "rest_right", "some_pair", "other_pair", "found", "agreed_pair")
    return capped


def make_pairs(engine: Engine, left: str, right: str, name: str) -> None:
    """Make `name` (l, r): rows of the two tables that share a mark by which rows are looked for."""
    finds = ", ".join(str(mark.number) for mark in rules().marks if mark.finds)
    engine.step(
        name,
        f"""SELECT DISTINCT x.row AS l, y.row AS r FROM {left} x JOIN {right} y ON y.kind = x.kind AND y.mark = x.mark
            WHERE x.kind IN ({finds}) AND NOT (x.fixed AND y.fixed)""",
    )


def agree(engine: Engine, pairs: str, name: str) -> None:
    """Make `name` (l, r, agreed) of all marks that the pairs share."""
    kinds = len(rules().marks)
    powers = " ".join(f"WHEN {bit} THEN CAST({1 << bit} AS BIGINT)" for bit in range(2 * kinds))
    engine.step(
        name,
        f"""SELECT l, r, CAST(sum(CASE bit {powers} END) AS BIGINT) AS agreed FROM (
                SELECT DISTINCT p.l, p.r, x.kind + CASE WHEN x.fixed OR y.fixed THEN {kinds} ELSE 0 END AS bit
                FROM {pairs} p JOIN left_used x ON x.row = p.l JOIN right_used y ON y.row = p.r AND y.kind = x.kind AND y.mark = x.mark
                WHERE NOT (x.fixed AND y.fixed)
            ) GROUP BY l, r""",
    )


def case(steps: Iterable[SealStep], then: Callable[[SealStep], str], *, blind: bool = False) -> str:
    """SQL over `pair`: a value for the first step whose conditions hold; NULL when none does.

    `blind`: as if nobody had a number.
    """
    lines = [f"WHEN {_condition(step, blind=blind)} THEN {then(step)}" for step in steps]
    return f"CASE {' '.join(lines)} END"


def _condition(step: SealStep, *, blind: bool) -> str:
    tests = [_has(one) for one in step.all]
    if step.any:
        tests.append("(" + " OR ".join(_has(one) for one in step.any) + ")")
    if not blind:
        tests.append("coalesce(differ, false)" if step.differ else "NOT coalesce(differ, false)")
    return " AND ".join(tests)


def _has(evidence: str) -> str:
    return f"(agreed & CAST({1 << rules().bit(evidence)} AS BIGINT)) <> 0"


def _make_side(engine: Engine, side: str) -> int:
    """Make `<side>_used`: its marks without those that too many rows share."""
    wide = f"SELECT kind, mark FROM {side}_marks WHERE kind IN ({_finding()}) GROUP BY kind, mark HAVING count(*) > {rules().cap}"
    engine.step(f"{side}_wide", wide)
    engine.step(
        f"{side}_used",
        f"""SELECT m.row, CAST(m.kind AS INTEGER) AS kind, m.fixed, m.mark FROM {side}_marks m
            ANTI JOIN {side}_wide w ON w.kind = m.kind AND w.mark = m.mark""",
    )
    capped = engine.count(f"{side}_wide")
    engine.drop(f"{side}_wide")
    return capped


def _make_owners(engine: Engine) -> None:
    """Make `left_owner` and `right_owner` (row, mark, own, found): rows with a right number; the other list has it (found);
    it is not their own when that is somebody of another name (copied from the row above, or a parent's)."""
    number, named = 1 << rules().bit("number"), 1 << rules().bit("number_name")
    near = 1 << rules().bit("number_pair")
    for side, row in SIDES:
        engine.step(
            f"{side}_owner",
            f"""SELECT m.row, m.mark, coalesce(p.known, true) AS own, p.known IS NOT NULL AS found FROM {side}_used m
                LEFT JOIN (SELECT {row}, max(CASE WHEN (agreed & CAST({named | near} AS BIGINT)) <> 0 THEN 1 ELSE 0 END) = 1 AS known
                           FROM agreed_pair WHERE (agreed & CAST({number} AS BIGINT)) <> 0 GROUP BY {row}) p ON p.{row} = m.row
                WHERE m.kind = {_bit("number")} AND NOT m.fixed""",
        )


def _same(left_kind: int, right_kind: int) -> str:
    return (
        f"left_used x JOIN right_used y ON y.mark = x.mark AND y.kind = {right_kind} AND x.kind = {left_kind} "
        "AND NOT x.fixed AND NOT y.fixed"
    )


def _bit(mark: str) -> int:
    return rules().bit(mark)


def _finding() -> str:
    return ", ".join(str(mark.number) for mark in rules().marks if mark.finds)


__all__ = ["FIXED", "SIDES", "agree", "case", "make_evidence", "make_pairs"]
