"""How far each step can be trusted on these very lists: tried on rows whose number finds their person by name.

Such a row is matched again as if nobody had a number, among the rows that are not somebody else's by number. Whom a step
then picks is right when the numbers agree and wrong when they differ. It is tried once more as if its person did not
stand in the other list: whoever is picked then is wrong, and that happens as often as a person is not there, or is there
and fits by no step. So the weights come from the run itself; no judged data and no truth is needed. Before anything is
seen, the bits of seal.yaml, among the persons still free, stand for `strength` rows.
"""

from __future__ import annotations

import math

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.sealing import evidence
from notoneless.link.core.sealing.rules import SealStep, rules

MOST_TRIED = 100_000
"""Rows of the left list that are tried; which ones, their mark decides, and that is as good as chance."""
_DRAWN_FROM = 1_000_000
_UNSEEN = 0.5
"""Wrong picks that may be although none was seen."""


def step_weights(engine: Engine, *, persons: int) -> dict[str, float]:
    """Step id → bits, log2 of right to wrong. Needs what `make_evidence` leaves; steps by number keep their bits.

    `persons`: rows of the right list; those that are somebody's by number are no rivals.
    """
    taken = engine.fetch("SELECT count(DISTINCT r) AS n FROM certain").column("n")[0].as_py()
    free = max(persons - int(taken), definitions.weights().register_floor)
    seen = _try(engine, [step for step in rules().steps if not _by_number(step) and not step.differ])
    return {step.id: _weight(step, free, *seen.get(step.id, (0, 0.0))) for step in rules().steps}


def _by_number(step: SealStep) -> bool:
    return any("number" in one for one in (*step.all, *step.any))


def _weight(step: SealStep, persons: int, right: int, wrong: float) -> float:
    bits = step.bits - math.log2(max(2, min(persons, step.group or persons)))
    doubt = rules().strength / (1 + 2.0**bits)
    share = (wrong + doubt) / (right + wrong + rules().strength)
    return round(math.log2((1 - share) / share), 2)


def _try(engine: Engine, steps: list[SealStep]) -> dict[str, tuple[int, float]]:
    """Step id → right and wrong picks among the rows tried."""
    number = rules().bit("number")
    share = min(_DRAWN_FROM, _DRAWN_FROM * MOST_TRIED // max(1, engine.count("left_owner")))
    engine.step(
        "tried",
        f"SELECT row, mark FROM left_owner WHERE found AND own AND abs(mark % {_DRAWN_FROM}) < {share}",
    )
    engine.step(
        "tried_marks", f"SELECT u.* FROM left_used u SEMI JOIN tried t ON t.row = u.row WHERE u.kind <> {number}"
    )
    evidence.make_pairs(engine, "tried_marks", "right_used", "tried_pair")
    engine.step(
        "free_pair",
        """SELECT p.l, p.r FROM tried_pair p LEFT JOIN (SELECT r, min(l) AS l FROM certain GROUP BY r) c ON c.r = p.r
           WHERE c.r IS NULL OR c.l = p.l""",
    )
    evidence.agree(engine, "free_pair", "tried_agreed")
    engine.step("pick", _pick_sql(steps))
    there = _counts(engine, "SELECT * FROM pick")
    gone = _counts(engine, "SELECT * FROM pick WHERE same IS NULL OR NOT same")
    tried = engine.count("tried")
    open_share = _absent(engine) + _unfit(there, tried) if tried else 0.0
    engine.drop("tried", "tried_marks", "tried_pair", "free_pair", "tried_agreed", "pick")
    return {step.id: _expected(there.get(n, (0, 0)), gone.get(n, (0, 0)), open_share) for n, step in enumerate(steps)}


def _expected(there: tuple[int, int], gone: tuple[int, int], open_share: float) -> tuple[int, float]:
    """Right picks, and wrong ones: those seen, and those to be expected of rows whose person cannot be found."""
    right, wrong = there
    used = right or wrong or gone[1]
    return right, wrong + (gone[1] + _UNSEEN) * open_share if used else 0.0


def _unfit(there: dict[int, tuple[int, int]], tried: int) -> float:
    """The share of rows whose person is there but fits by no step."""
    return 1 - sum(right for right, _ in there.values()) / tried


def _pick_sql(steps: list[SealStep]) -> str:
    """l, place, same: the step by which a row tried fits another; `same`: their numbers agree (NULL: it has none)."""
    place = evidence.case(steps, lambda step: str(steps.index(step)), blind=True)
    return f"""
        SELECT a.l, a.place, y.mark = x.mark AS same FROM (SELECT l, r, {place} AS place FROM tried_agreed) a
        JOIN tried x ON x.row = a.l LEFT JOIN right_owner y ON y.row = a.r WHERE a.place IS NOT NULL"""


def _counts(engine: Engine, picks: str) -> dict[int, tuple[int, int]]:
    """Place of a step → how many rows it brings to the right person, and to one other person only."""
    rows = engine.fetch(
        f"""SELECT place, CAST(sum(CASE WHEN good > 0 THEN 1 ELSE 0 END) AS BIGINT) AS good,
                CAST(sum(CASE WHEN good = 0 AND n = 1 THEN 1 ELSE 0 END) AS BIGINT) AS bad
            FROM (SELECT l, place, count(*) AS n, sum(CASE WHEN same THEN 1 ELSE 0 END) AS good
                  FROM (SELECT *, min(place) OVER (PARTITION BY l) AS best FROM ({picks})) WHERE place = best
                  GROUP BY l, place) GROUP BY place ORDER BY place"""
    ).to_pylist()
    return {row["place"]: (row["good"], row["bad"]) for row in rows}


def _absent(engine: Engine) -> float:
    """For each row whose number is found in the other list, how many there are whose number is not."""
    counts = engine.fetch(
        """SELECT CAST(sum(CASE WHEN found THEN 1 ELSE 0 END) AS BIGINT) AS found, count(*) AS n FROM left_owner WHERE own"""
    ).to_pylist()[0]
    return float((counts["n"] - (counts["found"] or 0) + 1) / ((counts["found"] or 0) + 1))
