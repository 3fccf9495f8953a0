"""Roles and permissions: each declared, described, and asked at every act."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from tests.lib.cast import Cast

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.org.queries import list_staff, list_workers, role_names, sees_children
from notoneless.org.roles import OFFICERS, PERMISSION_NAMES, ROLES, Reach, Role

CHILDREN = {
    Permission.CHILD_VIEW, Permission.CHILD_UNMASK, Permission.LEDGER_VIEW, Permission.LEDGER_EXPORT,
    Permission.CASE_VIEW, Permission.CASE_WORK, Permission.CASE_ASSIGN, Permission.CASE_APPROVE,
    Permission.CASE_REOPEN, Permission.LINK_REVIEW, Permission.LINK_UNDO,
}  # fmt: skip


def test_every_permission_has_a_name_and_a_holder() -> None:
    assert set(PERMISSION_NAMES) == set(Permission)
    held = set().union(*(role.permissions for role in ROLES.values()))
    assert held == set(Permission)


def test_every_role_is_declared_and_described() -> None:
    ours = {"county_clerk", "county_head", "township_officer", "principal", "teacher"}
    assert set(ROLES) == ours | {"partner", "auditor", "system_admin", "security_admin"}
    assert set(ROLES.values()) == set(Role.__subclasses__())
    for role in ROLES.values():
        assert role.name
        assert len(role.description) > 10
        assert role.permissions <= set(Permission)
        assert len(role.id) <= User._meta.get_field("role").max_length
    assert role_names()["principal"] == "校长"
    assert len({role.name for role in ROLES.values()}) == len(ROLES)


def test_who_reaches_no_child_holds_no_right_to_one() -> None:
    for role in ROLES.values():
        if role.reach is Reach.NONE:
            assert not role.permissions & CHILDREN


def test_duties_are_apart() -> None:
    """Managing accounts, watching the trail and working cases are never in one hand."""
    for role in ROLES.values():
        if Permission.ORG_MANAGE in role.permissions:
            assert not role.permissions & (CHILDREN | {Permission.TRAIL_VIEW})
        if Permission.GRANT_DECIDE in role.permissions:
            assert not role.permissions & (CHILDREN | {Permission.TRAIL_VIEW, Permission.ORG_MANAGE})
        if Permission.TRAIL_VIEW in role.permissions:
            assert Permission.CASE_WORK not in role.permissions
        if role.id not in OFFICERS:
            assert not role.permissions & {Permission.ORG_MANAGE, Permission.GRANT_DECIDE, Permission.STAFF_VIEW}
    assert not ROLES["auditor"].permissions & CHILDREN


@pytest.mark.django_db
def test_may_follows_the_role_at_every_question(cast: Cast) -> None:
    assert may(cast.clerk, Permission.SWEEP_RUN)
    assert not may(cast.teacher, Permission.SWEEP_RUN)
    cast.clerk.role = "teacher"
    assert not may(cast.clerk, Permission.SWEEP_RUN)
    cast.clerk.role = "no such role"
    assert not may(cast.clerk, Permission.CHILD_VIEW)
    cast.head.is_active = False
    assert not may(cast.head, Permission.SWEEP_VIEW)
    assert not may(AnonymousUser(), Permission.SWEEP_VIEW)


@pytest.mark.django_db
def test_a_refusal_says_who_may_not_do_what(cast: Cast) -> None:
    check_may(cast.clerk, Permission.SWEEP_RUN)
    with pytest.raises(Fault) as caught:
        check_may(cast.teacher, Permission.SWEEP_RUN)
    assert caught.value.code == "E701"
    assert caught.value.what == "您的角色（教师）不能发起摸排"
    with pytest.raises(Fault):
        check_may(AnonymousUser(), Permission.SWEEP_RUN)


@pytest.mark.django_db
def test_lists_of_people_ask_first(cast: Cast) -> None:
    everybody = len(list(cast))
    assert [list_staff(user).count() for user in (cast.admin, cast.security)] == [everybody, everybody]
    assert cast.stranger not in list_staff(cast.auditor)
    assert {cast.admin, cast.security, cast.clerk} <= set(list_staff(cast.auditor))
    for user in cast:
        if user.role not in OFFICERS:
            with pytest.raises(Fault, match="E701"):
                list_staff(user)
    assert not list_workers(cast.admin).exists()
    assert [sees_children(user) for user in (cast.clerk, cast.teacher, cast.partner, cast.auditor, cast.admin)] == [
        True, True, False, False, False,
    ]  # fmt: skip
