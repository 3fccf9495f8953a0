"""Write examples/three-lists: the three small rosters that the tutorial works with. Everybody in them is invented.

    python tools/make_examples.py [folder]

What is wrong in them is wrong on purpose; docs/tutorial/three-lists-to-first-ledger.md says what each shows.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import xlsxwriter

from notoneless.common.resident_id import check_digit

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "three-lists"
MADE = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
SCHOOL, SCHOOL_CODE = "岸堤镇中心小学", "2137001001"
TOWN = "沂南县岸堤镇"
WIDTH = 20


@dataclass(frozen=True)
class Pupil:
    """One invented child as the lists should have it; `order` tells equal birthdays apart."""

    name: str
    birth: dt.date
    sex: str
    grade: str
    village: str
    parent: str
    order: int = 1

    @property
    def id_no(self) -> str:
        number = self.order * 2 + (1 if self.sex == "男" else 0)
        body = f"371321{self.birth:%Y%m%d}{number:03d}"
        return body + check_digit(body)


GU = Pupil("顾小满", dt.date(2016, 5, 21), "女", "四年级", "柳行岔村", "顾长河")
ZHUANG = Pupil("庄晓阳", dt.date(2015, 10, 8), "男", "五年级", "岸堤村", "庄立冬")
XUE = Pupil("薛雨桐", dt.date(2016, 12, 3), "女", "四年级", "岸堤村", "薛占山")
NIE = Pupil("聂子轩", dt.date(2017, 2, 14), "男", "三年级", "柳行岔村", "聂守田")
MI = Pupil("宓嘉怡", dt.date(2015, 6, 30), "女", "五年级", "岸堤村", "宓传福")
FU = Pupil("符大鹏", dt.date(2016, 8, 19), "男", "四年级", "柳行岔村", "符保国")
LU = Pupil("逯思远", dt.date(2017, 4, 5), "男", "三年级", "岸堤村", "逯文斌")
MOU = Pupil("牟若兮", dt.date(2016, 1, 27), "女", "四年级", "岸堤村", "牟广财")
JIA = Pupil("郏一鸣", dt.date(2015, 3, 12), "男", "五年级", "柳行岔村", "郏永生")
CHAI = Pupil("柴欣然", dt.date(2016, 7, 7), "女", "四年级", "岸堤村", "柴德顺")
TWO_LIKE_TWINS = replace(CHAI, name="柴欣悦", order=2)

REGISTERED = [GU, ZHUANG, XUE, NIE, MI, FU, LU, MOU, CHAI, TWO_LIKE_TWINS]
ENROLLED = [ZHUANG, XUE, NIE, MI, FU, LU, MOU, CHAI, TWO_LIKE_TWINS]
ATTENDING = [ZHUANG, XUE, NIE, MI, FU, LU, MOU, JIA, CHAI, TWO_LIKE_TWINS]
AWAY_SINCE = {XUE: "2026-11-02"}

Rows = list[list[str]]


def hukou() -> Rows:
    """户籍: a title above the heading; one number eaten by Excel, so that its digits are gone."""
    heading = ["户号", "姓名", "性别", "民族", "出生日期", "公民身份号码", "与户主关系", "户籍地址", "户籍状态"]
    rows = []
    for number, pupil in enumerate(REGISTERED, start=1):
        id_no = "3.71321E+17" if pupil is MOU else pupil.id_no
        rows.append(
            [
                f"H{number:04d}", pupil.name, pupil.sex, "汉族", f"{pupil.birth:%Y-%m-%d}", id_no, "子女",
                f"{TOWN}{pupil.village}", "正常",
            ]
        )  # fmt: skip
    return [["岸堤镇 6—15 周岁户籍人口名册（2026 年 11 月）"], heading, *rows]


def school_roll() -> Rows:
    """学籍: one last digit mistyped, one name by ear and without a number, one pupil on it who is registered nowhere."""
    heading = [
        "学校名称", "学校标识码", "年级", "班级", "姓名", "性别", "出生日期", "身份证件号", "学籍状态", "现住址",
        "监护人姓名",
    ]  # fmt: skip
    rows = []
    for pupil in ENROLLED:
        name, id_no = pupil.name, pupil.id_no
        if pupil is ZHUANG:
            id_no = id_no[:-1] + ("0" if id_no[-1] != "0" else "1")
        if pupil is NIE:
            name, id_no = "聂子宣", ""
        rows.append(
            [
                SCHOOL, SCHOOL_CODE, pupil.grade, "1班", name, pupil.sex, f"{pupil.birth:%Y%m%d}", id_no, "在读",
                f"{TOWN}{pupil.village}", pupil.parent,
            ]
        )  # fmt: skip
    return [heading, *rows]


def head_count() -> Rows:
    """在校点名: other columns in another order; one pupil away for weeks, one attending who is on no school roll, one
    whose name and birthday a person must judge."""
    heading = ["班级", "年级", "姓名", "性别", "出生日期", "身份证号", "学校", "学校标识码", "是否在校", "最后到校日"]
    rows = []
    for pupil in ATTENDING:
        last = AWAY_SINCE.get(pupil, "")
        id_no = pupil.id_no
        if pupil is MI:
            pupil, id_no = replace(MI, name="宓佳仪", birth=dt.date(2015, 6, 3)), ""
        rows.append(
            [
                "1班", pupil.grade, pupil.name, pupil.sex, f"{pupil.birth:%Y/%m/%d}", id_no, SCHOOL, SCHOOL_CODE,
                "否" if last else "是", last,
            ]
        )  # fmt: skip
    return [heading, *rows]


def write_xlsx(path: Path, sheet: str, rows: Rows) -> None:
    """All cells as text, as the offices send them; a fixed date of making, so that the bytes stay the same."""
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties({"created": MADE})
        text = workbook.add_format({"num_format": "@"})
        page = workbook.add_worksheet(sheet)
        page.set_column(0, max(map(len, rows)) - 1, WIDTH, text)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write_string(number, column, value, text)


def write_csv(path: Path, rows: Rows) -> None:
    """GB18030 and comma, as a Chinese Excel saves a csv."""
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)


def write_examples(folder: Path) -> None:
    """The three files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_xlsx(folder / "户籍.xlsx", "户籍", hukou())
    write_xlsx(folder / "学籍.xlsx", "学籍", school_roll())
    write_csv(folder / "在校点名.csv", head_count())


if __name__ == "__main__":
    write_examples(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
