"""Why, in one Chinese sentence. Worked out once for each distinct combination of step and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.judge import FIELDS


def combination_sql(alias: str) -> str:
    """SQL: one text for a row's step, verdicts and slip."""
    codes = [f"CAST(coalesce({alias}.v_{field}, 0) AS VARCHAR)" for field in FIELDS]
    return " || '|' || ".join([f"{alias}.step", *codes, f"coalesce({alias}.slip, '')"])


def load_sentences(engine: Engine, tables: Sequence[str]) -> None:
    """Make `sentence` (combination, reason, fits, differs) for all combinations found in the tables' `combination`."""
    union = " UNION ALL ".join(f"SELECT combination FROM {table}" for table in tables)
    found = (
        engine.fetch(f"SELECT DISTINCT combination FROM ({union}) ORDER BY combination")
        .column("combination")
        .to_pylist()
    )
    parts = [_split(combination) for combination in found]
    engine.load(
        "sentence",
        pa.table(
            {
                "combination": pa.array(found, pa.string()),
                "reason": pa.array([say(step, codes, slip) for step, codes, slip in parts], pa.string()),
                "fits": pa.array(["、".join(fits(codes)) for _, codes, _ in parts], pa.string()),
                "differs": pa.array(["、".join(differs(codes)) for _, codes, _ in parts], pa.string()),
            }
        ),
    )


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


def _split(combination: str) -> tuple[str, dict[str, int | None], str]:
    step, *rest = combination.split("|")
    codes = {field: int(text) or None for field, text in zip(FIELDS, rest, strict=False)}
    return step, codes, rest[len(FIELDS)]
