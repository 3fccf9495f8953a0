"""Accounts, places and schools through their actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from tests.lib import cast as c

from notoneless.common.errors import Fault
from notoneless.org import actions, grants
from notoneless.org.models import Place, School, User
from notoneless.org.queries import place_name
from notoneless.policy.places import Place as Division
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db


def refused(code: str, act: Callable[[], object]) -> None:
    before = (User.objects.count(), Event.objects.count())
    with pytest.raises(Fault) as caught:
        act()
    assert caught.value.code == code
    assert (User.objects.count(), Event.objects.count()) == before


def new(cast: c.Cast, **fields: str) -> User:
    known = {
        "username": "new",
        "display_name": "新人",
        "role": "teacher",
        "password": c.PASSWORD,
        "school_code": c.SCHOOL,
    }
    return actions.create_user(**(known | fields), by=cast.admin, now=c.NOW)


def test_a_new_account_is_closed_and_must_change_its_password(cast: c.Cast) -> None:
    user = new(cast)
    assert user.must_change_password
    assert not user.is_active
    assert user.check_password(c.PASSWORD)
    assert (user.place_code, user.school_code, user.created_at) == (c.TOWN, c.SCHOOL, c.NOW)


def test_only_the_administrator_manages_accounts(cast: c.Cast) -> None:
    for user in cast:
        if user == cast.admin:
            continue
        refused("E701", lambda user=user: actions.disable_user(user=cast.teacher, by=user, now=c.NOW))
        refused("E701", lambda user=user: grants.ask_move(user=cast.teacher, role="auditor", by=user, now=c.NOW))
        refused("E701", lambda user=user: actions.load_places(by=user, now=c.NOW, places=[]))
        refused("E701", lambda user=user: actions.load_schools(by=user, now=c.NOW, schools=[]))
        refused(
            "E701",
            lambda user=user: actions.reset_password(user=cast.teacher, new_password=c.PASSWORD, by=user, now=c.NOW),
        )


def test_a_post_needs_what_its_role_needs(cast: c.Cast) -> None:
    refused("E710", lambda: new(cast, school_code=""))
    refused("E710", lambda: new(cast, role="county_clerk", school_code=""))
    refused("E710", lambda: new(cast, role="partner", place_code=c.COUNTY))
    refused("E712", lambda: new(cast, school_code="0000000000"))
    refused("E712", lambda: new(cast, role="auditor", place_code="3713"))
    refused("E711", lambda: new(cast, role="superuser"))
    refused("E709", lambda: new(cast, username="clerk"))


@pytest.mark.parametrize("password", ["", "short1", "1234567890", "password123", "teacher_wang9", "qwertyuiop"])
def test_weak_passwords_are_refused(cast: c.Cast, password: str) -> None:
    refused("E707", lambda: new(cast, username="teacher_wang", password=password))


def move(cast: c.Cast, user: User, **fields: str) -> User:
    grants.ask_move(user=user, by=cast.admin, now=c.NOW, **fields)
    return c.approve(user, cast.security)


def test_a_post_keeps_no_leftovers_of_another(cast: c.Cast) -> None:
    unit = {"place_code": c.COUNTY, "school_code": c.SCHOOL, "sender": "民政局"}
    moved = move(cast, cast.teacher, role="partner", **unit)
    moved.refresh_from_db()
    assert (moved.role, moved.place_code, moved.school_code, moved.sender) == ("partner", c.COUNTY, "", "民政局")
    move(cast, moved, role="system_admin", place_code=c.COUNTY, sender="民政局")
    moved.refresh_from_db()
    assert (moved.place_code, moved.school_code, moved.sender) == ("", "", "")
    refused("E713", lambda: grants.ask_move(user=cast.admin, role="teacher", by=cast.admin, now=c.NOW))


def test_the_table_refuses_a_teacher_without_school_and_a_partner_without_unit(cast: c.Cast) -> None:
    for change in ({"school_code": ""}, {"role": "partner"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=cast.teacher.pk).update(**change)


def test_disabling(cast: c.Cast) -> None:
    actions.disable_user(user=cast.teacher, by=cast.admin, now=c.NOW)
    assert not User.objects.get(pk=cast.teacher.pk).is_active
    refused("E713", lambda: actions.disable_user(user=cast.admin, by=cast.admin, now=c.NOW))
    refused("E738", lambda: actions.disable_user(user=cast.teacher, by=cast.admin, now=c.NOW))
    for officer in (cast.security, cast.auditor):
        refused("E733", lambda officer=officer: actions.disable_user(user=officer, by=cast.admin, now=c.NOW))


def test_changing_and_resetting_a_password(cast: c.Cast) -> None:
    fresh = "Another-good-1949"
    refused("E708", lambda: actions.change_password(by=cast.teacher, old_password="x", new_password=fresh, now=c.NOW))
    refused(
        "E707", lambda: actions.change_password(by=cast.teacher, old_password=c.PASSWORD, new_password="x", now=c.NOW)
    )
    actions.reset_password(user=cast.teacher, new_password=fresh, by=cast.admin, now=c.NOW)
    cast.teacher.refresh_from_db()
    assert cast.teacher.must_change_password
    actions.change_password(by=cast.teacher, old_password=fresh, new_password=c.PASSWORD, now=c.NOW)
    cast.teacher.refresh_from_db()
    assert cast.teacher.check_password(c.PASSWORD)
    assert not cast.teacher.must_change_password


def first(role: str, name: str, **fields: str) -> User:
    return actions.create_first_officer(
        username=name, display_name=name, password=c.PASSWORD, role=role, now=c.NOW, **fields
    )


def test_the_first_of_each_of_three_officers_is_made_once() -> None:
    c.make_places()
    assert first("system_admin", "季").is_active
    assert first("security_admin", "卫").is_active
    assert first("auditor", "段", place_code=c.COUNTY).place_code == c.COUNTY
    for role in ("system_admin", "security_admin", "auditor"):
        refused("E714", lambda role=role: first(role, "又一个", place_code=c.COUNTY))
    refused("E711", lambda: first("county_clerk", "经办", place_code=c.COUNTY))


def test_the_other_officers_passwords_are_out_of_reach(cast: c.Cast) -> None:
    for officer in (cast.security, cast.auditor):
        refused(
            "E734",
            lambda officer=officer: actions.reset_password(
                user=officer, new_password=c.PASSWORD, by=cast.admin, now=c.NOW
            ),
        )
    fresh = "Another-good-1949"
    assert actions.reset_officer_password(user=cast.auditor, new_password=fresh, now=c.NOW).check_password(fresh)
    refused("E711", lambda: actions.reset_officer_password(user=cast.clerk, new_password=c.PASSWORD, now=c.NOW))


def test_closing_a_school_and_a_place_and_opening_them_again(cast: c.Cast) -> None:
    school, town = School.objects.get(pk=c.SCHOOL), Place.objects.get(pk=c.TOWN)
    for user in cast:
        if user != cast.admin:
            refused("E701", lambda user=user: actions.switch_school(school=school, active=False, by=user, now=c.NOW))
            refused("E701", lambda user=user: actions.switch_place(place=town, active=False, by=user, now=c.NOW))
    before = Event.objects.count()
    for _again in range(2):
        actions.switch_school(school=school, active=False, by=cast.admin, now=c.NOW)
        actions.switch_place(place=town, active=False, by=cast.admin, now=c.NOW)
    assert Event.objects.count() == before + 2
    assert sentence(Event.objects.last()).endswith(f"把辖区 {c.TOWN} 改为停用")
    refused("E737", lambda: new(cast))
    refused("E737", lambda: new(cast, role="township_officer", place_code=c.TOWN))
    actions.switch_school(school=school, active=True, by=cast.admin, now=c.NOW)
    assert new(cast).school_code == c.SCHOOL


def test_places_and_schools_can_be_loaded_again(cast: c.Cast) -> None:
    count = Place.objects.count()
    changed = Division(code=c.TOWN, name="岸堤新镇", level="town", parent=c.COUNTY)
    assert actions.load_places(by=cast.admin, now=c.NOW, places=[changed]) == 1
    assert Place.objects.count() == count
    assert place_name(c.TOWN) == "沂南县岸堤新镇"
    assert place_name("nowhere") == "nowhere"
    row = {"code": c.SCHOOL, "name": "岸堤完小", "place_code": c.TOWN, "stage": "primary", "address": None}
    assert actions.load_schools(by=cast.admin, now=c.NOW, schools=[row]) == 1
    assert School.objects.get(code=c.SCHOOL).name == "岸堤完小"
    twice = [row, row | {"name": "岸堤九年一贯制学校", "stage": "junior"}]
    assert actions.load_schools(by=cast.admin, now=c.NOW, schools=twice) == 1
    assert School.objects.get(code=c.SCHOOL).name == "岸堤九年一贯制学校"
    refused("E712", lambda: actions.load_schools(by=cast.admin, now=c.NOW, schools=[row | {"place_code": "9"}]))


def test_the_interval_of_every_place_holds_its_children(cast: c.Cast) -> None:
    places = {place.code: place for place in Place.objects.all()}
    for place in places.values():
        assert place.low <= place.code < place.high
        parent = places.get(place.parent_code)
        if parent:
            assert parent.low <= place.low < place.high <= parent.high
    assert str(places[c.TOWN]) == "岸堤镇"
    assert str(School.objects.get(code=c.SCHOOL)) == "岸堤镇中心小学"


def test_no_password_and_no_plain_number_in_the_trail(cast: c.Cast) -> None:
    for event in Event.objects.all():
        assert c.PASSWORD not in str(event.detail)
