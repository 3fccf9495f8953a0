"""The pairs behind the buttons say what the checks behind the acts say."""

from __future__ import annotations

import pytest
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.core.states import State, table
from notoneless.case.records import actions
from notoneless.case.records import permissions as p
from notoneless.common.errors import Fault
from notoneless.org.permissions import Permission

pytestmark = pytest.mark.django_db


def allows(check, *args: object) -> bool:
    try:
        check(*args)
    except Fault:
        return False
    return True


def test_touching_a_case(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    for user in cast:
        for right in (Permission.CASE_WORK, Permission.CASE_ASSIGN, Permission.CASE_APPROVE, Permission.CASE_REOPEN):
            assert p.can_touch(user, case, right) == allows(p.check_may_touch, user, case, right)
    with pytest.raises(Fault) as caught:
        p.check_may_touch(cast.stranger, case, Permission.CASE_WORK)
    assert caught.value.code == "E704"
    assert p.can_touch(cast.teacher, case, Permission.CASE_WORK)
    assert not p.can_touch(cast.teacher, case, Permission.CASE_ASSIGN)


def test_making_a_move(cast: c.Cast) -> None:
    for rule in table().moves:
        for user in cast:
            assert p.can_make(user, rule) == allows(p.check_may_make, user, rule)


def test_deciding_a_closing(cast: c.Cast) -> None:
    case = k.open_case(cast.clerk)
    paper = k.add_evidence(case, cast.clerk, "death_paper")
    request = actions.ask_closing(
        **k.fresh(case), outcome_id="dead", evidence_id=paper.pk, reason="病故", by=cast.clerk, now=c.NOW
    )
    able = {user.username for user in cast if p.can_decide(user, request)}
    assert able == {"head"}
    rule = table().find("close_mistake", State.TO_VERIFY)
    assert rule is not None
    assert {user.username for user in cast if allows(p.check_may_decide, user, request, rule)} == {"head", "stranger"}
