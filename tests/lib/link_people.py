"""Invented households with rosters full of slips, and the truth beside them: to tune and test linking.

Not the demo's county: names, rates and code are its own, so that neither is fitted to the other.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from notoneless.common import resident_id

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = "子涵雨欣宇轩浩然梓萱佳怡思远一诺俊杰明慧文博晓燕志强建国海洋丽娜婷玉兰桂英春秋冬夏雪梅小花大军伟芳静敏超勇艳杰涛磊娟霞平刚辉鹏飞红云亮龙凤鑫悦彤琪瑶晨曦阳睿泽安宁康乐成才德福祥瑞"
SOUND_ALIKE = {
    "子": "梓",
    "涵": "函",
    "雨": "宇",
    "欣": "心",
    "轩": "宣",
    "佳": "嘉",
    "晓": "小",
    "志": "智",
    "丽": "莉",
    "伟": "玮",
    "静": "婧",
    "悦": "月",
    "琪": "祺",
    "晨": "辰",
    "阳": "扬",
    "明": "鸣",
}
SCHEMA = pa.schema(
    [
        ("row_no", pa.int32()), ("row_key", pa.string()), ("name", pa.string()), ("sex", pa.string()),
        ("dob", pa.date32()), ("id_no", pa.string()), ("id_state", pa.string()), ("nation", pa.string()),
        ("addr_code", pa.string()), ("phone", pa.string()), ("hh_no", pa.string()), ("relation", pa.string()),
        ("hukou_code", pa.string()), ("school_code", pa.string()), ("school_name", pa.string()),
        ("student_no", pa.string()), ("grade", pa.string()), ("class_no", pa.string()), ("cert_no", pa.string()),
        ("guardian_name", pa.string()), ("guardian_id", pa.string()), ("head_name", pa.string()),
        ("head_id", pa.string()), ("hh_head", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Human:
    """One invented person; `number` is the truth that linking must find."""

    number: int
    name: str
    sex: str
    dob: date
    id_no: str
    village: str
    hh_no: str
    guardian: str = ""
    guardian_id: str = ""
    phone: str = ""
    school: str = ""
    grade: str = ""
    class_no: str = ""


@dataclass
class County:
    """Children and grown-ups, the rosters about them, and who each row is: truth[kind][row_no] = number."""

    children: list[Human] = field(default_factory=list)
    adults: list[Human] = field(default_factory=list)
    rosters: dict[str, pa.Table] = field(default_factory=dict)
    truth: dict[str, dict[int, int]] = field(default_factory=dict)


def table_of(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Roster rows as an accepted-rows table; id_state is read from id_no unless given, row_key made up from the row."""
    full = []
    for number, row in enumerate(rows, start=1):
        parsed = resident_id.parse(row.get("id_no") or "")
        made = {"row_no": number, **row}
        made.setdefault("id_state", parsed.state)
        made["id_no"] = parsed.value
        if isinstance(made.get("dob"), str):
            made["dob"] = date.fromisoformat(made["dob"])
        seed = "|".join(str(made.get(key) or "") for key in ("row_no", "name", "id_no", "hh_no", "student_no"))
        made.setdefault("row_key", hashlib.blake2b(seed.encode(), digest_size=12).hexdigest())
        full.append({name: made.get(name) for name in SCHEMA.names})
    return pa.Table.from_pylist(full, schema=SCHEMA)


def make_county(children: int, seed: int = 1, *, school_errors: float = 1.0) -> County:
    """A county with so many children: 户籍 (with grown-ups), 学籍, 在校点名, 脱贫名单, each with its own slips."""
    chance = random.Random(seed)
    county = _people(chance, children)
    slips = Slips(chance, county)
    everyone = sorted(county.children + county.adults, key=lambda human: (human.hh_no, human.number))
    hukou = [_hukou_row(human) for human in everyone]
    pupils = [child for child in county.children if chance.random() > 0.02]
    roll = [slips.spoil(_roll_row(child), child, school_errors) for child in pupils]
    roll += [slips.spoil(_roll_row(child), child, school_errors) for child in pupils if chance.random() < 0.003]
    seen = [slips.spoil(_count_row(child), child, school_errors * 2) for child in pupils if chance.random() > 0.01]
    poor = [
        slips.spoil(_poor_row(child), child, school_errors * 0.5)
        for child in county.children
        if chance.random() < 0.1
    ]
    lists = {"hukou": hukou, "school_roll": roll, "head_count": seen, "poverty": poor}
    for kind, rows in lists.items():
        chance.shuffle(rows)
        county.truth[kind] = {number: row.pop("truth") for number, row in enumerate(rows, start=1)}
        county.rosters[kind] = table_of(rows)
    return county


def make_id(chance: random.Random, dob: date, sex: str, region: str = "371321") -> str:
    """A formally right invented ID number."""
    sequence = chance.randrange(1, 499) * 2 + (1 if sex == "1" else 0)
    first17 = f"{region}{dob:%Y%m%d}{sequence:03d}"
    return first17 + resident_id.check_digit(first17)


def _people(chance: random.Random, children: int) -> County:
    county = County()
    villages = [f"3713211{town:02d}{village:03d}" for town in range(18) for village in range(200, 230)]
    used: set[str] = set()
    household = 0
    while len(county.children) < children:
        household += 1
        village, surname = chance.choice(villages), chance.choice(SURNAMES)
        parents = [
            _adult(chance, len(county.adults) + i, village, household, used, surname if i == 0 else "")
            for i in range(2)
        ]
        county.adults += parents
        county.children += _siblings(chance, len(county.children), parents[0], surname, used)
    county.children = [replace(child, number=number) for number, child in enumerate(county.children[:children])]
    return county


def _adult(chance: random.Random, number: int, village: str, household: int, used: set[str], surname: str) -> Human:
    dob = date(1970, 1, 1) + timedelta(days=chance.randrange(9000))
    sex = "1" if surname else "2"
    name = (surname or chance.choice(SURNAMES)) + chance.choice(GIVEN) + chance.choice(GIVEN)
    return Human(1_000_000 + number, name, sex, dob, _fresh(chance, dob, sex, used), village, f"H{household:07d}")


def _siblings(chance: random.Random, first: int, father: Human, surname: str, used: set[str]) -> list[Human]:
    twins = chance.random() < 0.01
    shared, dob = chance.choice(GIVEN), _birthday(chance)
    phone = f"139{chance.randrange(10**8):08d}"
    made = []
    for i in range(2 if twins else chance.choice((1, 1, 2, 2, 3))):
        dob = dob if twins else _birthday(chance)
        sex = chance.choice("12")
        name = (
            surname
            + (shared if twins else chance.choice(GIVEN))
            + (chance.choice(GIVEN) if chance.random() < 0.9 or twins else "")
        )
        age = 2026 - dob.year - (dob.month > 8)
        made.append(
            Human(first + i, name, sex, dob, _fresh(chance, dob, sex, used), father.village, father.hh_no, father.name,
                  father.id_no, phone, f"2137{int(father.village[6:9]):06d}", str(max(1, min(12, age - 5))), str(chance.randrange(1, 5)))
        )  # fmt: skip
    return made


def _birthday(chance: random.Random) -> date:
    return date(2008, 9, 1) + timedelta(days=chance.randrange(6000))


def _fresh(chance: random.Random, dob: date, sex: str, used: set[str]) -> str:
    while (number := make_id(chance, dob, sex)) in used:
        continue
    used.add(number)
    return number


def _hukou_row(human: Human) -> dict[str, Any]:
    return {"name": human.name, "sex": human.sex, "dob": human.dob, "id_no": human.id_no, "hh_no": human.hh_no,
            "addr_code": human.village, "truth": human.number}  # fmt: skip


def _roll_row(child: Human) -> dict[str, Any]:
    return {"name": child.name, "sex": child.sex, "dob": child.dob, "id_no": child.id_no, "addr_code": child.village,
            "school_code": child.school, "grade": child.grade, "class_no": child.class_no,
            "student_no": f"L{child.number:018d}", "guardian_name": child.guardian, "phone": child.phone,
            "truth": child.number}  # fmt: skip


def _count_row(child: Human) -> dict[str, Any]:
    return {"name": child.name, "sex": child.sex, "dob": child.dob, "id_no": child.id_no, "school_code": child.school,
            "grade": child.grade, "class_no": child.class_no, "truth": child.number}  # fmt: skip


def _poor_row(child: Human) -> dict[str, Any]:
    return {"name": child.name, "sex": child.sex, "dob": child.dob, "id_no": child.id_no, "addr_code": child.village,
            "hh_no": f"P{child.hh_no}", "head_name": child.guardian, "truth": child.number}  # fmt: skip


class Slips:
    """The error kinds of real lists, drawn at random."""

    def __init__(self, chance: random.Random, county: County) -> None:
        self.chance = chance
        self.county = county

    def spoil(self, row: dict[str, Any], child: Human, rate: float) -> dict[str, Any]:
        """The row with none, one or several slips."""
        if self.chance.random() < 0.05 * rate:
            self._id_no(row, child)
        if self.chance.random() < 0.025 * rate:
            self._name(row)
        if self.chance.random() < 0.015 * rate:
            self._dob(row)
        if self.chance.random() < 0.008 * rate:
            row["sex"] = "21"[int(row["sex"]) - 1]
        if row.get("addr_code") and self.chance.random() < 0.05:
            row["addr_code"] = self.chance.choice(self.county.children).village
        return row

    def _id_no(self, row: dict[str, Any], child: Human) -> None:
        number, spot = row["id_no"], self.chance.randrange(17)
        other = number[:spot] + str((int(number[spot]) + self.chance.randrange(1, 10)) % 10) + number[spot + 1 :]
        swap = number[:spot] + number[spot + 1] + number[spot] + number[spot + 2 :]
        row["id_no"] = self.chance.choice(
            [None, None, None, "无", other, other, other, swap, swap, number[:17], number[:15] + "000",
             child.guardian_id, self.chance.choice(self.county.children).id_no, number[:6] + number[8:17]]
        )  # fmt: skip

    def _name(self, row: dict[str, Any]) -> None:
        name = row["name"]
        spot = self.chance.randrange(1, len(name))
        swapped = name[0] + name[:0:-1]
        row["name"] = self.chance.choice(
            ["".join(SOUND_ALIKE.get(c, c) for c in name), name[:spot] + "?" + name[spot + 1 :], swapped,
             name[:spot] + self.chance.choice(GIVEN) + name[spot + 1 :], self.chance.choice(SURNAMES) + name[1:],
             name[0] + self.chance.choice(GIVEN) + self.chance.choice(GIVEN)]
        )  # fmt: skip

    def _dob(self, row: dict[str, Any]) -> None:
        day: date = row["dob"]
        row["dob"] = self.chance.choice(
            [None, day + timedelta(days=1), day.replace(day=min(day.day, 28), month=day.month % 12 + 1),
             day.replace(year=day.year + 1, day=min(day.day, 28)),
             day.replace(month=day.day, day=day.month) if day.day <= 12 else None]
        )  # fmt: skip
