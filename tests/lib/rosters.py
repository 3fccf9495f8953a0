"""Small invented rosters as CSV bytes: a handful of children of 岸堤镇 whom every flow test knows by name."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass

from tests.lib.cast import FOREIGN_SCHOOL, SCHOOL, SECOND_SCHOOL

from notoneless.common.resident_id import check_digit

AS_OF = dt.date(2026, 11, 20)
ADDRESS = "沂南县岸堤镇柳行岔村"
FOREIGN_ADDRESS = "沂水县沂城街道阳东社区"
SCHOOL_NAMES = {SCHOOL: "岸堤镇中心小学", SECOND_SCHOOL: "岸堤镇初级中学", FOREIGN_SCHOOL: "沂城街道第二小学"}


@dataclass(frozen=True)
class Pupil:
    """One invented child; `number` tells the ID's last digits apart."""

    name: str
    birth: dt.date
    number: int
    sex: str = "男"
    school: str = SCHOOL
    grade: str = "四年级"
    address: str = ADDRESS

    @property
    def id_no(self) -> str:
        order = self.number * 2 + (1 if self.sex == "男" else 0)
        body = f"371321{self.birth:%Y%m%d}{order:03d}"
        return body + check_digit(body)


XIAOHUA = Pupil("王小花", dt.date(2016, 5, 2), 11, "女")
QIANG = Pupil("张强", dt.date(2016, 3, 14), 12)
LIQIAN = Pupil("李倩", dt.date(2016, 9, 1), 13, "女", grade="三年级")
DAHAI = Pupil("赵大海", dt.date(2015, 11, 30), 14, grade="五年级")
CAST = [XIAOHUA, QIANG, LIQIAN, DAHAI]


def csv_bytes(header: list[str], rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def hukou(pupils: list[Pupil], status: str = "正常") -> bytes:
    """户籍: one household each."""
    header = ["户号", "姓名", "性别", "民族", "出生日期", "公民身份号码", "与户主关系", "户籍地址", "户籍状态"]
    rows = [
        [f"H{p.number:04d}", p.name, p.sex, "汉族", p.birth.isoformat(), p.id_no, "子女", p.address, status]
        for p in pupils
    ]
    return csv_bytes(header, rows)


def school_roll(pupils: list[Pupil]) -> bytes:
    """学籍: all in class one, home at the known address."""
    header = [
        "学校名称", "学校标识码", "学籍号", "姓名", "性别", "出生日期", "身份证件号", "民族", "年级", "班级",
        "学籍状态", "现住址", "监护人姓名", "联系电话",
    ]  # fmt: skip
    rows = [
        [
            SCHOOL_NAMES[p.school], p.school, f"G{p.id_no}", p.name, p.sex, p.birth.isoformat(), p.id_no, "汉族", p.grade,
            "1班", "在读", p.address, f"{p.name[0]}建国", "19900001234",
        ]
        for p in pupils
    ]  # fmt: skip
    return csv_bytes(header, rows)


def head_count(pupils: list[Pupil], absent: dict[str, str] | None = None) -> bytes:
    """在校点名: everyone present but those in `absent` (name → last day seen)."""
    away = absent or {}
    header = [
        "学校名称",
        "学校标识码",
        "年级",
        "班级",
        "姓名",
        "性别",
        "出生日期",
        "身份证号",
        "是否在校",
        "最后到校日期",
    ]
    rows = [
        [
            SCHOOL_NAMES[p.school], p.school, p.grade, "1班", p.name, p.sex, p.birth.isoformat(), p.id_no,
            "否" if p.name in away else "是", away.get(p.name, ""),
        ]
        for p in pupils
    ]  # fmt: skip
    return csv_bytes(header, rows)
