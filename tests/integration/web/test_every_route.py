"""Every address of the desk × every role × own, foreign and absent things × GET and POST, generated from the URL table.

What must hold, whatever the page is: a thing of the next county answers like a thing that does not exist, byte for
byte, and nothing is written; without the permission it is 403 before anything is looked up; who is not signed in goes to
/login/; nothing answers 500. A new address is walked by itself; one that names a new kind of thing fails here until
two_counties.py makes such a thing.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from tests.lib.cast import make_cast
from tests.lib.routes import EVERYWHERE, ROUTES, SIGHT, WORDS, fill_in, parameters
from tests.lib.two_counties import Samples, fill, foreign_county, home_county
from tests.lib.web import client_of

from notoneless.org.models import User
from notoneless.org.permissions import may
from notoneless.trail.models import ChainHead

pytestmark = [pytest.mark.django_db, pytest.mark.keep_lake, pytest.mark.slow]

ABSENT: Samples = {
    "audited_case": "A2026-999999",
    "audited_child": "C00000000000",
    "case_id": "A2026-999999",
    "check_id": "no_such_check",
    "child_id": "C00000000000",
    "consultation_id": 999_999,
    "corrects_id": 999_999,
    "decision_id": 999_999,
    "delivery_id": "D20261120-0000000000",
    "draft_id": UUID(int=1),
    "evidence_id": UUID(int=1),
    "export_id": UUID(int=1),
    "field": "no_such_field",
    "gap_id": UUID(int=1),
    "grant_id": 999_999,
    "habit_id": 999_999,
    "handout_id": UUID(int=1),
    "job_id": UUID(int=1),
    "kind": "no_such_kind",
    "measure_id": 999_999,
    "move_id": "no_such_move",
    "name": "no_such_ledger",
    "note_id": UUID(int=1),
    "opinion_id": 999_999,
    "pair_id": "P00000000000",
    "list_id": "no_such_list",
    "parameter": "no.such_parameter",
    "place_code": "999999999999",
    "preview_id": UUID(int=1),
    "referral_id": 999_999,
    "request_id": 999_999,
    "number": 999,
    "role_id": "no_such_role",
    "row_key": "0" * 24,
    "sample_id": "Y20200101-99",
    "school_code": "0000000000",
    "sender": "no_such_sender",
    "sweep_id": "20261120-0000000000",
    "user_id": 999_999,
    "view_id": 999_999,
    "which": "no_such_change",
}
"""URL parameter → a well-formed value that names nothing."""

EVERYWHERE_AT_HOME = {"admin", "security"}
"""Not to be asked about the next county's things: they may see them."""

BODY = {
    "reason": "核对", "verdict": "different", "version": "1", "approved": "1", "text": "措施", "plan": "方案",
    "result": "办成了", "as_of": "2026-11-20", "n": "1", "in_school": "1", "receiver": "河南某县", "accepted": "1", "due_date": "2026-12-31", "lines": "",
}  # fmt: skip
"""What is posted everywhere: enough for many forms to go through, and always undone afterwards."""

BROWSER = Client(raise_request_exception=False)
"""One for all, emptied before each request: a new one would load all middleware anew."""

EVERYBODY = connection.vendor == "sqlite"
"""A right is asked for before any SQL: the other database is walked by those who have it."""

REACHED = {200, 204, 302, 422}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


@dataclass(frozen=True)
class Person:
    """One of the cast at a county, as ``like`` in SIGHT says; signed in, or nobody."""

    name: str
    like: str
    side: str
    user: User | None
    session: str

    def ask(self, method: str, url: str) -> HttpResponse:
        """Send one request from a fresh browser of this person."""
        BROWSER.cookies.clear()
        if self.session:
            BROWSER.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return BROWSER.generic(method, url) if method != "POST" else BROWSER.post(url, BODY)

    def may_open(self, pattern: URLPattern) -> bool:
        wanted = pattern.callback.permissions
        return not wanted or any(may(self.user, permission) for permission in wanted)

    def sees(self, address: str, side: str) -> bool:
        """Whether the things of that county that the address names are in this person's sight."""
        named = [one for one in parameters(address) if one in SIGHT]
        return all(
            (side == self.side and self.like in SIGHT[one]) or self.like in EVERYWHERE.get(one, ()) for one in named
        )


@dataclass(frozen=True)
class World:
    """The people and the things of the two counties."""

    people: list[Person]
    things: dict[str, Samples]


def _person(name: str, user: User) -> Person:
    like = {"stranger": "clerk", "stranger_head": "head"}.get(name, name)
    session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
    return Person(name, like, "foreign" if name.startswith("stranger") else "home", user, session)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Both counties at work, made once for all routes and undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        User.objects.filter(pk=cast.admin.pk).update(must_change_password=False)
        cast.admin.refresh_from_db()
        home, foreign = home_county(cast), foreign_county(cast)
        things = {
            side: {**WORDS, **found} for side, found in zip(("home", "foreign"), fill([home, foreign]), strict=True)
        }
        people = [_person(name, user) for name, user in vars(cast).items()]
        people.append(_person("stranger_head", foreign.head))
        yield World(people, things)
        transaction.set_rollback(True)
    shutil.rmtree(settings.LAKE_DIR, ignore_errors=True)


@contextmanager
def undone(method: str, folder: Path) -> Iterator[None]:
    """Whatever a request does to the database, and a POST to the uploads, is taken back."""
    if method == "POST":
        shutil.copytree(settings.UPLOAD_DIR, folder)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    if method == "POST":
        shutil.copytree(folder, settings.UPLOAD_DIR, dirs_exist_ok=True)
        shutil.rmtree(folder)


@cache
def allowed(address: str) -> frozenset[str]:
    """The methods a view takes, as it says itself when asked in a way that no view takes."""
    BROWSER.cookies.clear()
    answer = BROWSER.generic("TRACE", fill_in(address, ABSENT))
    assert answer.status_code == 405, f"/{address} takes any method: put require_safe, require_POST … outermost"
    return frozenset(answer["Allow"].replace(",", " ").split())


def seen(answer: HttpResponse) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer that a reader could compare, without the form token."""
    headers = {key: value for key, value in answer.items() if key not in ("Set-Cookie", "Content-Length")}
    return answer.status_code, TOKEN.sub(b"", answer.content), headers


def check_samples(address: str, things: Samples) -> None:
    unknown = [one for one in parameters(address) if one not in ABSENT or one not in things]
    assert not unknown, (
        f"/{address}: no sample for {unknown}. Make one per county in tests/lib/two_counties.py (fill), name a value "
        f"that does not exist in ABSENT, and say in SIGHT who of the cast meets such a thing (or add it to WORDS)."
    )


def ask_both(person: Person, method: str, *urls: str) -> list[HttpResponse]:
    """The answers of one minute: every page carries its minute for the printer, and nothing else that moves."""
    while True:
        minute = timezone.now().minute
        answers = [person.ask(method, url) for url in urls]
        if timezone.now().minute == minute:
            return answers


def refused(person: Person, address: str, method: str, values: Samples) -> tuple[HttpResponse, str]:
    """The answer to somebody who must not get through: nothing may be written, and it tells no more than absence."""
    before = ChainHead.objects.get().size
    url = fill_in(address, values)
    answer, absent = ask_both(person, method, url, fill_in(address, ABSENT))
    told = f"{person.name} {method} {url} → {answer.status_code}"
    assert ChainHead.objects.get().size == before, told
    assert seen(answer) == seen(absent), told
    return answer, told


def walk(world: World, person: Person, address: str, method: str, folder: Path) -> bool:
    """One person at one route with the things of both counties; whether the person got through."""
    through = False
    for side, values in world.things.items():
        if not person.may_open(ROUTES[address]):
            answer, told = refused(person, address, method, values)
            assert answer.status_code == 403, told
            break  # refused before anything is looked up: the same as an absent thing's, so whose it is cannot matter
        if not person.sees(address, side):
            answer, told = refused(person, address, method, values)
            assert answer.status_code == 404, told
        else:
            with undone(method, folder):
                answer = person.ask(method, fill_in(address, values))
            told = f"{person.name} {method} {fill_in(address, values)} → {answer.status_code}"
            assert answer.status_code in REACHED, told
            through = True
        if not set(parameters(address)) & SIGHT.keys():
            break  # the address names no thing of a county: the other county's answer is the same question
    return through


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", sorted(ROUTES))
def test_everybody_at(world: World, address: str, method: str, tmp_path: Path) -> None:
    for things in world.things.values():
        check_samples(address, things)
    if method in allowed(address):
        people = [one for one in world.people if EVERYBODY or one.may_open(ROUTES[address])]
        through = [walk(world, person, address, method, tmp_path / "uploads") for person in people]
        assert any(through), f"nobody of the cast gets through to {method} /{address}"
    else:
        clerk = world.people[1]
        assert clerk.ask(method, fill_in(address, world.things["home"])).status_code == 405


def second_things() -> list[str]:
    """Addresses that name a thing inside a thing: a gap of a case, a row of a child …"""
    return sorted(address for address in ROUTES if len([one for one in parameters(address) if one not in WORDS]) > 1)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("address", second_things())
def test_a_foreign_thing_inside_an_own_one_is_absent(world: World, address: str, method: str, tmp_path: Path) -> None:
    """A clerk's own case with the gap, paper or request of the next county's case behind it; an auditor's sample."""
    if method not in allowed(address):
        return
    insiders = [one for one in world.people if one.side == "home" and one.may_open(ROUTES[address])]
    clerk = next(one for one in insiders if one.sees(address, "home") and one.like not in EVERYWHERE_AT_HOME)
    own = world.things["home"]
    for inner in parameters(address)[1:]:
        if inner in WORDS or own[inner] == world.things["foreign"][inner]:
            continue
        urls = [fill_in(address, own | {inner: value}) for value in (world.things["foreign"][inner], ABSENT[inner])]
        with undone(method, tmp_path / "uploads"):
            foreign, absent = ask_both(clerk, method, *urls)
        assert foreign.status_code == 404, f"{inner} of the next county at /{address}"
        assert seen(foreign) == seen(absent), address


@pytest.mark.parametrize("address", sorted(a for a, p in ROUTES.items() if not p.callback.is_public))
def test_nobody_gets_in_without_signing_in(world: World, address: str) -> None:
    nobody = Person("nobody", "", "", None, "")
    for values in (*world.things.values(), ABSENT):
        for method in ("GET", "POST"):
            answer = nobody.ask(method, fill_in(address, values))
            if method in allowed(address):
                assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/login/")
            else:
                assert answer.status_code == 405


def test_an_address_that_names_a_new_kind_of_thing_says_what_to_add() -> None:
    values: dict[str, Any] = {**WORDS, "case_id": "A2026-000001"}
    check_samples("case/<slug:case_id>/", values)
    with pytest.raises(AssertionError, match=r"letter_id.*two_counties.py"):
        check_samples("letter/<slug:letter_id>/", values)
