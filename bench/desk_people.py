"""The invented city of bench/desk.py, written straight into the tables: children, open cases, accounts, sessions.

Runs in a process of its own with the data folder and the database of the bench in its environment; prints the session
cookies and the places to ask for as one line of JSON.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import django  # noqa: E402

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from notoneless.case.core.states import FINAL_STATES, State  # noqa: E402
from notoneless.case.records.models import Case, Gap  # noqa: E402
from notoneless.check.core import load_checks  # noqa: E402
from notoneless.check.records.models import Sweep  # noqa: E402
from notoneless.common import names  # noqa: E402
from notoneless.common.resident_id import check_digit  # noqa: E402
from notoneless.link.records.children import FLAGS  # noqa: E402
from notoneless.link.records.counts import refresh_counts  # noqa: E402
from notoneless.link.records.models import Child  # noqa: E402
from notoneless.link.records.search import id_tail  # noqa: E402
from notoneless.org.actions import create_first_officer, create_user, load_places, load_schools  # noqa: E402
from notoneless.org.grants import decide_grant  # noqa: E402
from notoneless.org.keys import keyring  # noqa: E402
from notoneless.org.login import BACKEND  # noqa: E402
from notoneless.org.models import Grant, User  # noqa: E402
from notoneless.org.sealed import seal_text  # noqa: E402
from notoneless.policy.places import Places  # noqa: E402
from notoneless.trail.many_rows import indexes_built_after, insert_all, insert_rows  # noqa: E402

CITY = "371300000000"
SWEEP = "20261101-bench00000"
AS_OF = dt.date(2026, 11, 1)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "一伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰宇轩梓涵欣怡子墨浩然思雨诗琪晨曦语嫣佳慧俊博文雅楠"
FLAG_SHARES = {
    "is_poverty": 0.03, "is_disability": 0.008, "is_low_income": 0.02, "is_destitute": 0.003, "is_orphan": 0.0005,
    "is_left_behind": 0.05, "has_conflict": 0.02,
}  # fmt: skip
SCHOOLS_A_TOWN = 12
COLUMNS = [
    "id", "name", "initials", "sex", "birth_date", "id_no", "id_index", "id_tail", "guardian_phone", "phone_index",
    "id_state", "nation", "place_code", "school_code", "school_name", "grade", "class_no", "guardian_name", *FLAGS,
    "first_sweep", "last_sweep", "merged_into", "gone",
]  # fmt: skip
GAPS = ("not_enrolled", "enrolled_not_attending", "suspected_dropout", "aid_missed", "id_invalid", "poor_dropout")
STATES = [state.value for state in State if state not in FINAL_STATES and state is not State.TRANSFERRING]
PASSWORD = "Yimeng-shan-2026"


def main() -> None:
    """Build everything and tell the cookies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--children", type=int, required=True)
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    started = time.monotonic()
    call_command("migrate", verbosity=0)
    chance = random.Random(arguments.seed)
    places = Places.load()
    towns = places.below(CITY, "town")
    with transaction.atomic():
        people = make_people(places, towns)
    write_children(arguments.children, chance, places, towns)
    with transaction.atomic():
        write_cases(arguments.cases, chance, people)
        refresh_counts()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    told = {
        "cookies": {user.username: session_of(user) for user in people},
        "towns": [town.code for town in towns],
        "numbers": some_numbers(chance),
        "deep": deep_marks(arguments.children),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(told))


def make_people(places: Places, towns: Sequence[Any]) -> list[User]:
    """Places, twelve schools a township, one clerk a county, one of the city, one officer and one principal."""
    now = timezone.now()
    above = [place for place in places.ancestors(CITY) if place.code != CITY]
    load_places(by=None, now=now, places=[*above, *(p for p in places if p.code.startswith(CITY[:4]))])
    rows = [
        {"code": school_code(town, number), "name": f"{town.name}第{number + 1}小学", "place_code": town.code,
         "stage": "primary", "low_grade": "1", "high_grade": "9"}
        for town in towns for number in range(SCHOOLS_A_TOWN)
    ]  # fmt: skip
    load_schools(schools=rows, by=None, now=now)
    admin, security = (
        create_first_officer(username=name, display_name=display, role=role, password=PASSWORD, now=now)
        for name, display, role in (
            ("admin", "系统管理员", "system_admin"), ("security", "安全管理员", "security_admin"),
        )
    )  # fmt: skip
    posts = [("city", "county_clerk", {"place_code": CITY})]
    posts += [
        (f"county{n}", "county_clerk", {"place_code": p.code}) for n, p in enumerate(places.below(CITY, "county"))
    ]
    posts += [
        ("town", "township_officer", {"place_code": towns[0].code}),
        ("principal", "principal", {"school_code": rows[0]["code"]}),
    ]
    for name, role, post in posts:
        asked = create_user(
            username=name, display_name=f"经办{name}", role=role, password=PASSWORD, by=admin, now=now,
            must_change_password=False, **post,
        )  # fmt: skip
        decide_grant(grant=Grant.objects.get(user=asked), approved=True, by=security, now=now)
    people = list(User.objects.filter(username__in=[name for name, _, _ in posts]).order_by("pk"))
    Sweep.objects.create(
        id=SWEEP, as_of=AS_OF, region=CITY, policy_version="bench", policy_digest="0" * 64, manifest_digest="0" * 64,
        created_by=people[0], created_at=now,
    )  # fmt: skip
    return people


def school_code(town: Any, number: int) -> str:
    """Ten digits: the county's, the township's, the school's."""
    return f"{town.code[2:9]}{number:03d}"


def write_children(number: int, chance: random.Random, places: Places, towns: Sequence[Any]) -> None:
    """All children by one prepared statement, as a first sweep writes them."""
    with transaction.atomic(), indexes_built_after(Child):
        insert_rows(Child, COLUMNS, children(number, chance, places, towns))


def children(number: int, chance: random.Random, places: Places, towns: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows in the order of COLUMNS, villages in no order. The numbers are hashed without being read first: they are
    known to be sound."""
    villages = [(town, village.code) for town in towns for village in places.below(town.code, "village") or [town]]
    pool = ["".join(chance.choices(GIVEN, k=2)) for _ in range(600)]
    called = [(s + g, names.initials(s + g)) for s in SURNAMES for g in pool]
    flags = [(name, FLAG_SHARES.get(name, 0.0)) for name in FLAGS]
    tails: dict[str, str] = {}
    ring, draw = keyring(), chance.random
    for one in range(number):
        child_id = f"C{one * 7919 % 10**11:011d}"
        town, village = villages[int(draw() * len(villages))]
        name, initials = called[int(draw() * len(called))]
        age, month, day = 3 + int(draw() * 15), 1 + int(draw() * 12), 1 + int(draw() * 28)
        body = f"{town.code[:6]}{2026 - age}{month:02d}{day:02d}{one % 1000:03d}"
        id_no = body + check_digit(body) if draw() < 0.97 else ""
        if id_no and id_no[-4:] not in tails:
            tails[id_no[-4:]] = id_tail(id_no)
        in_school = age >= 6 and draw() < 0.94
        school = int(draw() * SCHOOLS_A_TOWN) if in_school else 0
        marks = {flag: share > 0 and draw() < share for flag, share in flags}
        marks |= {"in_hukou": True, "in_school_roll": in_school, "in_head_count": in_school}
        marks |= {"school_age": 6 <= age <= 15, "preschool_age": age < 6}
        yield (
            child_id, name, initials, "12"[one % 2], f"{2026 - age}-{month:02d}-{day:02d}",
            seal_text(Child, "id_no", child_id, id_no), ring.index(id_no, "id_no") if id_no else "",
            tails.get(id_no[-4:], ""), seal_text(Child, "guardian_phone", child_id, ""), f"{one:032x}",
            "valid" if id_no else "", "汉族", village, school_code(town, school) if in_school else "",
            f"{town.name}第{school + 1}小学" if in_school else "", str(min(9, age - 5)) if in_school else "",
            str(1 + one % 6) if in_school else "", name[0] + "大山",
            *(marks[flag] for flag in FLAGS), SWEEP, SWEEP, None, False,
        )  # fmt: skip


def write_cases(number: int, chance: random.Random, people: Sequence[User]) -> None:
    """Open cases of children all over the city, one gap in most."""
    wanted = Child.objects.filter(school_age=True).order_by("id").values_list("pk", "place_code", "school_code")
    chosen = chance.sample(list(wanted), number)
    now, checks = timezone.now(), load_checks()
    cases, gaps = [], []
    for at, (child_id, place, school) in enumerate(chosen):
        due = AS_OF + dt.timedelta(days=chance.randint(0, 60))
        owner = chance.choice(people) if chance.random() < 0.4 else None
        case = Case(
            id=f"A2026-{at:06d}", child_id=child_id, place_code=place, school_code=school, severity=3, due_date=due,
            opened_at=now, opened_sweep=SWEEP, state=chance.choices(STATES, weights=[6] + [1] * (len(STATES) - 1))[0],
            owner=owner,
        )  # fmt: skip
        cases.append(case)
        for check_id in chance.sample(GAPS, 1 if chance.random() < 0.8 else 2):
            gaps.append(
                Gap(
                    check_id=check_id, ledger=checks[check_id].ledger, child_id=child_id, period="2026", case=case,
                    place_code=place, school_code=school, reason="户籍在册，学籍名册里没有", severity=3, owner=owner,
                    opened_at=now, due_date=due, first_sweep=SWEEP, last_sweep=SWEEP, seen_date=AS_OF,
                )
            )  # fmt: skip
    insert_all(cases)
    insert_all(gaps)


def some_numbers(chance: random.Random) -> list[str]:
    """Whole ID numbers to search for."""
    some = Child.objects.filter(id_state="valid").order_by("id")[:20_000]
    return [str(child.id_no) for child in chance.sample(list(some.only("id", "id_no")), 400)]


def deep_marks(children: int) -> list[tuple[str, str]]:
    """Places in the order of the city's ledger a million rows deep, or half-way in a smaller city."""
    listed = Child.objects.filter(school_age=True, gone=False, merged_into=None).order_by("place_code", "id")
    start_at = min(1_000_000, children // 3)
    return list(listed.values_list("place_code", "id")[start_at : start_at + 20_000 : 500])


def session_of(user: User) -> str:
    """The cookie of a signed-in session, as the login page would have made it."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main()
