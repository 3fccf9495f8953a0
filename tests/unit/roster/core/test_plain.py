"""What is taken as plain without a closer look, and what the closer look would say: always the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notoneless.common.errors import Fault
from notoneless.common.resident_id import check_digit
from notoneless.roster.core import Correction, Roster, chunk, evened, load_kinds, people, read_roster
from notoneless.roster.core.cells import CellReader
from notoneless.roster.core.evened import evened_rows
from notoneless.roster.core.grid import Grid, Texts, group_rows, too_wide
from notoneless.roster.core.header_text import tidy
from notoneless.roster.core.normalise import normalise
from notoneless.roster.core.people import IdentityReader, judge_identity
from notoneless.roster.core.plain import PLAIN, read_ids, unusual
from notoneless.roster.core.rows import RowFilter

KIND = load_kinds()["school_roll"]
EMPTY = frozenset(KIND.words["empty_cells"])
COLUMNS = {
    "text": "home_addr",
    "name": "guardian_name",
    "digits": "phone",
    "student_no": "student_no",
    "id_no": "guardian_id",
}
ODD_LETTERS = (
    " \t\n\u3000\xa0\xad\u200b\ufeff\ufe0f\ufffd'‘’`=\"“（）()１Ａ０·.某一无龥鿿㐀𠮷GLJXx*#/-\x00\x7f\x85\u1680\u2028"
)


def known_id(body: str) -> str:
    return body + check_digit(body)


LOST_DIGITS = next(
    number for day in range(1, 29) if (number := known_id(f"371321201102{day:02d}100")).endswith("000")
)
"""A right number that ends as those do which a spreadsheet has cut off."""
BODIES = st.builds(
    lambda area, day, number: f"{area}{day:%Y%m%d}{number:03d}",
    st.sampled_from(["371321", "110101", "810000", "991321", "937000", "001321"]),
    st.dates(dt.date(1890, 1, 1), dt.date(2105, 12, 31)),
    st.integers(0, 999),
)
IDS = BODIES.map(known_id) | st.builds(
    lambda body, last: body + last,
    BODIES | st.from_regex(r"37132120[012][0-9]{8}", fullmatch=True),
    st.sampled_from("0123456789Xx"),
)
CELLS = (
    IDS
    | st.builds(lambda letter, number: letter + number, st.sampled_from("GLJgZ"), IDS)
    | st.text(st.sampled_from("0123456789"), max_size=20)
    | st.text(st.characters(min_codepoint=0x4DFE, max_codepoint=0xA001), max_size=5)
    | st.sampled_from([*sorted(EMPTY), "无名氏", "未取名", "王某", "张小花", "岸堤镇柳行岔村3号"])
    | st.text(st.sampled_from(ODD_LETTERS) | st.sampled_from("王李张0123456789abX"), max_size=8)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
)
LISTS = st.lists(CELLS, min_size=1, max_size=30)


def texts_of(cells: list[str]) -> Texts:
    return Texts.of(pa.array(cells, pa.string()))


@pytest.mark.parametrize("sort", sorted(PLAIN))
@settings(deadline=None)
@given(cells=LISTS)
@example(
    [
        "无名氏",
        "未取名",
        "王某",
        "无",
        "暂无",
        "张小花",
        "张\u3000小花",
        "＇张小花",
        "\ufeff张小花",
        "'19900006603",
        "１９９0",
    ]
)
@example(
    [
        "G371321201102030014",
        "G37132120110203001x",
        "X371321201102030014",
        "19900006603",
        "0",
        "-",
        "岸堤镇\u3000柳行岔村",
    ]
)
def test_a_column_is_read_as_its_cells_are(sort: str, cells: list[str]) -> None:
    column = KIND.column(COLUMNS[sort])
    assert column.type == sort
    texts = texts_of(cells)
    reader = CellReader(
        lambda cell: normalise(cell, column, EMPTY), pa.string(), PLAIN[sort], pa.array(sorted(EMPTY))
    )
    read = reader.read(texts)
    one_by_one = [normalise(cell, column, EMPTY) for cell in cells]
    assert texts.spread(read.values).to_pylist() == [value for value, _ in one_by_one]
    assert read.found(texts) == [(at, issue) for at, (_, issue) in enumerate(one_by_one) if issue]


@settings(deadline=None)
@given(LISTS)
@example(
    [
        "371321201102290014",
        known_id("37132120110229001"),
        known_id("37132120120229001"),
        known_id("99132120110101001"),
    ]
)
@example([LOST_DIGITS, known_id("37132121000101001"), known_id("37132118991231001"), known_id("00132120110101001")])
def test_id_cells_are_read_as_one_by_one(cells: list[str]) -> None:
    column = KIND.column("id_no")
    identities, issues = IdentityReader(column).read(texts_of(cells))
    one_by_one = [judge_identity(cell, column) for cell in cells]
    found = [identity for identity, _ in one_by_one]
    assert identities.numbers.to_pylist() == [each.value or None for each in found]
    assert identities.states.to_pylist() == [each.state for each in found]
    assert identities.births.to_pylist() == [each.birth for each in found]
    assert identities.sexes.to_pylist() == [each.sex or None for each in found]
    assert issues == [(at, issue) for at, (_, issue) in enumerate(one_by_one) if issue]


@settings(deadline=None)
@given(LISTS)
def test_what_is_not_unusual_is_tidy_and_needs_no_evening(cells: list[str]) -> None:
    usual = np.flatnonzero(~unusual(pa.array(cells, pa.string())))
    assert all(tidy(cells[at]) == cells[at] for at in usual)
    rows, _ = evened_rows(texts_of([cells[at] for at in usual]), KIND.column("name"))
    assert not len(rows)


def test_most_of_a_real_list_is_plain() -> None:
    """Else all would still be right, but slow."""
    number = known_id("37132120110203001")
    for sort, cells in {
        "text": ["山东省临沂市沂南县岸堤镇柳行岔村3号", "汉族"],
        "name": ["张小花", "王花", "欧阳小花"],
        "digits": ["19900006603", "2137324001"],
        "student_no": [f"G{number}", f"L{number}"],
        "id_no": [number, known_id("81000020110203001")],
    }.items():
        assert PLAIN[sort](pa.array(cells)).all(), sort
    mask, births, sexes = read_ids(pa.array([number, number[:-1]]))
    assert (mask.tolist(), births.to_pylist(), sexes.to_pylist()) == (
        [True, False], [dt.date(2011, 2, 3), None], ["2" if int(number[16]) % 2 == 0 else "1", None],
    )  # fmt: skip


HEADER = [
    "姓名",
    "身份证件号",
    "性别",
    "出生日期",
    "学籍号",
    "年级",
    "家庭地址",
    "监护人姓名",
    "监护人证件号",
    "联系电话",
]
DAYS = st.sampled_from(["2015-03-01", "20150301", "2015年3月1日", "2031-01-01", "农历2015年正月初一", "", "不详"])
WORDS = {
    "性别": st.sampled_from(["男", "女", "1", "", "未知", "nan"]),
    "出生日期": DAYS,
    "年级": st.sampled_from(["一年级", "九", "", "高飞"]),
}
PUPILS = st.lists(st.tuples(*(WORDS.get(heading, CELLS) for heading in HEADER)), min_size=1, max_size=12)


def everything(roster: Roster) -> tuple[object, ...]:
    return (
        roster.rows.to_pylist(), roster.refused.to_pylist(), roster.problems, roster.counts, dict(roster.problem_counts),
        dict(roster.ignored), dict(roster.corrected), list(roster.suggestions),
    )  # fmt: skip


def read(pupils: list[tuple[str, ...]], chunk_rows: int) -> tuple[object, ...]:
    lines = io.StringIO()
    csv.writer(lines).writerows([HEADER, *pupils, *pupils[::2]])
    corrections = [Correction("addr", "fragment", "柳行岔", "柳行叉"), Correction("dob", "birth_from_id")]
    try:
        roster = read_roster(
            lines.getvalue().encode(), "school_roll", file_name="学籍.csv", as_of=dt.date(2026, 9, 1), within="371321",
            index_key=b"key", chunk_rows=chunk_rows, corrections=corrections,
        )  # fmt: skip
    except Fault as fault:
        return (fault.code,)
    return everything(roster)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(PUPILS)
def test_a_list_is_the_same_when_nothing_counts_as_plain(pupils: list[tuple[str, ...]]) -> None:
    def nothing(texts: pa.StringArray) -> tuple[np.ndarray, pa.Array, pa.Array]:
        size = len(texts)
        return np.zeros(size, np.bool_), pa.nulls(size, pa.date32()), pa.nulls(size, pa.string())

    quick = read(pupils, 100)
    with (
        patch.object(chunk, "PLAIN", {}),
        patch.object(people, "read_ids", nothing),
        patch.object(evened, "unusual", lambda texts: np.ones(len(texts), np.bool_)),
        patch.object(RowFilter, "_suspects", lambda self, grid: np.ones(grid.size, np.bool_)),
    ):
        assert read(pupils, 100) == quick
    assert read(pupils, 3)[:2] == quick[:2], "rows, keys and refused rows do not depend on the chunks"


ROWS = st.lists(st.lists(st.sampled_from(["", "甲", "乙丙", " "]), max_size=5), min_size=1, max_size=12)


@settings(deadline=None)
@given(ROWS, st.integers(1, 4), st.integers(0, 3))
def test_a_grid_holds_the_rows_cut_or_filled_up(rows: list[list[str]], width: int, skip: int) -> None:
    block = pa.array([["x"] * 3] * skip + rows, pa.list_(pa.string())).slice(skip)
    even = [(row + [""] * width)[:width] for row in rows]
    grid = Grid.of(block, width)
    assert (grid.size, grid.raw.to_pylist()) == (len(rows), even)
    assert [grid.column(at).to_pylist() for at in range(width)] == [list(cells) for cells in zip(*even, strict=True)]
    assert [grid.row(at) for at in range(grid.size)] == even
    some = np.arange(grid.size)[::2]
    assert grid.take(some).raw.to_pylist() == even[::2]
    assert too_wide(block, width) == [at for at, row in enumerate(rows) if any(cell.strip() for cell in row[width:])]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("甲乙"), st.sampled_from(["1", "2", None])), min_size=1, max_size=20))
def test_rows_are_grouped_by_all_their_values(rows: list[tuple[str, str | None]]) -> None:
    first, group = group_rows([pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)])
    assert [rows[first[each]] for each in group] == rows
    assert len(first) == len(set(rows))
