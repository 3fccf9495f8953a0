"""Whatever shape a list comes in, the same people come out, each from the row it stood in."""

from __future__ import annotations

import csv
import datetime
import io
import random
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notoneless.common.resident_id import check_digit
from notoneless.roster.core import KindDefinition, load_kinds, read_roster

KINDS = load_kinds()
TELLING = {
    "hukou": ["hh_no", "relation", "hukou_status"],
    "school_roll": ["student_no", "grade", "boarding", "roll_status"],
    "poverty": ["household_type", "person_no", "student_state"],
    "head_count": ["grade", "present", "absent_reason"],
    "disability": ["cert_no", "disability_kind"],
}
VALUES = {
    "hh_no": "0012",
    "relation": "女儿",
    "hukou_status": "正常",
    "student_no": "",
    "grade": "七年级",
    "boarding": "走读",
    "roll_status": "在读",
    "household_type": "脱贫户",
    "person_no": "01",
    "student_state": "小学",
    "present": "是",
    "absent_reason": "",
    "cert_no": "",
    "disability_kind": "听力",
}
DATE_FORMS = [
    "{:%Y%m%d}",
    "{:%Y-%m-%d}",
    "{0:%Y}/{0.month}/{0.day}",
    "{0:%Y}年{0.month}月{0.day}日",
    "{0:%Y}.{0.month}.{0.day}",
]
NAME_FORMS = ["{}", " {} ", "{}\u200b", "'{}", "\u3000{}"]
ID_FORMS = ["{}", "'{}", " {}", "{}\t"]
DECORATIONS = ["{}", "★{}", " {} ", "{}：", "{}（必填）", "*{}"]
TITLES = ["某县2026年秋季名单", "", "填报单位：某乡中心校", "截至2026年9月1日"]
CELL_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r\v\f")
"""Anything that text may hold: other control characters make a file binary."""
PEOPLE = st.lists(
    st.tuples(
        st.text("王李张欧阳小花川禾燕", min_size=2, max_size=4),
        st.dates(datetime.date(2008, 1, 1), datetime.date(2022, 12, 31)),
        st.integers(1, 999),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


def as_csv(rows: list[list[str]], rng: random.Random) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator=rng.choice(["\n", "\r\n"])).writerows(rows)
    return text.getvalue().encode(rng.choice(["gb18030", "utf-8", "utf-8-sig", "utf-16"]))


def as_xlsxwriter(rows: list[list[str]], rng: random.Random) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_numbers": False})
    book.add_worksheet("说明").write(0, 0, "请如实填写")
    page = book.add_worksheet("名单")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write_string(number, column, cell)
    book.close()
    return data.getvalue()


def as_openpyxl(rows: list[list[str]], rng: random.Random) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell.replace("\u200b", "") or None for cell in row])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def as_xls(rows: list[list[str]], rng: random.Random) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("名单")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write(number, column, cell)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def heading(kind: KindDefinition, column_id: str, rng: random.Random) -> str:
    """Any heading of the column, decorated as people do."""
    return rng.choice(DECORATIONS).format(rng.choice(kind.column(column_id).headings))


def lay_out(kind: KindDefinition, people: list[Any], rng: random.Random) -> tuple[list[list[str]], list[Any]]:
    """The rows of a sheet, and (row number, name, ID number, birthday) of the people in it."""
    columns = ["name", "id_no", "dob", "sex", *TELLING[kind.id], "", ""]
    rng.shuffle(columns)
    header = [heading(kind, each, rng) if each else rng.choice(["备注栏", "甲乙", ""]) for each in columns]
    rows = [[rng.choice(TITLES), *[""] * (len(columns) - 1)] for _ in range(rng.randint(0, 5))]
    rows.append(header)
    expected = []
    date_form = rng.choice(DATE_FORMS)
    for name, born, sequence in people:
        body = f"371321{born:%Y%m%d}{sequence:03d}"
        number = body + check_digit(body)
        sex = "男" if sequence % 2 else "女"
        cells = {**VALUES, "": rng.choice(["", "随便"]), "sex": sex, "dob": date_form.format(born)}
        cells["name"], cells["id_no"] = rng.choice(NAME_FORMS).format(name), rng.choice(ID_FORMS).format(number)
        for _ in range(rng.randint(0, 1)):
            rows.append(rng.choice([[""] * len(columns), header]))
        rows.append([cells[each] for each in columns])
        expected.append((len(rows), name, number, born))
    if rng.random() < 0.5:
        rows.append(["合计", *[""] * (len(columns) - 1)])
    return rows, expected


@pytest.mark.parametrize(
    "write", [as_csv, *(pytest.param(each, marks=pytest.mark.slow) for each in (as_xlsxwriter, as_openpyxl, as_xls))]
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(people=PEOPLE, kind_id=st.sampled_from(sorted(TELLING)), seed=st.integers(0, 2**32))
def test_same_people_from_any_shape(write: Any, people: list[Any], kind_id: str, seed: int) -> None:
    rng = random.Random(seed)
    rows, expected = lay_out(KINDS[kind_id], people, rng)
    roster = read_roster(write(rows, rng), file_name=f"{KINDS[kind_id].hints[0]}.dat")
    assert roster.kind == kind_id
    counts = roster.counts
    assert counts.read == counts.accepted + counts.refused + counts.duplicate + counts.ignored
    assert (counts.accepted, counts.refused, counts.duplicate) == (len(people), 0, 0)
    columns = ("row_no", "name", "id_no", "dob")
    found = list(zip(*(roster.rows[each].to_pylist() for each in columns), strict=True))
    assert [row[1:] for row in found] == [row[1:] for row in expected]
    assert [row[0] for row in found] == [row[0] for row in expected]
    assert set(roster.rows["id_state"].to_pylist()) <= {"valid", "damaged"}


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), max_size=5), max_size=12
    ),
    mark=st.sampled_from([",", "\t", ";"]),
)
def test_no_rubbish_loses_a_row(rows: list[list[str]], mark: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writerow(["姓名", "身份证号", "户号"])
    writer.writerow(["王小燕", "", "1"])
    writer.writerows(rows)
    roster = read_roster(text.getvalue().encode(), "hukou", file_name="户籍.csv")
    counts = roster.counts
    assert counts.read == 1 + len(rows)
    assert counts.read == counts.accepted + counts.refused + counts.duplicate + counts.ignored
    assert counts.accepted == roster.rows.num_rows
    assert counts.refused == roster.refused.num_rows
