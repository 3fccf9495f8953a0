"""The invented people of the corpus. Nobody of these lives; the numbers only satisfy the check digit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notoneless.common.resident_id import check_digit


@dataclass(frozen=True)
class Child:
    """One invented child. ``order``: the three digits of the ID number that also tell the sex."""

    name: str
    birth: dt.date
    order: int
    village: str
    grade: str
    father: str
    household: str

    @property
    def sex(self) -> str:
        return "男" if self.order % 2 else "女"

    @property
    def id_no(self) -> str:
        return id_number(self.birth, self.order)

    @property
    def father_id(self) -> str:
        return id_number(self.birth.replace(year=self.birth.year - 28, day=11), 117)

    @property
    def phone(self) -> str:
        return f"1990000{self.order:04d}"

    @property
    def address(self) -> str:
        return f"沂南县岸堤镇{self.village}{self.order % 90 + 1}号"


def id_number(birth: dt.date, order: int, area: str = "371321") -> str:
    """A number of 18 characters that passes the check."""
    body = f"{area}{birth:%Y%m%d}{order:03d}"
    return body + check_digit(body)


def old_id_number(birth: dt.date, order: int, area: str = "371321") -> str:
    """A number of the fifteen digits given out before 1999."""
    return f"{area}{birth:%y%m%d}{order:03d}"


CHILDREN = [
    Child("王小燕", dt.date(2013, 5, 2), 122, "柳行岔村", "七年级", "王建国", "371321001"),
    Child("王小川", dt.date(2015, 9, 17), 215, "柳行岔村", "五年级", "王建国", "371321001"),
    Child("李明轩", dt.date(2014, 3, 8), 31, "兴旺村", "六年级", "李守田", "371321002"),
    Child("张雨桐", dt.date(2016, 11, 30), 42, "兴旺村", "四年级", "张大山", "371321003"),
    Child("赵子涵", dt.date(2012, 7, 21), 260, "柳行岔村", "八年级", "赵爱民", "371321004"),
    Child("孙浩然", dt.date(2017, 1, 5), 117, "兴旺村", "三年级", "孙广福", "371321005"),
    Child("周欣怡", dt.date(2015, 12, 12), 88, "柳行岔村", "五年级", "周立新", "371321006"),
    Child("刘宇航", dt.date(2013, 10, 9), 155, "兴旺村", "七年级", "刘长青", "371321007"),
]
LITTLE_ONES = [
    Child("陈一诺", dt.date(2021, 4, 16), 28, "柳行岔村", "小班", "陈向阳", "371321008"),
    Child("杨沐宸", dt.date(2020, 8, 25), 33, "兴旺村", "中班", "杨树林", "371321009"),
    Child("黄可馨", dt.date(2022, 2, 14), 64, "柳行岔村", "托班", "黄少安", "371321010"),
]
