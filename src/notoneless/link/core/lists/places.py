"""How many of the longer list live where a row lives: sharing a village of thirty tells more than one of three thousand.

The definitions weigh the usual place, the one in which a person of the list lives on average; others move by `bits`.
"""

from __future__ import annotations

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.judge import FIELDS, is_any
from notoneless.link.core.learning import GRID
from notoneless.link.core.lists.keys import town_of, twelve, village_of
from notoneless.link.core.lists.reading import Side


def make_place_bits(engine: Engine, side: Side) -> bool:
    """Make `place_bits` (place: village of twelve digits or town of nine, bits) from where the persons of a list live;
    whether any place differs from the usual one by more than is taken for chance."""
    w = definitions.weights()
    sizes = " UNION ALL ".join(
        f"""SELECT {level} AS level, place, CAST(sum(n) AS BIGINT) AS n FROM (SELECT {place} AS place, n FROM home_size) p
            WHERE place IS NOT NULL GROUP BY place"""
        for level, place in enumerate((village_of("home"), town_of("home")))
    )
    homes = f"SELECT home, count(*) AS n FROM (SELECT {side.home} AS home FROM {side.table}) h GROUP BY home"
    engine.step("home_size", f"SELECT {twelve('home')} AS home, n FROM ({homes}) counted")
    engine.step("place_size", sizes)
    usual = "SELECT level, sum(n * n) / sum(n) AS usual FROM place_size GROUP BY level"
    rarity = f"log2((u.usual + {w.place_strength!r}) / (p.n + {w.place_strength!r}))"
    bits = f"round(greatest({-w.most_place!r}, least({w.most_place!r}, {rarity})) * {GRID}) / {GRID}"
    engine.step(
        "place_bits",
        f"""SELECT place, CASE WHEN abs(bits) >= {w.learning.least!r} THEN bits ELSE 0.0 END AS bits
            FROM (SELECT p.place, {bits} AS bits FROM place_size p JOIN ({usual}) u ON u.level = p.level) sized""",
    )
    engine.drop("home_size", "place_size")
    return bool(engine.fetch("SELECT count(*) AS n FROM place_bits WHERE bits <> 0").column("n")[0].as_py())


def weigh_places(engine: Engine) -> None:
    """Move the weights of `judged` by the size of the place that a pair shares; of two that a row names, the larger one."""
    levels = {"village": "village", "town": "town", "catchment": "school_town"}
    lines, joins = [], []
    for verdict, column in levels.items():
        places = [column, f"{column}2"] if verdict != "catchment" else [column]
        tables = [f"{verdict}_{n}" for n in range(len(places))]
        joins += [f"LEFT JOIN place_bits {t} ON {t}.place = s.{c}" for t, c in zip(tables, places, strict=True)]
        found = ", ".join(f"{t}.bits" for t in tables)
        lines.append(f"WHEN {is_any('place', verdict)} THEN {f'least({found})' if len(tables) > 1 else found}")
    columns = ", ".join(f"j.v_{field}" for field in FIELDS)
    engine.step(
        "judged",
        f"""SELECT j.rid, j.pid, j.frid, j.slip, {columns},
                round(j.weight + coalesce(CASE {" ".join(lines)} END, 0.0), 2) AS weight
            FROM judged j JOIN seek s ON s.rid = j.rid {" ".join(joins)}""",
        replace=True,
    )
