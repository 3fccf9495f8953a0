"""Weights learnt in a run: EM finds the rates that made the pairs, keeps to its limits and never depends on the order."""

from __future__ import annotations

import random
from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.engine import open_engine
from notoneless.link.core import LinkCosts, definitions
from notoneless.link.core.judge import FIELDS, code
from notoneless.link.core.learning import GRID, Learnt, Pattern, estimate, learn, reweigh
from notoneless.link.core.lists.columns import Columns
from notoneless.link.core.lists.linking import ListLinks
from notoneless.link.core.lists.page import calibration_page
from notoneless.link.core.lists.places import make_place_bits, weigh_places
from notoneless.link.core.lists.reading import Side

PRIOR, RARITY = -14.0, 11.0
USUAL = {
    "name": {"same": 0.97, "homophone": 0.02, "none": 0.01},
    "birth": {"same": 0.97, "near": 0.02, "far": 0.01},
    "sex": {"same": 0.99, "differ": 0.01},
}


def bits_of(verdicts: dict[str, str]) -> int:
    weights = definitions.weights()
    found = [weights.fields[field].verdicts[code(field, verdict) - 1] for field, verdict in verdicts.items()]
    return int((PRIOR + sum(v.bits(20_000) + RARITY * v.by_frequency for v in found)) // 1)


def patterns(pairs: int, rates: dict[str, dict[str, float]]) -> list[Pattern]:
    """So many pairs of one person, of one village, whose fields go wrong at these rates, and a crowd of neighbours."""
    made = []
    for name, birth, sex in product(*(rates[field] for field in ("name", "birth", "sex"))):
        verdicts = {"name": name, "birth": birth, "sex": sex, "place": "village"}
        n = round(pairs * rates["name"][name] * rates["birth"][birth] * rates["sex"][sex])
        if name != "none" or (birth, sex) == ("same", "same"):
            made.append((verdicts, n))
    made.append(({"name": "none", "birth": "same", "sex": "same", "place": "village"}, pairs // 100))
    made.append(({"name": "none", "birth": "far", "sex": "same", "place": "village"}, pairs))
    counted: dict[tuple[tuple[int, ...], int], int] = {}
    for verdicts, n in made:
        key = (tuple(code(f, verdicts[f]) if f in verdicts else 0 for f in FIELDS), bits_of(verdicts))
        counted[key] = counted.get(key, 0) + n
    return sorted((codes, bits, n) for (codes, bits), n in counted.items() if n)


@settings(max_examples=25, deadline=None)
@given(near=st.floats(0.02, 0.3), differ=st.floats(0.01, 0.1), homophone=st.floats(0.02, 0.2))
def test_em_finds_the_rates_that_made_the_pairs(near: float, differ: float, homophone: float) -> None:
    rates = {
        "name": {"same": 1 - homophone, "homophone": homophone},
        "birth": {"same": 0.99 - near, "near": near, "far": 0.01},
        "sex": {"same": 1 - differ, "differ": differ},
    }
    learnt = estimate(patterns(100_000, rates))
    for field, verdict, rate in (
        ("birth", "near", near),
        ("sex", "differ", differ),
        ("name", "homophone", homophone),
    ):
        assert learnt[field, verdict].m == pytest.approx(rate, rel=0.08)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 0.9), st.integers(0, 3_000_000))
def test_evidence_moves_in_its_limits_and_on_the_grid(near: float, pairs: int) -> None:
    rates = {**USUAL, "birth": {"same": 1 - near, "near": near}}
    limits = definitions.weights().learning
    for (field, verdict), found in estimate(patterns(pairs, rates)).items():
        defined = definitions.weights().fields[field].verdicts[code(field, verdict) - 1]
        assert -limits.down <= found.shift <= limits.up
        assert found.shift == 0 or abs(found.shift) >= limits.least - 1 / GRID
        assert found.shift * GRID == pytest.approx(round(found.shift * GRID))
        if not defined.by_frequency and not defined.group:
            assert (defined.fixed_bits + found.shift) * defined.fixed_bits >= 0


def test_a_short_list_keeps_the_definitions() -> None:
    wild = {**USUAL, "birth": {"same": 0.2, "near": 0.8}}
    assert all(found.shift == 0 for found in estimate([]).values())
    few = estimate(patterns(5, wild))
    assert few["birth", "near"].shift == 0
    assert estimate(patterns(50_000, wild))["birth", "near"].shift == definitions.weights().learning.up


def test_a_field_is_not_counted_on_pairs_that_it_brought_together() -> None:
    by_birth = {"name": "same", "birth": "same", "sex": "same"}
    learnt = estimate([(tuple(code(f, by_birth[f]) if f in by_birth else 0 for f in FIELDS), bits_of(by_birth), 900)])
    assert learnt["sex", "same"].pairs > 0
    assert learnt["birth", "same"].pairs == learnt["name", "same"].pairs == 0


def test_grounds_and_usual_shares_make_sense() -> None:
    weights = definitions.weights()
    for ground in weights.learning.grounds:
        assert all(code(field, verdict) for field, verdicts in ground.items() for verdict in verdicts)
    for field in weights.fields.values():
        assert sum(verdict.usual for verdict in field.verdicts) < 1.0001


def judged(seed: int) -> pa.Table:
    """Three thousand pairs of two thousand rows, in an order of their own."""
    rng, shuffled = random.Random(1), random.Random(seed)
    rows = []
    for n in range(3000):
        verdicts = {
            "name": rng.choice(["same"] * 8 + ["homophone", "none"]), "birth": rng.choice(["same", "same", "near", "far"]),
            "sex": rng.choice(["same"] * 5 + ["differ"]), "id_no": rng.choice(["", "", "differ", "same"]), "place": "village",
        }  # fmt: skip
        codes = {f"v_{f}": code(f, verdicts[f]) if verdicts.get(f) else None for f in FIELDS}
        weight = bits_of({f: v for f, v in verdicts.items() if v}) + rng.randrange(100) / 100
        rows.append({"rid": n % 2000, "pid": n, "frid": n, "slip": "", **codes, "weight": weight})
    shuffled.shuffle(rows)
    columns = {f"v_{f}": pa.int32() for f in FIELDS}
    kinds = {
        "rid": pa.int64(),
        "pid": pa.int64(),
        "frid": pa.int64(),
        "slip": pa.string(),
        **columns,
        "weight": pa.float64(),
    }
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def run(seed: int, threads: int) -> tuple[Learnt, list[dict[str, object]]]:
    with open_engine(threads=threads) as engine:
        engine.load("judged", judged(seed))
        engine.load("taken", pa.table({"pid": pa.array(range(0, 3000, 50), pa.int64())}))
        learnt = learn(engine)
        reweigh(engine, learnt)
        return learnt, engine.fetch("SELECT * FROM judged ORDER BY rid, pid").to_pylist()


def test_neither_order_nor_threads_change_what_is_learnt() -> None:
    first = run(1, 1)
    assert any(found.shift for found in first[0].values())
    assert first == run(1, 2) == run(2, 2) == run(3, 1)


def test_a_birthday_inside_the_same_number_is_not_weighed_again() -> None:
    learnt, after = run(1, 1)
    before = {(row["rid"], row["pid"]): row for row in judged(1).to_pylist()}
    assert learnt["birth", "near"].shift > 0
    for row in after:
        if row["v_id_no"] == code("id_no", "same") and row["v_birth"] == code("birth", "near"):
            others = sum(learnt[f, v].shift for f, v in (("sex", _said("sex", row)), ("name", _said("name", row))))
            assert row["weight"] == pytest.approx(before[row["rid"], row["pid"]]["weight"] + others)


def _said(field: str, row: dict[str, object]) -> str:
    return definitions.weights().fields[field].verdicts[int(str(row[f"v_{field}"])) - 1].id


def test_the_page_shows_what_was_learnt() -> None:
    empty = pa.table(
        {
            "left_row": [],
            "right_row": [],
            "step": pa.array([], pa.string()),
            "weight": [],
            "reason": pa.array([], pa.string()),
        }
    )
    learnt, _ = run(1, 1)
    page = calibration_page(ListLinks(empty, empty, 0, LinkCosts(wrong=1000, missed=8, review=1), learnt, 3000))
    near = learnt["birth", "near"]
    for text in (
        "比特（本次）", "m（定义）", f"<td>{near.m:.2%}</td>", f"<td>{4 + near.shift:+.2f}</td>", f"<td>{near.pairs:,.0f}</td>", "按定义",
    ):  # fmt: skip
        assert text in page


def homes(threads: int, order: int) -> dict[int, float]:
    """Bits of a town of one large village, many usual ones and a small one, and of another town as large."""
    sizes = {371321100201: 900, 371321100202: 100, 371321100203: 100, 371321100204: 10, 371321101201: 1110}
    rows = [code for code, n in sizes.items() for _ in range(n)]
    random.Random(order).shuffle(rows)
    with open_engine(threads=threads) as engine:
        engine.load("side_b", pa.table({"hukou_code": pa.array(rows, pa.int64())}))
        schema = pa.schema([("hukou_code", pa.int64())])
        assert make_place_bits(engine, Side("side_b", "right_list", Columns(schema), left=False))
        return {row["place"]: row["bits"] for row in engine.fetch("SELECT * FROM place_bits").to_pylist()}


def test_a_small_village_tells_more_than_a_large_one() -> None:
    bits = homes(1, 1)
    most = definitions.weights().most_place
    assert bits[371321100204] == bits[371321100202] == most
    assert bits[371321100201] == 0.0
    assert bits[371321100] == bits[371321101] == 0.0
    assert bits == homes(2, 2)


def test_the_place_that_two_rows_share_moves_their_weight() -> None:
    with open_engine(threads=1) as engine:
        engine.load("place_bits", pa.table({"place": [1, 2, 3], "bits": [1.5, -1.0, 0.5]}))
        places = {"village": [1, 1, 2, None], "village2": [None, 2, None, None], "town": [3] * 4, "town2": [None] * 4}
        ints = {name: pa.array(values, pa.int64()) for name, values in places.items()}
        engine.load("seek", pa.table({"rid": [1, 2, 3, 4], **ints, "school_town": pa.array([3] * 4, pa.int64())}))
        said = [code("place", verdict) for verdict in ("village", "village", "town", "elsewhere")]
        table = pa.table(
            {"rid": [1, 2, 3, 4], "pid": [1] * 4, "frid": [1] * 4, "slip": [""] * 4, "weight": [10.0] * 4}
        )
        for field in FIELDS:
            table = table.append_column(f"v_{field}", pa.array(said if field == "place" else [None] * 4, pa.int32()))
        engine.load("judged", table)
        weigh_places(engine)
        after = engine.fetch("SELECT weight FROM judged ORDER BY rid").column("weight").to_pylist()
    assert after == [11.5, 9.0, 10.5, 10.0]
