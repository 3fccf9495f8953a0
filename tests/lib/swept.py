"""A small county after a real sweep: three lists through the import flow, one sweep, its gaps opened as cases.

夏小雨 (户籍 only) and 冬小雪 (left the roll) are gaps of 适龄失学; 春小花 is at school; 秋小果 lives in another town of the
county. One 点名 row resembles 春小花 without enough to be sure. Everybody is invented.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tests.lib import cast as c
from tests.lib.web import resident_id

from notoneless.check.records.models import Sweep
from notoneless.flows.import_file import import_file
from notoneless.flows.sweep import run_sweep
from notoneless.link.records.models import Child, ReviewPair
from notoneless.link.records.queries import get_members
from notoneless.org.models import User

AS_OF = dt.date(2026, 11, 20)
HOME, OTHER = "沂南县岸堤镇柳行岔村", "沂南县界湖街道"
HUKOU = "姓名,性别,公民身份号码,出生日期,民族,户口所在地,与户主的关系,户号"
ROLL = "姓名,性别,身份证件号,出生日期,学校名称,学校标识码,年级,班级,学籍号,学籍状态,监护人姓名,监护人电话"


@dataclass(frozen=True)
class Swept:
    """The sweep and the children by name."""

    sweep: Sweep
    girl: Child
    gap: Child
    away: Child


def number(position: int) -> str:
    """The invented ID number of the child at ``position``: born on 5 March 2016, a girl when even."""
    return resident_id(200 + 2 * position)


def sweep_county(by: User, folder: Path, now: dt.datetime = c.NOW, as_of: dt.date = AS_OF) -> Sweep:
    """Import the two lists if they are not in yet, and sweep."""
    for name, kind, text in (("户籍.csv", "hukou", _hukou()), ("学籍.csv", "school_roll", _roll())):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        import_file(
            source=path,
            file_name=name,
            kind=kind,
            sender="县公安局",
            as_of=AS_OF,
            place_code=c.COUNTY,
            by=by,
            now=now,
        )
    return run_sweep(as_of=as_of, by=by, now=now, region=c.COUNTY).sweep


def _hukou() -> str:
    people = [("春小花", 1, HOME), ("夏小雨", 2, HOME), ("秋小果", 3, OTHER)]
    rows = [f"{name},女,{number(at)},2016-03-05,汉族,{place},子,9000{at}" for name, at, place in people]
    return "\r\n".join([HUKOU, *rows])


def _roll() -> str:
    row = (
        f"春小花,女,{number(1)},2016-03-05,岸堤镇中心小学,{c.SCHOOL},五年级,2班,G{number(1)},在读,春大山,13800000001"
    )
    return "\r\n".join([ROLL, row])


def swept(by: User, folder: Path) -> Swept:
    """Sweep and look the children up."""
    sweep = sweep_county(by, folder)
    girl, gap, away = (Child.objects.get(name=name) for name in ("春小花", "夏小雨", "秋小果"))
    return Swept(sweep, girl, gap, away)


def make_pair(home: Swept) -> ReviewPair:
    """A doubtful pair between the roll's row and the gap's 户籍 row, as a sweep would have left it."""
    left, right = (get_members(home.sweep.pk, child.pk)[0] for child in (home.girl, home.gap))
    return ReviewPair.objects.create(
        id="PTEST0000001", sweep=home.sweep.pk, place_code=home.gap.place_code, left_kind=left["kind"],
        left_delivery=left["delivery_id"], left_row_no=left["row_no"], left_key=left["row_key"], left_child=home.girl.pk,
        right_child=home.gap, right_key=right["row_key"], step="borderline", weight=3.5,
        reason="有些相符，把握不足：出生日期相同",
    )  # fmt: skip
