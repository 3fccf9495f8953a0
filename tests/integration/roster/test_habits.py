"""What a sender means, as actions: who may say it, that it leaves one trace, that saying it again changes nothing."""

from __future__ import annotations

import pytest
from tests.lib.cast import COUNTY, FEDERATION, FOREIGN_COUNTY, NOW, TOWN, Cast
from tests.lib.web import resident_id

from notoneless.common.errors import Fault
from notoneless.flows.habits import fitting, habits_for, kinds_with_habits, remember_corrections, remember_headings
from notoneless.roster.core import Correction
from notoneless.roster.records.actions import forget_habit
from notoneless.roster.records.models import SenderHabit
from notoneless.roster.records.queries import get_habit, list_habits
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
POLICE = {"sender": "县公安局", "place_code": COUNTY, "kind": "hukou"}
VILLAGE = Correction("addr", "fragment", "柳行叉村", "柳行岔村")
WORD = Correction("hukou_status", "word", "挂空户", "正常")
BIRTH = Correction("dob", "birth_from_id")


def traces(action: str) -> list[Event]:
    return list(Event.objects.filter(action=action))


def test_what_was_said_comes_back_as_mapping_and_corrections(cast: Cast) -> None:
    remember_headings(**POLICE, mapping={"号": "id_no", "备注": ""}, by=cast.clerk, now=NOW)
    remember_corrections(**POLICE, corrections=[VILLAGE, WORD, BIRTH], by=cast.clerk, now=NOW)
    mapping, corrections = habits_for("县公安局", "hukou", place_code=COUNTY)
    assert mapping == {"号": "id_no", "备注": ""}
    assert set(corrections) == {VILLAGE, WORD, BIRTH}
    assert kinds_with_habits("县公安局", place_code=COUNTY) == ["hukou"]
    assert habits_for("县公安局", "school_roll", place_code=COUNTY) == ({}, [])
    assert habits_for("县公安局", "hukou", place_code=FOREIGN_COUNTY) == ({}, [])


def test_saying_it_again_changes_nothing_and_saying_otherwise_replaces_it(cast: Cast) -> None:
    assert remember_headings(**POLICE, mapping={"号": "id_no"}, by=cast.clerk, now=NOW) == 1
    assert remember_headings(**POLICE, mapping={"号": "id_no"}, by=cast.clerk, now=NOW) == 0
    assert remember_headings(**POLICE, mapping={"号": "hh_no"}, by=cast.clerk, now=NOW) == 1
    assert habits_for("县公安局", "hukou", place_code=COUNTY)[0] == {"号": "hh_no"}
    assert len(traces("habit.set")) == 2
    remember_corrections(**POLICE, corrections=[WORD], by=cast.clerk, now=NOW)
    other = Correction(WORD.column, "word", WORD.written, "注销")
    remember_corrections(**POLICE, corrections=[other], by=cast.clerk, now=NOW)
    assert habits_for("县公安局", "hukou", place_code=COUNTY)[1] == [other]


def test_numbers_of_people_are_never_remembered(cast: Cast) -> None:
    assert remember_headings(**POLICE, mapping={resident_id(1): "id_no"}, by=cast.clerk, now=NOW) == 0
    assert remember_headings(**POLICE, mapping={"长" * 200: "id_no"}, by=cast.clerk, now=NOW) == 0
    assert not SenderHabit.objects.exists()
    assert traces("habit.set") == []


@pytest.mark.parametrize("name", ["head", "teacher", "auditor", "stranger", "partner"])
def test_who_may_not_send_the_list_may_not_say_what_it_means(cast: Cast, name: str) -> None:
    with pytest.raises(Fault, match="E70"):
        remember_headings(**POLICE, mapping={"号": "id_no"}, by=getattr(cast, name), now=NOW)
    assert not SenderHabit.objects.exists()


def test_a_partner_speaks_for_its_own_unit(cast: Cast) -> None:
    own = {**POLICE, "sender": FEDERATION, "kind": "disability"}
    assert remember_headings(**own, mapping={"证号": "cert_no"}, by=cast.partner, now=NOW) == 1
    assert list(list_habits(cast.partner)) == list(list_habits(cast.clerk))


@pytest.mark.parametrize("name", ["head", "teacher", "auditor", "stranger", "partner", "township_officer"])
def test_nobody_else_forgets_it_or_sees_it(cast: Cast, name: str) -> None:
    remember_headings(**POLICE, mapping={"号": "id_no"}, by=cast.clerk, now=NOW)
    habit, other = SenderHabit.objects.get(), getattr(cast, name)
    assert not list_habits(other).exists()
    with pytest.raises(Fault, match="E704"):
        get_habit(other, habit.pk)
    with pytest.raises(Fault, match="E70"):
        forget_habit(habit=habit, by=other, now=NOW)
    assert SenderHabit.objects.exists()


def test_forgetting_happens_once(cast: Cast) -> None:
    remember_headings(**POLICE, mapping={"号": "id_no"}, by=cast.clerk, now=NOW)
    habit = SenderHabit.objects.get()
    assert forget_habit(habit=habit, by=cast.clerk, now=NOW)
    assert not forget_habit(habit=SenderHabit(pk=habit.pk or 1, **POLICE), by=cast.clerk, now=NOW)
    assert [event.detail["word"] for event in traces("habit.forget")] == ["号"]


def test_if_the_trail_cannot_be_written_nothing_is_remembered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("notoneless.roster.records.actions.record", fail)
    with pytest.raises(RuntimeError):
        remember_headings(**POLICE, mapping={"号": "id_no"}, by=cast.clerk, now=NOW)
    assert not SenderHabit.objects.exists()


def test_places_and_kinds_keep_their_own_habits(cast: Cast) -> None:
    town = {**POLICE, "place_code": TOWN}
    remember_headings(**POLICE, mapping={"号": "id_no"}, by=cast.clerk, now=NOW)
    remember_headings(**town, mapping={"号": "hh_no"}, by=cast.township_officer, now=NOW)
    assert habits_for("县公安局", "hukou", place_code=COUNTY)[0] == {"号": "id_no"}
    assert habits_for("县公安局", "hukou", place_code=TOWN)[0] == {"号": "hh_no"}


def test_only_headings_that_a_file_has_are_used_and_a_column_is_meant_once() -> None:
    habits = {"号": "id_no", "号码": "id_no", "备注": ""}
    assert fitting(habits, ["姓名", "号码", "号", "备注"]) == {"号码": "id_no", "备注": ""}
