"""送达习惯 on the desk: listed, forgotten, and never seen from elsewhere."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.lib import wizard as w
from tests.lib.cast import COUNTY, FEDERATION, TOWN, Cast
from tests.lib.web import client_of

from notoneless.roster.records.models import SenderHabit
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


def remembered(cast: Cast) -> SenderHabit:
    client = client_of(cast.clerk)
    draft = w.uploaded(client, w.renamed_csv(), kind="hukou")
    w.click(client, draft, "columns", **w.answers(client, draft, 号码一栏="id_no"))
    return SenderHabit.objects.get()


def test_habits_are_listed_and_forgotten_with_a_trace(cast: Cast) -> None:
    habit, client = remembered(cast), client_of(cast.clerk)
    assert "列名“号码一栏”是身份证号" in client.get("/roster/habit/").content.decode()
    address = f"/roster/habit/{habit.pk}/forget/"
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 404
    assert not SenderHabit.objects.exists()
    assert Event.objects.filter(action="habit.forget").count() == 1
    assert w.uploaded(client, w.renamed_csv(), "再来.csv").status == "failed"


@pytest.mark.parametrize("name", ["stranger", "partner", "principal", "township_officer"])
def test_foreign_habits_are_like_absent_ones(cast: Cast, name: str) -> None:
    habit = remembered(cast)
    client = client_of(getattr(cast, name))
    assert "号码一栏" not in client.get("/roster/habit/").content.decode()
    foreign, absent = client.post(f"/roster/habit/{habit.pk}/forget/"), client.post("/roster/habit/999999/forget/")
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert SenderHabit.objects.exists()


@pytest.mark.parametrize("name", ["head", "teacher", "auditor"])
def test_who_may_not_upload_has_no_habits(cast: Cast, name: str) -> None:
    assert client_of(getattr(cast, name)).get("/roster/habit/").status_code == 403


def test_a_partner_sees_the_habits_of_its_own_unit(cast: Cast) -> None:
    SenderHabit.objects.create(
        sender=FEDERATION, place_code=COUNTY, kind="disability", sort="heading", column="id_no", written="号",
        created_by=cast.clerk, created_at=timezone.now(),
    )  # fmt: skip
    assert "列名“号”是身份证号" in client_of(cast.partner).get("/roster/habit/").content.decode()


def test_a_habit_of_a_township_does_not_bind_the_county(cast: Cast) -> None:
    town = client_of(cast.township_officer)
    draft = w.uploaded(town, w.renamed_csv(), kind="hukou")
    w.click(town, draft, "columns", **w.answers(town, draft, 号码一栏="id_no"))
    assert SenderHabit.objects.get().place_code == TOWN
    assert w.uploaded(client_of(cast.clerk), w.renamed_csv(), kind="hukou").status == "failed"
