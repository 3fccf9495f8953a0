"""The columns of a ledger, each once: its title, its width on paper and in a workbook, and its text.

The desk may show a column with links and marks (web/ledger/cells.py); files and the command line take the text.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings

from notoneless.case.core.states import state_name
from notoneless.check.core import load_checks
from notoneless.common import phones, resident_id
from notoneless.common.wording import Wording, worded
from notoneless.flows.ledger import Ledger, LedgerRow
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places
from notoneless.roster.core.people import SEX_NAMES

MOST_PLACES = 20_000


@dataclass(frozen=True)
class Column:
    """``text(row)`` is what a file holds; ``width`` in characters."""

    id: str
    title: str
    width: float
    text: Callable[[LedgerRow], str]


@functools.lru_cache(maxsize=MOST_PLACES)
def place_label(code: str) -> str:
    """岸堤镇柳行岔村: a place as a reader calls it, worked out once a process."""
    return Places.load().label(code)


@functools.lru_cache(maxsize=8)
def grade_names(day: dt.date) -> dict[str, str]:
    """Grade → 三年级, in the order of the policy pack's stages on that day."""
    stages = load_pack(settings.REGION, day).full_table("school_stages").rows
    return {stage["grade"]: stage["name"] for stage in stages}


@functools.lru_cache(maxsize=4)
def _grades_of_year(_year: int) -> dict[str, str]:
    return grade_names(dt.date(_year, 12, 31))


def class_text(row: LedgerRow) -> str:
    """五年级 2班; what is no known grade as it is."""
    child = row.child
    name = _grades_of_year(dt.date.max.year).get(child.grade, child.grade)
    number = worded("{n}班", n=child.class_no) if child.class_no.isdigit() else child.class_no
    return f"{name} {number}".strip()


@functools.cache
def check_names() -> dict[str, str]:
    """Check id → name, also of every check that a gap may still bear."""
    return {check_id: check.name for check_id, check in load_checks().items()}


def _gaps(row: LedgerRow) -> str:
    return "；".join(f"{check_names().get(gap.check_id, gap.check_id)}：{gap.reason}" for gap in row.gaps)


def _lists(row: LedgerRow) -> str:
    child = row.child
    marks = (
        (Wording("户籍"), child.in_hukou),
        (Wording("学籍"), child.in_school_roll),
        (Wording("点名"), child.in_head_count),
    )
    return "、".join(str(name) for name, there in marks if there)


COLUMNS: dict[str, Column] = {
    column.id: column
    for column in (
        Column("child", Wording("孩子编号"), 15, lambda row: row.child.pk),
        Column("name", Wording("姓名"), 10, lambda row: row.child.name),
        Column("sex", Wording("性别"), 5, lambda row: SEX_NAMES.get(row.child.sex, "")),
        Column(
            "birth",
            Wording("出生日期"),
            12,
            lambda row: row.child.birth_date.isoformat() if row.child.birth_date else "",
        ),
        Column(
            "id_no",
            Wording("身份证号"),
            21,
            lambda row: resident_id.mask(str(row.child.id_no)) if row.child.id_no else "",
        ),
        Column("nation", Wording("民族"), 8, lambda row: row.child.nation),
        Column("place", Wording("辖区"), 22, lambda row: place_label(row.child.place_code)),
        Column("school", Wording("学校"), 24, lambda row: row.child.school_name),
        Column("class", Wording("年级班"), 12, class_text),
        Column("lists", Wording("在哪些名册"), 16, _lists),
        Column("categories", Wording("类别"), 16, lambda row: "、".join(map(str, row.categories))),
        Column("guardian", Wording("监护人"), 10, lambda row: row.child.guardian_name),
        Column("phone", Wording("监护人电话"), 14, lambda row: phones.mask(str(row.child.guardian_phone))),
        Column("gaps", Wording("缺口与原因"), 60, _gaps),
        Column("case", Wording("个案"), 14, lambda row: row.case.pk if row.case else ""),
        Column("state", Wording("个案状态"), 10, lambda row: state_name(row.case.state) if row.case else ""),
        Column(
            "owner",
            Wording("责任人"),
            10,
            lambda row: row.case.owner.display_name if row.case and row.case.owner else "",
        ),
        Column("due", Wording("截止日期"), 12, lambda row: row.case.due_date.isoformat() if row.case else ""),
    )
}
COMMAND_LINE: tuple[Column, ...] = (
    *(COLUMNS[name] for name in ("child", "name", "sex", "birth", "id_no", "place", "school")),
    Column("grade", Wording("年级"), 6, lambda row: row.child.grade),
    Column("class_no", Wording("班级"), 8, lambda row: row.child.class_no),
    COLUMNS["categories"],
    Column(
        "checks",
        Wording("缺口"),
        20,
        lambda row: "、".join(str(check_names().get(gap.check_id, "")) for gap in row.gaps),
    ),
    Column("reasons", Wording("原因"), 60, lambda row: "；".join(gap.reason for gap in row.gaps)),
    *(COLUMNS[name] for name in ("case", "state", "owner", "due")),
)
"""What ``notoneless ledger`` prints: one value a column, under titles that scripts rely on."""
USUAL = ("name", "sex", "birth", "id_no", "place", "school", "class", "categories", "gaps", "state", "owner", "due")
"""What a ledger shows unless it says otherwise (ledgers.yaml) or the person has chosen."""
WHOLE = {
    "id_no": lambda row: str(row.child.id_no),
    "phone": lambda row: str(row.child.guardian_phone),
}
"""Columns whose numbers are masked → how they read whole, for those who may and say what for."""
MOST_COLUMNS = 12
"""More do not fit on A4 landscape in readable type."""


def columns_of(ledger: Ledger, chosen: Iterable[str] = ()) -> list[Column]:
    """The columns that a person has chosen, or those of the ledger; unknown names are left out, the name never is."""
    wanted = [name for name in chosen if name in COLUMNS] or list(ledger.columns or USUAL)
    return [COLUMNS[name] for name in dict.fromkeys(["name", *wanted] if "name" not in wanted else wanted)]


def texts(columns: Sequence[Column], row: LedgerRow, *, whole: bool = False) -> list[str]:
    """One row of a file; with ``whole`` numbers are not masked."""
    if whole:
        return [WHOLE.get(column.id, column.text)(row) for column in columns]
    return [column.text(row) for column in columns]
