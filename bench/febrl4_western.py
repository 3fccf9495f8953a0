"""FEBRL4 by a Western profile (febrl4_western.yaml) on the same engine seam: equality blocks, bits per field, one to one.

Used by bench/febrl4.py. It shows how far the design's frame carries without its Chinese kit; it is no part of the product.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from notoneless.engine import open_engine
from notoneless.link.core.costs import LinkCosts

PROFILE = yaml.safe_load((Path(__file__).parent / "febrl4_western.yaml").read_text("utf-8"))


def western(sides: list[list[dict[str, str]]], costs: LinkCosts) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]]:
    """Links and questions as pairs of persons."""
    fields = list(PROFILE["fields"])
    with open_engine(threads=2) as engine:
        for name, rows in zip(("l", "r"), sides, strict=True):
            columns: dict[str, Any] = {"id": [row["rec_id"].split("-")[1] for row in rows]}
            columns |= {field: [row[field] or None for row in rows] for field in fields}
            engine.load(f"side_{name}", pa.table(columns))
        blocks = (
            "SELECT l.id AS a, r.id AS b FROM side_l l JOIN side_r r ON "
            + " AND ".join(f"l.{field} = r.{field}" for field in block)
            for block in PROFILE["blocks"]
        )
        engine.step("cand", " UNION ".join(blocks))
        bits = " + ".join(_bits(field) for field in fields)
        prior = -math.log2(len(sides[1]))
        engine.step(
            "pair",
            f"SELECT a, b, {prior!r} + {bits} AS w FROM cand JOIN side_l l ON l.id = a JOIN side_r r ON r.id = b",
        )
        best = """SELECT a, b, w FROM (SELECT *, row_number() OVER (PARTITION BY a ORDER BY w DESC, b) AS i,
            row_number() OVER (PARTITION BY b ORDER BY w DESC, a) AS j FROM pair) WHERE i = 1 AND j = 1"""
        found = engine.fetch(best).to_pylist()
    links = {(row["a"], row["b"]) for row in found if row["w"] >= costs.upper}
    asked = {(row["a"], row["b"]) for row in found if costs.lower < row["w"] < costs.upper}
    return links, asked


def _bits(field: str) -> str:
    lines = []
    for like, bits in PROFILE["fields"][field]:
        same = f"l.{field} = r.{field}" if like == 1.0 else f"jaro_winkler_similarity(l.{field}, r.{field}) >= {like}"
        lines.append(f"WHEN {same} THEN {float(bits)!r}")
    return f"(CASE WHEN l.{field} IS NULL OR r.{field} IS NULL THEN 0.0 {' '.join(lines)} END)"
