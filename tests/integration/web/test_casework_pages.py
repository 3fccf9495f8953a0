"""Joint persuasion on the desk."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.web import client_of

from notoneless.case.records.models import Case
from notoneless.org.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's clock stands one hour after the cast's moment."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: c.NOW + dt.timedelta(hours=1))


@pytest.fixture
def case(cast: c.Cast) -> Case:
    """待核实, with one gap that wants the child back."""
    return k.open_case(cast.clerk)


def page_of(user: User, case: Case) -> str:
    return client_of(user).get(f"/case/{case.pk}/").content.decode()


def post(user: User, case: Case, tail: str, **fields: object) -> object:
    """Post a form of the case with the version as it is now, unless another is given."""
    case.refresh_from_db()
    return client_of(user).post(f"/case/{case.pk}/{tail}", {"version": case.version, **fields})


def visit_fields(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "client_id": str(uuid4()), "kind": "home", "on_day": k.TODAY.isoformat(), "at_time": "08:30",
        "bodies": ["school", "police"], "people": "李老师", "met_whom": "祖母", "agreed": "on",
        "agreed_date": "2026-11-30", "next_step": "周五请司法所一起去",
    }  # fmt: skip
    return fields | changes


def test_a_joint_visit_is_written_counted_and_its_day_is_looked_after(
    cast: c.Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = client_of(cast.teacher).get(f"/case/{case.pk}/visit/").content.decode()
    assert re.search(r'value="school"[^>]*checked', form), "the writer's own office is ticked"
    assert post(cast.teacher, case, "visit/", **visit_fields()).status_code == 302
    page = page_of(cast.principal, case)
    for words in (
        "联合劝返",
        "公安派出所",
        "周五请司法所一起去",
        "已劝返 1 次，其中联合 1 次",
        "约定 2026-11-30 返校",
    ):
        assert words in page
    assert "约定返校的日子过了" not in page
    monkeypatch.setattr("django.utils.timezone.now", lambda: k.later(9))
    assert "约定返校的日子过了" in page_of(cast.principal, case)
    assert "1 个孩子过了约定返校的日子" in client_of(cast.principal).get("/").content.decode()
    assert case.pk in client_of(cast.principal).get("/case/?view=agreed").content.decode()
