"""Two counties at work, made through the real doors only: lists, sweeps, a verdict, cases, papers, jobs, uploads.

沂南县 is the clerk's, 沂水县 the stranger's; each has one of everything that an address of the desk can name. Its children
are invented. Used by the tests that walk every route.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.lib import cast as c
from tests.lib import rosters
from tests.lib.cast import Cast
from tests.lib.rosters import Pupil

from notoneless.case.records.models import Case
from notoneless.check.records.models import Sweep
from notoneless.flows.import_file import import_file
from notoneless.flows.sweep import run_sweep
from notoneless.link.records.models import Child
from notoneless.org.actions import create_user
from notoneless.org.models import User
from notoneless.roster.records.models import Delivery

SCAN = b"%PDF-1.4 one page"


@dataclass(frozen=True)
class County:
    """Where, who works there, and its five children: away from school, at school, of two numbers, and two nowhere."""

    place: str
    clerk: User
    head: User
    away: Pupil
    present: Pupil
    twofold: Pupil
    missing: Pupil
    settled: Pupil

    @property
    def pupils(self) -> list[Pupil]:
        return [self.away, self.present, self.twofold, self.missing, self.settled]


def home_county(cast: Cast) -> County:
    """沂南县, 岸堤镇中心小学."""
    return _county(c.COUNTY, cast.clerk, cast.head, "王张李赵孙", rosters.XIAOHUA, 31)


def foreign_county(cast: Cast) -> County:
    """沂水县, 沂城街道第二小学; it needs a second person to decide."""
    head = create_user(
        username="stranger_head", display_name="邻县老靳", role="county_head", place_code=c.FOREIGN_COUNTY,
        password=c.PASSWORD, by=cast.admin, now=c.NOW, must_change_password=False,
    )  # fmt: skip
    like = replace(rosters.XIAOHUA, school=c.FOREIGN_SCHOOL, address=rosters.FOREIGN_ADDRESS)
    return _county(c.FOREIGN_COUNTY, cast.stranger, head, "郑冯陈褚卫", like, 51)


def _county(place: str, clerk: User, head: User, surnames: str, like: Pupil, first: int) -> County:
    given = ("春桃", "立夏", "秋实", "冬梅", "小满")
    pupils = [
        replace(like, name=surname + name, birth=like.birth + dt.timedelta(days=40 * n), number=first + n)
        for n, (surname, name) in enumerate(zip(surnames, given, strict=True))
    ]
    return County(place, clerk, head, *pupils)


LISTS = ("户籍", "学籍", "点名")


def lists_of(county: County) -> dict[str, bytes]:
    """The three lists: two children are not on the roll, one is absent, one has another number there."""
    registered = replace(county.twofold, number=county.twofold.number + 10)
    at_school = [county.away, county.present, registered]
    return {
        "户籍": rosters.hukou(county.pupils),
        "学籍": rosters.school_roll(at_school),
        "点名": rosters.head_count(at_school, {county.away.name: "2026-11-02"}),
    }


def sweep_county(county: County, lists: Sequence[str] = LISTS) -> Sweep:
    """Deliver those of the lists that are named, and sweep."""
    sources = lists_of(county)
    for name in lists:
        deliver(county, sources[name], f"{name}.csv")
    return run_sweep(as_of=rosters.AS_OF, by=county.clerk, now=c.NOW, region=county.place).sweep


def deliver(county: County, source: bytes, name: str, as_of: dt.date = rosters.AS_OF) -> Delivery:
    """One list from the county's office."""
    outcome = import_file(
        source=source, file_name=name, sender="县局", as_of=as_of, place_code=county.place, by=county.clerk, now=c.NOW
    )
    assert outcome.delivery is not None, outcome.roster.problems
    return outcome.delivery


def child_of(county: County, pupil: Pupil) -> Child:
    return Child.objects.get(name=pupil.name, place_code__startswith=county.place[:6])


def case_of(county: County, pupil: Pupil) -> Case:
    return Case.objects.get(child=child_of(county, pupil))
