"""Why, in one Chinese sentence. Worked out once for each distinct combination of step and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.judge import FIELDS

_BASE = 16
"""More than any field has verdicts."""
VERDICT_ROOM = _BASE ** len(FIELDS)
"""A packed number is the step's number times this, plus the verdicts."""


def how_sql(alias: str) -> str:
    """SQL: step and verdicts packed into one BIGINT, so that millions of links cost eight bytes each."""
    numbers = " ".join(f"WHEN '{step}' THEN {number}" for number, step in enumerate(definitions.steps()))
    total = f"CAST(CASE {alias}.step {numbers} END AS BIGINT)"
    for field in FIELDS:
        total = f"({total} * {_BASE} + coalesce({alias}.v_{field}, 0))"
    return total


def unpack(how: int) -> tuple[str, dict[str, int | None]]:
    """Step and verdict codes out of a packed number."""
    codes: dict[str, int | None] = {}
    for field in reversed(FIELDS):
        how, code = divmod(how, _BASE)
        codes[field] = code or None
    return list(definitions.steps())[how], codes


def load_sentences(engine: Engine, tables: Sequence[str]) -> None:
    """Make `sentence` (how, slip, number, step, reason, fits, differs) for all pairs (how, slip) in the tables; for step
    and reason also which of the texts that differ it is, as `step_place` and `reason_place`."""
    union = " UNION ALL ".join(f"SELECT how, coalesce(slip, '') AS slip FROM {table}" for table in tables)
    found = engine.fetch(f"SELECT DISTINCT how, slip FROM ({union}) ORDER BY how, slip")
    slips = found.column("slip").to_pylist()
    parts = [(*unpack(how), slip) for how, slip in zip(found.column("how").to_pylist(), slips, strict=True)]
    texts = {
        "step": [step for step, _, _ in parts],
        "reason": [say(step, codes, slip) for step, codes, slip in parts],
        "fits": ["、".join(fits(codes)) for _, codes, _ in parts],
        "differs": ["、".join(differs(codes)) for _, codes, _ in parts],
    }
    table = found.append_column("number", pa.arange(0, len(parts)))
    for name, values in texts.items():
        table = table.append_column(name, pa.array(values, pa.string()))
    for name in ("step", "reason"):
        places = {text: place for place, text in enumerate(dict.fromkeys(texts[name]))}
        table = table.append_column(f"{name}_place", pa.array([places[text] for text in texts[name]], pa.int32()))
    engine.load("sentence", table)


def spoken(engine: Engine, places: pa.ChunkedArray, column: str) -> pa.DictionaryArray:
    """`column` of `sentence` (step, reason) by its places, as a dictionary whose values all differ.

    PyArrow writes a dictionary with a value in it twice in other bytes each time, so the same inputs would no longer
    give the same file.
    """
    said = engine.fetch(f"SELECT {column} FROM sentence ORDER BY number").column(column).to_pylist()
    return pa.DictionaryArray.from_arrays(places.combine_chunks(), pa.array(dict.fromkeys(said), pa.string()))


def say(step: str, codes: Mapping[str, int | None], slip: str) -> str:
    """The step's sentence with what agrees, and at its end what does not."""
    text = definitions.steps()[step].sentence.format(
        fits="、".join(fits(codes)) or "没有相符的项", differs="、".join(differs(codes)), slip=slip or "有误"
    )
    against = differs(codes)
    return f"{text}；不符的是：{'、'.join(against)}" if against else text


def fits(codes: Mapping[str, int | None]) -> list[str]:
    """Labels of the fields that speak for one person."""
    return _labels(codes, against=False)


def differs(codes: Mapping[str, int | None]) -> list[str]:
    """Labels of the fields that speak against it."""
    return _labels(codes, against=True)


def _labels(codes: Mapping[str, int | None], *, against: bool) -> list[str]:
    found = [definitions.weights().fields[field].verdict(codes.get(field)) for field in FIELDS]
    return [verdict.label for verdict in found if verdict is not None and verdict.against is against]
