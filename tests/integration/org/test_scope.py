"""Who sees what: intervals of place codes, one school, or nothing (abuses 1, 2, 4)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lib import cast as c

from notoneless.common.errors import Fault
from notoneless.org.models import Place, School, User
from notoneless.org.queries import get_school, list_places, list_schools, list_workers
from notoneless.org.scope import Scope

pytestmark = pytest.mark.django_db


def test_county_sees_its_own_places_and_not_the_next_county(cast: c.Cast) -> None:
    scope = Scope.of(cast.clerk)
    assert all(scope.covers(code) for code in (c.TOWN, c.VILLAGE, c.COUNTY))
    assert not scope.covers(c.FOREIGN_TOWN)
    assert scope.bounds() == ("371321000000", "371322000000")


def test_township_sees_only_itself(cast: c.Cast) -> None:
    scope = Scope.of(cast.township_officer)
    assert scope.covers(c.VILLAGE)
    assert not scope.covers(c.OTHER_TOWN)
    assert not scope.covers(c.COUNTY)


def test_school_people_see_their_school_whatever_the_place(cast: c.Cast) -> None:
    for user in (cast.principal, cast.teacher):
        scope = Scope.of(user)
        assert scope.covers(c.FOREIGN_TOWN, c.SCHOOL)
        assert not scope.covers(c.TOWN, c.SECOND_SCHOOL)
        assert not scope.covers(c.TOWN)


def test_partner_and_admin_see_nobody(cast: c.Cast) -> None:
    for user in (cast.partner, cast.admin):
        scope = Scope.of(user)
        assert scope.empty
        assert not scope.covers(c.TOWN, c.SCHOOL)
        assert not Place.objects.filter(scope.q(place="code", school="code")).exists()


@pytest.mark.parametrize("place_code", ["", "3713", "371321", "%", "371321______", "999999000000", "371321999000"])
def test_a_place_that_is_no_node_is_an_empty_scope(cast: c.Cast, place_code: str) -> None:
    cast.clerk.place_code = place_code
    scope = Scope.of(cast.clerk)
    assert scope.empty
    assert scope.bounds() == ("", "")
    assert not scope.covers(place_code, "")
    assert not Place.objects.filter(scope.q(place="code")).exists()


def test_an_empty_school_is_an_empty_scope(cast: c.Cast) -> None:
    cast.teacher.school_code = ""
    scope = Scope.of(cast.teacher)
    assert scope.empty
    assert not scope.covers("", "")
    assert str(scope.q()) == str(Q(pk__in=[]))


def test_disabled_and_unknown_roles_see_nothing(cast: c.Cast) -> None:
    cast.clerk.is_active = False
    assert Scope.of(cast.clerk) == Scope()
    cast.head.role = "emperor"
    assert Scope.of(cast.head) == Scope()


def test_may_send_for_the_own_office_only(cast: c.Cast) -> None:
    assert Scope.of(cast.partner).may_send_for(c.COUNTY)
    assert Scope.of(cast.principal).may_send_for(c.TOWN)
    assert not Scope.of(cast.principal).may_send_for(c.COUNTY)
    assert not Scope.of(cast.clerk).may_send_for(c.FOREIGN_TOWN)
    assert not Scope.of(cast.admin).may_send_for(c.COUNTY)


def test_foreign_school_answers_like_an_absent_one(cast: c.Cast) -> None:
    assert get_school(cast.clerk, c.SCHOOL).name == "岸堤镇中心小学"
    answers = []
    for code in (c.FOREIGN_SCHOOL, "0000000000"):
        with pytest.raises(Fault) as caught:
            get_school(cast.clerk, code)
        answers.append(caught.value.message.replace(code, ""))
    assert answers[0] == answers[1]


def test_lists_stay_inside(cast: c.Cast) -> None:
    assert {school.code for school in list_schools(cast.clerk)} == {c.SCHOOL, c.SECOND_SCHOOL}
    assert {school.code for school in list_schools(cast.teacher)} == {c.SCHOOL}
    assert not list_schools(cast.partner).exists()
    assert all(place.code.startswith("371321") for place in list_places(cast.clerk))
    assert {place.code for place in list_places(cast.township_officer, level="town")} == {c.TOWN}
    assert set(list_workers(cast.principal)) == {cast.principal, cast.teacher}
    assert cast.stranger not in list_workers(cast.clerk)
    assert not list_workers(cast.auditor).exists()


def test_scope_condition_uses_the_index_of_every_engine(cast: c.Cast) -> None:
    if connection.vendor == "postgresql":  # left to itself it reads a table of three rows from end to end
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = School.objects.filter(Scope.of(cast.clerk).q(school="code")).order_by().explain()
    assert "school_place" in plan


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.sampled_from(["", c.COUNTY, c.TOWN, c.VILLAGE, c.OTHER_TOWN, c.FOREIGN_TOWN, "3713", "37"]))
def test_covers_and_q_agree_for_every_place(cast: c.Cast, place_code: str) -> None:
    user = User(role="county_head", place_code=place_code, is_active=True)
    scope = Scope.of(user)
    by_query = set(Place.objects.filter(scope.q(place="code")).values_list("code", flat=True))
    by_value = {code for code in Place.objects.values_list("code", flat=True) if scope.covers(code)}
    assert by_query == by_value
