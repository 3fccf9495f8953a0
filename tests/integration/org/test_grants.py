"""授权申请: asked by one, decided by another, in force only then; the three officers never meet in one hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from tests.lib import cast as c

from notoneless.common.errors import Fault
from notoneless.org import actions, grants
from notoneless.org.login import log_in
from notoneless.org.models import Grant, School, User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
ADDRESS = "10.0.0.5"


def refused(code: str, act: Callable[[], object]) -> None:
    before = (list(Grant.objects.values_list("pk", "state")), Event.objects.count())
    with pytest.raises(Fault) as caught:
        act()
    assert caught.value.code == code
    assert (list(Grant.objects.values_list("pk", "state")), Event.objects.count()) == before


def new(cast: c.Cast, username: str = "new", **fields: str) -> User:
    known = {"display_name": "新人", "role": "county_clerk", "place_code": c.COUNTY, "password": c.PASSWORD}
    return actions.create_user(username=username, **(known | fields), by=cast.admin, now=c.NOW)


def asking(user: User) -> Grant:
    return Grant.objects.get(user=user, state="open")


def decide(cast: c.Cast, grant: Grant, approved: bool = True, by: User | None = None, reason: str = "") -> Grant:
    return grants.decide_grant(grant=grant, approved=approved, reason=reason, by=by or cast.security, now=c.NOW)


def sign_in(username: str) -> User:
    return log_in(username=username, password=c.PASSWORD, address=ADDRESS, now=c.NOW)


def test_a_new_account_can_do_nothing_before_it_is_approved(cast: c.Cast) -> None:
    user = new(cast)
    assert not may(user, Permission.ROSTER_UPLOAD)
    assert Scope.of(user).empty
    with pytest.raises(Fault, match="E705"):
        sign_in("new")
    decide(cast, asking(user))
    assert sign_in("new") == user
    assert may(User.objects.get(pk=user.pk), Permission.ROSTER_UPLOAD)


def test_only_the_security_administrator_decides(cast: c.Cast) -> None:
    grant = asking(new(cast))
    for user in cast:
        if user != cast.security:
            refused("E701", lambda user=user: decide(cast, grant, by=user))
    refused("E701", lambda: grants.withdraw_grant(grant=grant, by=cast.security, now=c.NOW))


def test_a_decision_is_made_once_and_a_refusal_says_why(cast: c.Cast) -> None:
    user = new(cast)
    grant = asking(user)
    refused("E739", lambda: decide(cast, grant, approved=False))
    done = decide(cast, grant, approved=False, reason="范围太大")
    assert (done.state, done.decided_by) == ("refused", cast.security)
    refused("E730", lambda: decide(cast, grant))
    refused("E730", lambda: grants.withdraw_grant(grant=grant, by=cast.admin, now=c.NOW))
    assert not User.objects.get(pk=user.pk).is_active
    assert "不批准新建账号：账号 new，角色：县局经办，理由：范围太大" in sentence(Event.objects.last())


def test_a_change_counts_only_when_approved(cast: c.Cast) -> None:
    def ask() -> Grant:
        return grants.ask_move(
            user=cast.township_officer,
            role="county_head",
            place_code=c.COUNTY,
            reason="轮岗",
            by=cast.admin,
            now=c.NOW,
        )

    grant = ask()
    refused("E732", ask)
    before = User.objects.get(pk=cast.township_officer.pk)
    assert (before.role, before.place_code, before.is_active) == ("township_officer", c.TOWN, True)
    decide(cast, grant)
    after = User.objects.get(pk=before.pk)
    assert (after.role, after.place_code) == ("county_head", c.COUNTY)
    assert "批准调整角色或范围：账号 town，角色：局领导（系统管理员老季申请）" in sentence(Event.objects.last())


def test_a_closed_account_opens_again_with_its_post(cast: c.Cast) -> None:
    refused("E738", lambda: grants.ask_enable(user=cast.clerk, by=cast.admin, now=c.NOW))
    closed = actions.disable_user(user=cast.clerk, by=cast.admin, now=c.NOW)
    for user in cast:
        if user not in (cast.admin, cast.clerk):
            refused("E701", lambda user=user: grants.ask_enable(user=closed, by=user, now=c.NOW))
    grant = grants.ask_enable(user=closed, by=cast.admin, now=c.NOW)
    assert not User.objects.get(pk=closed.pk).is_active
    decide(cast, grant)
    assert User.objects.get(pk=closed.pk).is_active


def test_an_asking_taken_back_leaves_room_for_another(cast: c.Cast) -> None:
    user = new(cast)
    grants.withdraw_grant(grant=asking(user), by=cast.admin, now=c.NOW)
    assert not Grant.objects.filter(user=user, state="open").exists()
    assert decide(cast, grants.ask_enable(user=user, by=cast.admin, now=c.NOW)).user.is_active


def test_what_was_closed_meanwhile_is_not_granted(cast: c.Cast) -> None:
    user = new(cast, role="teacher", school_code=c.SCHOOL)
    actions.switch_school(school=School.objects.get(pk=c.SCHOOL), active=False, by=cast.admin, now=c.NOW)
    refused("E737", lambda: decide(cast, asking(user)))


def test_no_account_passes_from_one_officer_to_another(cast: c.Cast) -> None:
    second = cast.person("admin2", "小季", "system_admin")
    for role in ("security_admin", "auditor"):
        refused(
            "E731",
            lambda role=role: grants.ask_move(user=second, role=role, place_code=c.COUNTY, by=cast.admin, now=c.NOW),
        )
    refused("E731", lambda: new(cast, display_name="小季", role="auditor"))
    assert new(cast, display_name="小季（教育股）", role="auditor").role == "auditor"


def test_the_last_officer_does_not_leave(cast: c.Cast) -> None:
    def ask() -> Grant:
        return grants.ask_move(user=cast.auditor, role="county_head", place_code=c.COUNTY, by=cast.admin, now=c.NOW)

    refused("E733", ask)
    cast.person("auditor2", "另一审计", "auditor", place_code=c.COUNTY)
    assert ask().state == "open"


def test_nobody_decides_about_oneself(cast: c.Cast) -> None:
    second = cast.person("security2", "小卫", "security_admin")
    cast.person("security3", "老卫二", "security_admin")
    grant = grants.ask_move(user=second, role="county_head", place_code=c.COUNTY, by=cast.admin, now=c.NOW)
    refused("E735", lambda: decide(cast, grant, by=second))
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(state="approved", decided_by=cast.admin, decided_at=c.NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(state="approved")


def test_askings_in_sight(cast: c.Cast) -> None:
    foreign = asking(new(cast, "abroad", place_code=c.FOREIGN_COUNTY))
    own = asking(new(cast))
    assert grants.get_grant(cast.security, foreign.pk) == foreign
    assert grants.get_grant(cast.auditor, own.pk) == own
    for user, grant in ((cast.auditor, foreign), (cast.clerk, own), (cast.stranger, foreign)):
        with pytest.raises(Fault) as caught:
            grants.get_grant(user, grant.pk)
        assert caught.value.code == ("E704" if user == cast.auditor else "E701")
