"""Linking two lists: the SQL says the same as the Python kit, and the interface keeps its promises."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.cli.link_quickly import plain
from notoneless.common import names, resident_id, typed_numbers
from notoneless.common.errors import Fault
from notoneless.engine import open_engine
from notoneless.flows.link_lists import calibration_page, link, write_links
from notoneless.link.core import LinkCosts, definitions
from notoneless.link.core.lists import numbers
from notoneless.link.core.lists.names import FoldBook
from notoneless.link.core.name_compare import compare_names

COSTS = LinkCosts(wrong=1000, missed=8, review=1)
NAMES = st.text("王张单付傅欧阳尉迟小晓花华国囯雨语睛晴·a?　ü\ue863", min_size=1, max_size=6)
MANY = settings(max_examples=30, deadline=None)


def number(birth: str, sequence: int, area: str = "371321") -> str:
    first = f"{area}{birth}{sequence:03d}"
    return first + resident_id.check_digit(first)


def register() -> list[dict[str, Any]]:
    """Forty children of ten villages and their parents."""
    rng = random.Random(4)
    rows: list[dict[str, Any]] = []
    for n in range(40):
        birth = f"{2012 + n % 6}{1 + n % 12:02d}{1 + n % 27:02d}"
        name = rng.choice("王李张刘陈") + rng.choice("浩宇轩泽晨欣怡梓涵诗") + rng.choice("文博俊杰琪雨萱佳慧思")
        house, village = f"H{n:03d}", 371321100200 + n % 10
        common = {"hh_no": house, "hukou_code": village}
        rows.append({"name": name, "sex": "男", "dob": birth, "id_no": number(birth, 2 * n + 1), **common})
        parent = number(f"1985{1 + n % 12:02d}11", 2 * n + 1)
        rows.append({"name": f"{name[0]}建国", "sex": "男", "dob": parent[6:14], "id_no": parent, **common})
    return [{"row_id": f"R{i:04d}", **row} for i, row in enumerate(rows)]


def roll() -> list[dict[str, Any]]:
    """The children of the register as a school writes them; the first ones with one slip each."""
    people = register()
    rows = []
    for n, (child, parent) in enumerate(zip(people[::2], people[1::2], strict=True)):
        row = {key: child[key] for key in ("name", "sex", "dob", "id_no")}
        kin = {"guardian_name": parent["name"], "guardian_id": parent["id_no"]}
        rows.append({"row_id": f"S{n:04d}", **row, "addr_code": str(child["hukou_code"]), **kin})
    slips: list[dict[str, str]] = [
        {"id_no": ""}, {"id_no": rows[1]["id_no"][:-1] + ("0" if rows[1]["id_no"][-1] != "0" else "1")},
        {"id_no": rows[2]["id_no"][:15] + "000"}, {"id_no": rows[3]["guardian_id"]}, {"id_no": rows[3]["id_no"]},
        {"id_no": " " + rows[5]["id_no"].lower() + "\u3000"}, {"name": rows[6]["name"][0] + " " + rows[6]["name"][1:]},
        {"dob": f"{rows[7]['dob'][:4]}年{rows[7]['dob'][4:6]}月{rows[7]['dob'][6:]}日"}, {"name": "赵" + rows[8]["name"][1:]},
    ]  # fmt: skip
    return [row | slip for row, slip in zip(rows, [*slips, *[{}] * 31], strict=True)]


def pairs(table: pa.Table) -> set[tuple[str, str]]:
    return set(zip(table["left_row"].to_pylist(), table["right_row"].to_pylist(), strict=True))


def truth() -> set[tuple[str, str]]:
    return {(f"S{n:04d}", f"R{2 * n:04d}") for n in range(40)}


def both() -> tuple[pa.Table, pa.Table]:
    return pa.Table.from_pylist(roll()), pa.Table.from_pylist(register())


@pytest.mark.slow
@MANY
@given(st.lists(NAMES, min_size=2, max_size=12, unique=True))
def test_folds_are_equal_exactly_when_the_kit_says_so(texts: list[str]) -> None:
    with open_engine(threads=1) as engine:
        book = FoldBook(engine)
        engine.load("written", pa.table({"name": texts}))
        book.number("written", "numbered")
        found = {row["name"]: row["fold"] for row in engine.fetch("SELECT * FROM numbered").to_pylist()}
    for one in texts:
        assert (book.text(found[one]) if found[one] else "") == names.fold(one)


@pytest.mark.slow
@MANY
@given(
    st.lists(st.text("王欧阳张小晓花华国雨语睛晴己已", min_size=2, max_size=4), min_size=2, max_size=6, unique=True)
)
def test_names_compare_in_sql_as_in_the_kit(texts: list[str]) -> None:
    folds = sorted({names.fold(text) for text in texts})
    with open_engine(threads=1) as engine:
        book = FoldBook(engine)
        engine.step("base_shape", "SELECT DISTINCT base, shape FROM han WHERE shape > 0 AND base > 0")
        engine.load("written", pa.table({"name": folds}))
        book.number("written", "numbered")
        engine.step("fold_sound", "SELECT fold, min(syll) AS syll FROM numbered GROUP BY fold")
        engine.step("seek", "SELECT row_number() OVER (ORDER BY name) AS rid, fold FROM numbered")
        engine.step("known", "SELECT rid AS pid, fold FROM seek")
        engine.step("cand", "SELECT s.rid, k.pid FROM seek s CROSS JOIN known k")
        book.verdicts(engine, "known")
        rows = engine.fetch("SELECT * FROM name_verdict").to_pylist()
    verdicts = definitions.weights().fields["name"]
    for row in rows:
        a, b = book.text(row["a"]), book.text(row["b"])
        expected = compare_names(a, b, same_sound=names.syllables(a) == names.syllables(b))
        found = verdicts.verdict(row["verdict"])
        assert found is not None
        assert (a, b, found.id) == (a, b, expected)
    assert len(rows) == len(folds) * (len(folds) - 1)


@pytest.mark.slow
@MANY
@given(
    st.integers(1, 499), st.integers(0, 17), st.sampled_from("0123456789X?"), st.sampled_from(["set", "drop", "add"])
)
def test_every_number_the_kit_repairs_is_repaired_in_sql(sequence: int, at: int, char: str, how: str) -> None:
    good = number("20140506", sequence)
    typed = good[:at] + {"set": char, "drop": "", "add": char + good[at]}[how] + good[at + 1 :]
    if resident_id.is_valid(typed) or typed.endswith("000"):
        return
    with open_engine(threads=1) as engine:
        numbers.load_positions(engine)
        engine.load("wrong", pa.table({"rid": [1], "typed": [typed]}))
        numbers.make_fixes(engine, "wrong", "fixed")
        found = {row["idv"] for row in engine.fetch("SELECT idv FROM fixed").to_pylist()}
    assert {int(value[:17]) for value in resident_id.repairs(typed)} <= found


@pytest.mark.parametrize("letter", ["G", "L", "J"])
def test_only_a_formal_student_number_gives_an_id_in_sql_as_in_the_kit(letter: str) -> None:
    typed = letter + number("20140506", 26)
    with open_engine(threads=1) as engine:
        numbers.load_positions(engine)
        engine.load("wrong", pa.table({"rid": [1], "typed": [typed]}))
        numbers.make_fixes(engine, "wrong", "fixed")
        found = [row["idv"] for row in engine.fetch("SELECT idv FROM fixed").to_pylist()]
    assert found == [int(value[:17]) for value in resident_id.repairs(typed)]


@pytest.mark.slow
@MANY
@given(st.text("0123456789Xx×０１９'　 -\u200b", max_size=20))
def test_numbers_are_cleaned_in_sql_as_in_the_kit(text: str) -> None:
    with open_engine(threads=1) as engine:
        engine.load("cell", pa.table({"t": [text]}))
        row = engine.fetch(
            f"SELECT c, {numbers.is_valid('c')} AS ok FROM (SELECT {numbers.cleaned('t')} AS c FROM cell)"
        )
    clean = typed_numbers.clean(text)
    assert row["c"][0].as_py() == clean
    assert row["ok"][0].as_py() == (resident_id.parse(clean).state == "valid" and len(clean) == 18)


def test_every_slip_is_seen_through_and_nothing_else_is_linked() -> None:
    found = link(*both(), costs=COSTS, threads=1)
    assert pairs(found.links) == truth()
    assert found.links.column_names == ["left_row", "right_row", "step", "weight", "reason"]
    assert all("身份证号" in text or "相同" in text for text in found.links["reason"].to_pylist())


@pytest.mark.slow
def test_the_other_way_round_the_same_pairs() -> None:
    left, right = both()
    assert pairs(link(right, left, costs=COSTS).links) == {(b, a) for a, b in truth()}


@pytest.mark.slow
def test_threads_row_order_and_a_second_run_change_no_byte(tmp_path: Path) -> None:
    left, right = both()
    mixed = list(range(left.num_rows))
    random.Random(1).shuffle(mixed)
    turned = right.take(list(reversed(range(right.num_rows))))
    digests = set()
    for one, other, threads in ((left, right, 1), (left, right, 2), (left.take(mixed), turned, 2), (left, right, 1)):
        found = link(one, other, costs=COSTS, threads=threads)
        write_links(found.links, tmp_path / "links.parquet")
        digests.add(hashlib.sha256((tmp_path / "links.parquet").read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.slow
def test_codes_may_be_numbers_and_days_dates() -> None:
    left, right = both()
    codes = pa.array([int(code) for code in left["addr_code"].to_pylist()])
    left = left.set_column(left.column_names.index("addr_code"), "addr_code", codes)
    days = [date(int(d[:4]), int(d[4:6]), int(d[6:])) for d in right["dob"].to_pylist()]
    right = right.set_column(right.column_names.index("dob"), "dob", pa.array(days))
    sexes = pa.array([1 if sex == "男" else 2 for sex in right["sex"].to_pylist()])
    right = right.set_column(right.column_names.index("sex"), "sex", sexes)
    assert pairs(link(left, right, costs=COSTS).links) == truth()


@pytest.mark.slow
def test_files_and_rows_without_names_are_numbered_from_one(tmp_path: Path) -> None:
    left, right = both()
    pacsv.write_csv(left.drop_columns(["row_id"]), tmp_path / "left.csv")
    pq.write_table(right.drop_columns(["row_id"]), tmp_path / "right.parquet")
    found = link(tmp_path / "left.csv", tmp_path / "right.parquet", costs=COSTS)
    assert pairs(found.links) == {(n + 1, 2 * n + 1) for n in range(40)}


@pytest.mark.slow
def test_a_csv_in_the_office_encoding_is_read(tmp_path: Path) -> None:
    left, right = both()
    pacsv.write_csv(left, tmp_path / "utf8.csv")
    (tmp_path / "left.csv").write_bytes((tmp_path / "utf8.csv").read_text("utf-8").encode("gb18030"))
    assert pairs(link(tmp_path / "left.csv", right, costs=COSTS).links) == truth()


@pytest.mark.slow
@pytest.mark.parametrize(
    "columns", [["row_id", "name", "sex", "dob"], ["row_id", "id_no"], ["row_id", "name", "id_no"]]
)
def test_any_subset_of_columns_will_do(columns: list[str]) -> None:
    left, right = both()
    assert pairs(link(left.select(columns), right, costs=COSTS).links) <= truth()


@pytest.mark.slow
def test_double_registrations_of_both_sides_are_linked() -> None:
    left, right = both()
    again = left.slice(20, 1).set_column(0, "row_id", pa.array(["S9999"]))
    twice = right.slice(60, 1).set_column(0, "row_id", pa.array(["R9999"]))
    found = link(pa.concat_tables([left, again]), pa.concat_tables([right, twice]), costs=COSTS)
    assert pairs(found.links) == truth() | {("S9999", "R0040"), ("S0030", "R9999")}


def renamed_child(**change: str) -> pa.Table:
    """The roll, whose first child (without an ID number) has another name altogether."""
    rows = roll()
    rows[0] |= {"name": rows[0]["name"][0] + "安然"} | change
    return pa.Table.from_pylist(rows)


def test_a_pair_left_over_in_both_lists_is_linked_although_the_name_differs() -> None:
    found = link(renamed_child(), both()[1], costs=COSTS)
    assert pairs(found.links) == truth()
    assert "left_over" in found.links["step"].to_pylist()


@pytest.mark.slow
def test_a_name_that_differs_is_not_linked_without_the_family() -> None:
    alone = {"guardian_name": "", "guardian_id": "", "addr_code": ""}
    found = link(renamed_child(**alone), both()[1], costs=COSTS)
    assert ("S0000", "R0000") not in pairs(found.links)


def test_only_the_plain_command_is_run_quickly() -> None:
    words = ["link", "a.parquet", "b.csv", "--out", "c.parquet"]
    quick = {"left": "a.parquet", "right": "b.csv", "out": "c.parquet"}
    assert plain([*words, "--threads", "2"]) == quick | {"threads": "2"}
    for odd in (
        ["--help"],
        ["--threads", "0"],
        ["--engine", "abacus"],
        ["d"],
        ["--out", "e"],
        ["--key", "k"],
        ["--review"],
    ):
        assert plain([*words, *odd]) is None
    assert plain(["--json", *words]) is None
    assert plain(words[:4]) is None


@pytest.mark.slow
def test_an_empty_list_gives_an_empty_answer() -> None:
    left, right = both()
    assert link(left.slice(0, 0), right, costs=COSTS).links.num_rows == 0
    assert link(left, right.slice(0, 0), costs=COSTS).links.num_rows == 0


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    _, right = both()
    with pytest.raises(Fault, match="E407"):
        link(tmp_path / "none.parquet", right)
    with pytest.raises(Fault, match="E408"):
        link(pa.table({"phone": ["1"]}), right)
    (tmp_path / "bad.csv").write_text("name,id_no\n王小花,1,2,3\n", "utf-8")
    with pytest.raises(Fault, match="E409"):
        link(tmp_path / "bad.csv", right)
    with pytest.raises(Fault, match="E504"):
        link(right, right, engine="abacus")


@pytest.mark.slow
def test_the_page_of_a_run_counts_and_names_nobody(tmp_path: Path) -> None:
    left, right = both()
    page = calibration_page(link(left, right, costs=COSTS))
    assert "合上 40 对" in page
    assert "10.0 比特以上才合" in page
    assert "待核" in page
    assert "http" not in page
    for row in roll():
        assert row["name"] not in page
        assert not row["id_no"] or row["id_no"] not in page


@pytest.mark.slow
def test_the_command_starts_without_a_database_and_what_it_does_not_use(tmp_path: Path) -> None:
    left, right = both()
    pq.write_table(left, tmp_path / "left.parquet")
    pq.write_table(right, tmp_path / "right.parquet")
    start = "from notoneless.cli.entry import main; main()"
    names_ = [str(tmp_path / name) for name in ("left.parquet", "right.parquet", "links.parquet", "page.html")]
    command = [sys.executable, "-c", start, "link", *names_[:2], "--out", names_[2], "--explain", names_[3]]
    for unused in ("numpy", "pandas"):
        (tmp_path / f"{unused}.py").write_text("raise SystemExit(9)", "utf-8")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "no.such.settings", "PYTHONPATH": str(tmp_path)}
    said = subprocess.run(command, check=True, env=environment, cwd=tmp_path, stderr=subprocess.PIPE).stderr
    assert pairs(pq.read_table(tmp_path / "links.parquet")) == truth()
    assert len(said.splitlines()) == 1, "libraries that look back at their end stay silent"
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
