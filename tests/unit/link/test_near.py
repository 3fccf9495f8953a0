"""A short list against a register: looking only at the rows near to it changes no answer."""

from __future__ import annotations

from random import Random
from typing import Any

import pyarrow as pa
import pytest

from notoneless.common import resident_id
from notoneless.engine import open_engine
from notoneless.flows.link_lists import link
from notoneless.link.core import LinkCosts, definitions
from notoneless.link.core.lists import columns, linking, near, numbers

COSTS = LinkCosts(wrong=1000, missed=8, review=1)
GIVEN = ["浩宇", "皓宇", "昊雨", "梓涵", "子涵", "欣怡", "伟", "玮", "建国"]
VILLAGES = ["371321100200", "371321100201", "371321102205", "371322101203", "371321100000", "371321000000"]
DAYS = ["20140305", "20140503", "20140306", "20150305", "20150412", "20131228"]
ALWAYS, NEVER = 0, 10**9


def number(birth: str, sequence: int) -> str:
    first = f"371321{birth}{sequence:03d}"
    return first + resident_id.check_digit(first)


def spoilt(rng: Random, good: str, others: list[str]) -> str:
    """A number as a clerk may have written it."""
    at = rng.randrange(6, 17)
    return rng.choice([
        good, good, good, "", rng.choice(others), good[:at] + rng.choice("0123456789O") + good[at + 1 :], good[:15] + "000",
        f" {good.lower()}　", good[:at] + good[at + 1] + good[at] + good[at + 2 :] if at < 16 else good, good[:17], "无",
    ])  # fmt: skip


def register(rng: Random) -> list[dict[str, Any]]:
    """Sixty crowded households: namesakes, second entries, numbers that are wrong or another's."""
    rows: list[dict[str, Any]] = []
    for house in range(60):
        place = rng.choice(VILLAGES)
        at = {"hh_no": rng.choice([f"H{house}", f"H{house}", f"H{house // 2}", ""]), "hukou_code": place}
        for n in range(2):
            born = f"198{rng.randrange(8)}0511"
            name = rng.choice("王李赵") + rng.choice(GIVEN)
            rows.append({"name": name, "sex": "男", "dob": born, "id_no": number(born, 2 * house + n + 1), **at})
        for n in range(rng.randrange(1, 4)):
            born = rng.choice(DAYS)
            child = {"name": rng.choice("王李赵") + rng.choice(GIVEN), "sex": rng.choice("男女"), "dob": born}
            own = number(born, 4 * house + n + 200)
            rows.append({**child, "id_no": own, **at})
            if rng.random() < 0.15:
                rows.append({**child, "id_no": number(born, 900 - house), **at, "hukou_code": rng.choice(VILLAGES)})
    numbers_written = [row["id_no"] for row in rows]
    for row in rows:
        if rng.random() < 0.1:
            row["id_no"] = spoilt(rng, row["id_no"], numbers_written)
        if rng.random() < 0.1:
            row["dob"] = rng.choice(["", "2014年3月5日", rng.choice(DAYS)])
        if rng.random() < 0.03:
            row["name"] = rng.choice(["", "？"])
    return [{"row_id": f"R{i:04d}", **row} for i, row in enumerate(rows)]


def delivery(rng: Random, people: list[dict[str, Any]], *, homes: bool) -> list[dict[str, Any]]:
    """A few children of the register as one school writes them, one of them twice, and a stranger."""
    children = [row for row in people if row["dob"] in DAYS]
    parents = [row for row in people if row["dob"] < "2000"]
    rows = []
    for child in [*rng.sample(children, 12), *children[:1] * 2]:
        parent = next((one for one in parents if one["hh_no"] == child["hh_no"]), rng.choice(parents))
        row = {"name": child["name"], "sex": child["sex"], "dob": child["dob"], "school_code": rng.choice("甲乙")}
        row["id_no"] = spoilt(
            rng,
            child["id_no"] if len(child["id_no"]) == 18 else number(child["dob"], 7),
            [one["id_no"] for one in people],
        )
        if rng.random() < 0.25:
            row["name"] = rng.choice(
                [child["name"][:1] + rng.choice(GIVEN), "孙" + child["name"][1:], child["name"][:1]]
            )
        if rng.random() < 0.2:
            row["dob"] = rng.choice([*DAYS, "2014年3月5日", ""])
        if homes:
            row |= {"addr_code": rng.choice([child["hukou_code"]] * 3 + VILLAGES), "guardian_name": parent["name"]}
            row["guardian_id"] = rng.choice([parent["id_no"], ""])
        rows.append(row)
    return [{"row_id": f"S{i:04d}", **row} for i, row in enumerate(rows)]


def answers(monkeypatch: pytest.MonkeyPatch, far: int, left: pa.Table, right: pa.Table) -> list[Any]:
    monkeypatch.setattr(near, "FAR_LONGER", far)
    found = link(left, right, costs=COSTS, threads=1)
    return [found.links.to_pylist(), found.review.to_pylist(), found.capped, found.learnt, found.persons]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_the_rows_left_out_change_no_answer(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = Random(seed)
    people = register(rng)
    left = pa.Table.from_pylist(delivery(rng, people, homes=seed % 3 > 0))
    right = pa.Table.from_pylist(people)
    left_out = []
    look = linking.make_near

    def counted(engine: Any, a: Any, b: Any) -> None:
        look(engine, a, b)
        left_out.append(engine.count("side_b") - engine.count("near"))

    monkeypatch.setattr(linking, "make_near", counted)
    few, all_ = (answers(monkeypatch, far, left, right) for far in (ALWAYS, NEVER))
    assert few == all_
    assert few[0], "some are linked"
    assert left_out[0] > 0, "the list is cut at all"


@pytest.mark.parametrize("missing", ["phone", "school_code", "student_no"])
def test_a_list_that_says_more_than_a_register_is_not_cut(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    people = register(Random(1))
    right = pa.Table.from_pylist([row | {missing: "1"} for row in people])
    monkeypatch.setattr(linking, "make_near", lambda *_: pytest.fail("cut"))
    link(pa.Table.from_pylist(delivery(Random(1), people, homes=True)), right, costs=COSTS, threads=1)


def test_a_block_that_is_not_looked_at_is_told() -> None:
    assert all(near._is_covered(block.equal) for block in definitions.blocks())
    assert not near._is_covered([("grade", "grade"), ("birth", "birth")])


@pytest.mark.slow
def test_a_right_number_is_told_by_its_digits_as_by_its_text() -> None:
    rng = Random(11)
    texts = [number(rng.choice(DAYS), rng.randrange(999)) for _ in range(300)]
    texts += [
        text[:at] + rng.choice("0123456789") + text[at + 1 :] for text in texts for at in (0, 7, 11, 12, 15, 16)
    ]
    texts += [text[:17] + rng.choice("0123456789X") for text in texts]
    rows = {"t": texts, "v": [int(text[:17]) for text in texts]}
    with open_engine(threads=1) as engine:
        engine.load("cell", pa.table(rows))
        found = engine.fetch(
            f"""SELECT t, {numbers.is_right("v", "t")} AS ok, {numbers.is_valid("t")} AS valid FROM cell
                WHERE {columns.looks_whole("t", "v")}"""
        ).to_pylist()
    assert [row["t"] for row in found if row["ok"] != row["valid"]] == []
    assert {row["ok"] for row in found} == {True, False}
