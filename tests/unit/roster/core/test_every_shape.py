"""Every kind in random shapes: the same values from the same rows, nothing lost; and every way out leads back in."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.corpus.make.cast import Child
from tests.corpus.make.lists import KINDS, at, grid
from tests.corpus.make.writing import text_file
from tests.lib.shapes import children, shape

from notoneless.files.csv_write import write_csv
from notoneless.files.xlsx_write import Sheet, write_workbook
from notoneless.roster.core import Roster, errors_workbook, load_kinds, read_roster

IDS = {kind.name: kind.id for kind in load_kinds().values()}
PLACED = ("row_no", "sheet", "raw")
CHILDREN = children()
KIND_NAMES = st.sampled_from(sorted(KINDS))
SEEDS = st.integers(0, 2**32)
SPOILED = {
    "户籍": [("公民身份号码", "3.71321E+17"), ("姓名", "")],
    "资助发放": [("证件号", "3.71321E+17"), ("姓名", ""), ("金额", "叁佰"), ("学期", "秋季"), ("项目", "午餐")],
    "在校点名": [("身份证号", "3.71321E+17"), ("姓名", "无")],
}
"""Faults that keep a row out; others are taken and said."""


def tried(examples: int) -> Callable[[Any], Any]:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=checks, print_blob=True)


def values(roster: Roster, *but: str) -> list[tuple[Any, ...]]:
    """The accepted rows without where they stood."""
    return [tuple(row.values()) for row in roster.rows.drop_columns([*PLACED, *but]).to_pylist()]


def check_same_in_any_shape(form: str, people: list[Child], name: str, seed: int) -> None:
    rows = grid(name, people)
    plain = read_roster(text_file(rows), IDS[name], file_name="名单.csv")
    shaped = shape(rows, form, random.Random(seed))
    found = read_roster(shaped.data, IDS[name], file_name=shaped.name)
    counts = found.counts
    assert counts.read == counts.accepted + counts.refused + counts.duplicate + counts.ignored
    assert (counts.accepted, counts.refused, counts.duplicate) == (len(people), 0, 0)
    assert values(found) == values(plain)
    sheets = [sheet.name for sheet in found.head.sheets]
    places = zip(found.rows["sheet"].to_pylist(), found.rows["row_no"].to_pylist(), strict=True)
    assert [(sheets.index(sheet), row) for sheet, row in places] == shaped.places
    assert [Counter(row) & Counter(map(str, raw)) for row, raw in zip(found.rows["raw"].to_pylist(), rows[1:], strict=True)] == [
        Counter(map(str, raw)) for raw in rows[1:]
    ]  # fmt: skip


@pytest.mark.slow
@tried(120)
@given(people=CHILDREN, name=KIND_NAMES, seed=SEEDS)
def test_csv_in_any_shape(people: list[Child], name: str, seed: int) -> None:
    check_same_in_any_shape("csv", people, name, seed)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["xlsx", "xls"])
@tried(25)
@given(people=CHILDREN, name=KIND_NAMES, seed=SEEDS)
def test_workbook_in_any_shape(form: str, people: list[Child], name: str, seed: int) -> None:
    check_same_in_any_shape(form, people, name, seed)


@pytest.mark.slow
@tried(15)
@given(people=CHILDREN, name=st.sampled_from(sorted(SPOILED)), seed=SEEDS)
def test_refused_corrected_and_sent_again_gives_the_clean_list(people: list[Child], name: str, seed: int) -> None:
    chance = random.Random(seed)
    clean, sent = grid(name, people), grid(name, people)
    spoiled = chance.sample(range(2, len(sent) + 1), chance.randint(1, len(people)))
    for row in spoiled:
        at(sent, row, *chance.choice(SPOILED[name]))
    first = read_roster(text_file(sent), IDS[name], file_name="名单.csv")
    assert sorted(first.refused["row_no"].to_pylist()) == sorted(spoiled)
    again = read_roster(mended(first, clean), file_name="名单_错误.xlsx")
    assert (again.kind, again.mends) == (IDS[name], True)
    whole = read_roster(text_file(clean), IDS[name], file_name="名单.csv")
    assert Counter(values(first) + values(again)) == Counter(values(whole))


def mended(roster: Roster, clean: list) -> bytes:
    """The error workbook with every cell of its rows typed anew as the clean list has it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "错误.xlsx"
        errors_workbook(roster, path)
        book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for line, row in enumerate(roster.refused["row_no"].to_pylist(), start=2):
        for place, cell in enumerate(clean[row - 1], start=1):
            page.cell(line, place).value = cell
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


HOSTILE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["=1+1", "-", "+8653912345", "@岸堤镇", "'柳行岔村", "＝A1", "2026-09-01", "001", "1e5", "TRUE", "#N/A"]
)


@pytest.mark.slow
@tried(60)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=8), form=st.sampled_from(["csv", "csv", "csv", "xlsx"]))
def test_a_list_that_was_exported_comes_back_unchanged(texts: list[str], form: str) -> None:
    from tests.corpus.make.cast import CHILDREN as EIGHT

    rows = grid("户籍", EIGHT[: len(texts)])
    for row, text in enumerate(texts, start=2):
        at(rows, row, "户籍地址", text)
    first = read_roster(text_file(rows, quote=True), "hukou", file_name="名单.csv")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"名单.{form}"
        if form == "csv":
            write_csv(path, first.header, first.rows["raw"].to_pylist())
        else:
            write_workbook(path, [Sheet("户籍", first.header, first.rows["raw"].to_pylist())])
        again = read_roster(path, "hukou")
    assert values(again) == values(first)
    assert again.counts == first.counts
