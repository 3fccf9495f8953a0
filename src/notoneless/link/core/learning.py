"""Learning from a run itself, without labels, how often the fields of one person's two rows differ (Fellegi–Sunter, EM).

In:  `judged` (see judge.py), weighed by the definitions; `taken` (pid).
Out: `judged` weighed by what was learnt.

The definitions say for each verdict its bits and, as `usual`, the share of true pairs for which those bits hold; u, its
share among strangers, is what follows from both and is kept. Learnt is m, the share in this run, and the bits move by
log2(m / usual). The `usual` shares count as `strength` pairs already seen, so that a short list keeps the definitions.

Candidate pairs are not drawn at random: a pair that was found by its birthday agrees on it. Each field is therefore
counted only on pairs that some ground without that field brings together (`grounds`); fields of one person go wrong
independently enough for that. Rows equal in number and name are linked before and are not among the pairs: the name is
counted where the number is not the same, the number without its verdict "same".

A pair counts by its chance of being one person, and only the best of its row with a person who is still free: the
runners-up are brothers, sisters and namesakes. All counts are whole numbers fetched in a total order, the arithmetic is
in one fixed order, and shifts are rounded to GRID, so that threads, engines and the order of rows change nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.judge import FIELDS, code, is_any, is_stranger

GRID = 20
"""Steps in one bit, a divisor of 100: weights have two decimals, and what is added to them must not need rounding."""
_STABLE = 0.01
"""A round that moves nothing by so many bits is the last one."""
_LEAST_WEIGHT = -10
"""Pairs below count for nothing: no shift lifts them to where they would be believed."""

Pattern = tuple[tuple[int, ...], int, int]
"""Verdict codes in the order of FIELDS (0: not compared), whole bits of weight below, number of pairs."""


@dataclass(frozen=True)
class LearntVerdict:
    """What a run says of one verdict: `pairs` it rests on (expected number), share `m` among them, `shift` in bits."""

    pairs: float
    m: float
    shift: float


Learnt = dict[tuple[str, str], LearntVerdict]
"""(field, verdict id) → what was learnt; a verdict whose bits are fixed is not in it. Empty: nothing was compared."""


def learn(engine: Engine) -> Learnt:
    """What the pairs of `judged` say about how often fields of one person differ."""
    codes = ", ".join(f"coalesce(v_{field}, 0) AS v_{field}" for field in FIELDS)
    groups = ", ".join([*(f"v_{field}" for field in FIELDS), "bits"])
    rows = engine.fetch(
        f"""SELECT {groups}, count(*) AS n FROM (
                SELECT {codes}, CAST(floor(j.weight) AS INTEGER) AS bits
                FROM judged j JOIN (SELECT rid, max(weight) AS best FROM judged GROUP BY rid) b ON b.rid = j.rid AND b.best = j.weight
                ANTI JOIN taken t ON t.pid = j.pid WHERE j.weight >= {_LEAST_WEIGHT}
            ) best_pair GROUP BY {groups} ORDER BY {groups}"""
    )
    columns = [rows.column(place).to_pylist() for place in range(len(FIELDS) + 2)]
    return estimate([(line[: len(FIELDS)], line[-2], line[-1]) for line in zip(*columns, strict=True)])


def estimate(patterns: Sequence[Pattern]) -> Learnt:
    """EM over counted patterns, in their order: how likely each is one person, then how often verdicts stand in such."""
    grounds = _grounds()
    seen = [_Seen(pattern, grounds) for pattern in patterns]
    shifts: dict[tuple[int, int], float] = {}
    limits = definitions.weights().learning
    for _ in range(limits.rounds):
        counts = _counts(seen, shifts)
        before, shifts = shifts, {key: _shift(key, counts) for key in _learnable()}
        if all(abs(shift - before.get(key, 0.0)) < _STABLE for key, shift in shifts.items()):
            break
    found = {}
    for place, number in _learnable():
        key = place, number
        shift = round(shifts[key] * GRID) / GRID if abs(shifts[key]) >= limits.least else 0.0
        found[FIELDS[place], _verdict(*key).id] = LearntVerdict(counts.get(key, 0.0), _share(key, counts), shift)
    return found


def reweigh(engine: Engine, learnt: Learnt) -> None:
    """Move the weights of `judged` by what was learnt."""
    moved = {field: sql for field in FIELDS if (sql := _moved_sql(field, learnt))}
    if not moved:
        return
    columns = ", ".join(f"v_{field}" for field in FIELDS)
    weight = " + ".join(["weight", *moved.values()])
    engine.step(
        "judged", f"SELECT rid, pid, frid, slip, {columns}, round({weight}, 2) AS weight FROM judged", replace=True
    )


def _moved_sql(field: str, learnt: Learnt) -> str:
    """SQL: what is added to a pair's weight for the field; only where its verdict was weighed, see judge.py."""
    verdicts = definitions.weights().fields[field].verdicts
    found = {v.code: learnt[field, v.id].shift for v in verdicts if (field, v.id) in learnt}
    lines = [f"WHEN v_{field} = {code} THEN {shift!r}" for code, shift in found.items() if shift]
    unweighed = {"birth": is_any("id_no", "same", "repaired"), "id_no": is_stranger()}.get(field)
    if unweighed:
        lines.insert(0, f"WHEN {unweighed} THEN 0.0")
    return f"CASE {' '.join(lines)} ELSE 0.0 END" if any(found.values()) else ""


class _Seen:
    """A pattern with the verdicts that were weighed in it, and of those the ones that count: of fields it was not found by."""

    def __init__(self, pattern: Pattern, grounds: Sequence[dict[int, frozenset[int]]]) -> None:
        codes, bits, self.n = pattern
        self.bits = bits + 0.5
        self.weighed = [(place, code) for place, code in enumerate(codes) if code and _is_weighed(place, codes)]
        met = [ground for ground in grounds if all(codes[place] in good for place, good in ground.items())]
        self.counted = [
            (place, code)
            for place, code in self.weighed
            if _verdict(place, code).usual
            and not (place == _NAME and codes[_ID_NO] == _SAME_NUMBER)
            and any(place not in ground for ground in met)
        ]


def _is_weighed(place: int, codes: tuple[int, ...]) -> bool:
    """Whether judge.py weighs the field's verdict in such a pair: not a birthday that is inside the same number."""
    return place != _BIRTH or codes[_ID_NO] not in (_SAME_NUMBER, _REPAIRED_NUMBER)


def _grounds() -> list[dict[int, frozenset[int]]]:
    """The grounds with numbers for words: place in FIELDS → codes."""
    return [
        {
            FIELDS.index(field): frozenset(code(field, verdict) for verdict in verdicts)
            for field, verdicts in ground.items()
        }
        for ground in definitions.weights().learning.grounds
    ]


def _counts(seen: Sequence[_Seen], shifts: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Expected number of true pairs by verdict, and under (field, 0) by field."""
    counts: dict[tuple[int, int], float] = {}
    for pattern in seen:
        bits = pattern.bits
        for key in pattern.weighed:
            bits += shifts.get(key, 0.0)
        same = pattern.n / (1.0 + 2.0**-bits)
        for key in pattern.counted:
            field = (key[0], 0)
            counts[key] = counts.get(key, 0.0) + same
            counts[field] = counts.get(field, 0.0) + same
    return counts


def _share(key: tuple[int, int], counts: dict[tuple[int, int], float]) -> float:
    strength = definitions.weights().learning.strength
    return (counts.get(key, 0.0) + strength * _verdict(*key).usual) / (counts.get((key[0], 0), 0.0) + strength)


def _shift(key: tuple[int, int], counts: dict[tuple[int, int], float]) -> float:
    """Bits by which the verdict moves: not too far, and evidence for never turns into evidence against, or back."""
    verdict, limits = _verdict(*key), definitions.weights().learning
    shift = min(limits.up, max(-limits.down, math.log2(_share(key, counts) / verdict.usual)))
    if verdict.group or verdict.by_frequency:
        return shift
    return max(shift, -verdict.fixed_bits) if verdict.fixed_bits > 0 else min(shift, -verdict.fixed_bits)


def _learnable() -> list[tuple[int, int]]:
    fields = definitions.weights().fields
    return [(place, v.code) for place, field in enumerate(FIELDS) for v in fields[field].verdicts if v.usual]


def _verdict(place: int, code: int) -> definitions.Verdict:
    return definitions.weights().fields[FIELDS[place]].verdicts[code - 1]


_NAME, _BIRTH, _ID_NO = (FIELDS.index(field) for field in ("name", "birth", "id_no"))
_SAME_NUMBER, _REPAIRED_NUMBER = code("id_no", "same"), code("id_no", "repaired")
