"""The known cast: the same few invented people in every access test, made through the real actions.

沂南县 (371321) is home; 沂水县 (371323) next door is foreign. 岸堤镇 has two schools: one is foreign to the other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from notoneless.org.actions import create_first_officer, create_user, load_places, load_schools
from notoneless.org.grants import decide_grant
from notoneless.org.models import Grant, User
from notoneless.policy.places import Places, code_range

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PASSWORD = "Yimeng-shan-2026"

COUNTY = "371321000000"
TOWN = "371321101000"
VILLAGE = "371321101200"
OTHER_TOWN = "371321100000"
FOREIGN_COUNTY = "371323000000"
FOREIGN_TOWN = "371323001000"
SCHOOL = "2137001001"
SECOND_SCHOOL = "2137001002"
FOREIGN_SCHOOL = "2137003001"
FEDERATION = "沂南县残疾人联合会"

_SCHOOL_COLUMNS = ("code", "name", "place_code", "stage", "low_grade", "high_grade")
SCHOOLS = [
    dict(zip(_SCHOOL_COLUMNS, row, strict=True))
    for row in (
        (SCHOOL, "岸堤镇中心小学", TOWN, "primary", "1", "6"),
        (SECOND_SCHOOL, "岸堤镇初级中学", TOWN, "junior", "7", "9"),
        (FOREIGN_SCHOOL, "沂城街道第二小学", FOREIGN_TOWN, "primary", "1", "6"),
    )
]


@dataclass(frozen=True)
class Cast:
    """Everyone. `stranger` is a clerk of the next county; `other_principal` has the other school of the same town."""

    admin: User
    clerk: User
    head: User
    township_officer: User
    principal: User
    other_principal: User
    teacher: User
    partner: User
    auditor: User
    security: User
    stranger: User

    def __iter__(self):
        return iter(vars(self).values())

    def person(self, username: str, display_name: str, role: str, now: dt.datetime = NOW, **post: str) -> User:
        """One more account as accounts come to be: made by the administrator, approved by the security administrator."""
        return approved(
            self.admin, self.security, now, username=username, display_name=display_name, role=role, **post
        )


def approved(admin: User, security: User, now: dt.datetime = NOW, **fields: str) -> User:
    """An account that is open; its password is PASSWORD."""
    user = create_user(password=PASSWORD, by=admin, now=now, must_change_password=False, **fields)
    return approve(user, security, now)


def approve(user: User, security: User, now: dt.datetime = NOW) -> User:
    """Approve the account's open asking; returns the account as it is then."""
    grant = Grant.objects.get(user=user, state=Grant.State.OPEN)
    return decide_grant(grant=grant, approved=True, by=security, now=now).user


def make_places(now: dt.datetime = NOW, by: User | None = None) -> None:
    """The two counties with all below and above them, and the three schools."""
    tree = Places.load()
    low, high = code_range(COUNTY)
    foreign_low, foreign_high = code_range(FOREIGN_COUNTY)
    places = {place.code: place for place in (*tree.ancestors(COUNTY), *tree.ancestors(FOREIGN_COUNTY))}
    for place in tree:
        if low <= place.code < high or foreign_low <= place.code < foreign_high:
            places[place.code] = place
    load_places(by=by, now=now, places=places.values())
    load_schools(schools=SCHOOLS, by=by, now=now)


def make_cast(now: dt.datetime = NOW) -> Cast:
    """Places, schools and eleven people; everyone's password is PASSWORD."""
    make_places(now)
    admin = create_first_officer(username="admin", display_name="系统管理员老季", password=PASSWORD, now=now)
    security = create_first_officer(
        username="security", display_name="安全员老卫", role="security_admin", password=PASSWORD, now=now
    )
    security.must_change_password = False
    security.save(update_fields=["must_change_password"])

    def person(username: str, display_name: str, role: str, **post: str) -> User:
        return approved(admin, security, now, username=username, display_name=display_name, role=role, **post)

    return Cast(
        admin=admin,
        clerk=person("clerk", "高明月", "county_clerk", place_code=COUNTY),
        head=person("head", "周立人", "county_head", place_code=COUNTY),
        township_officer=person("town", "石大川", "township_officer", place_code=TOWN),
        principal=person("principal", "孙校长", "principal", school_code=SCHOOL),
        other_principal=person("principal2", "邱校长", "principal", school_code=SECOND_SCHOOL),
        teacher=person("teacher_li", "李老师", "teacher", school_code=SCHOOL),
        partner=person("partner", "残联老于", "partner", place_code=COUNTY, sender=FEDERATION),
        auditor=person("auditor", "审计员老段", "auditor", place_code=COUNTY),
        security=security,
        stranger=person("stranger", "邻县小庄", "county_clerk", place_code=FOREIGN_COUNTY),
    )
