"""Who may judge a doubtful pair or take a link apart: the right from the role, the reach from the place."""

from __future__ import annotations

import pytest
from tests.lib.cast import SCHOOL, VILLAGE, Cast

from notoneless.common.errors import Fault
from notoneless.link.records.models import Child
from notoneless.link.records.permissions import can_undo, check_can_decide, check_can_undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def child() -> Child:
    return Child(id="C00000000009", place_code=VILLAGE, school_code=SCHOOL)


def test_the_clerk_of_the_place_may(cast: Cast, child: Child) -> None:
    check_can_decide(cast.clerk, VILLAGE)
    check_can_undo(cast.clerk, child)
    assert can_undo(cast.clerk, child)


def test_the_clerk_of_the_next_county_finds_nothing_there(cast: Cast, child: Child) -> None:
    for attempt in (lambda: check_can_decide(cast.stranger, VILLAGE), lambda: check_can_undo(cast.stranger, child)):
        with pytest.raises(Fault, match="E704"):
            attempt()
    assert not can_undo(cast.stranger, child)


@pytest.mark.parametrize("role", ["head", "township_officer", "principal", "teacher", "partner", "auditor", "admin"])
def test_nobody_else_may(role: str, cast: Cast, child: Child) -> None:
    user = getattr(cast, role)
    for attempt in (lambda: check_can_decide(user, VILLAGE), lambda: check_can_undo(user, child)):
        with pytest.raises(Fault, match="E701"):
            attempt()
    assert not can_undo(user, child)
