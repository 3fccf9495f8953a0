"""派单 of many at once: all that can be given, nothing twice; taken back as far as nobody has touched it since."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from tests.lib import cast as c
from tests.lib.cases import fresh, later, open_case, visit_report
from tests.lib.web import client_of, run_jobs

from notoneless.case.records import actions
from notoneless.case.records.models import Case, Handout
from notoneless.common.errors import Fault
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence
from notoneless.web.case.views import bulk

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases(cast: c.Cast) -> list[Case]:
    """Four open cases of the home village; the third is the teacher's already, the fourth lies in another township."""
    places = [c.VILLAGE, c.VILLAGE, c.VILLAGE, "371321001200"]
    made = [open_case(cast.clerk, child_id=f"C000000001{n}", place_code=place) for n, place in enumerate(places)]
    actions.assign(**fresh(made[2]), owner_id=cast.teacher.pk, by=cast.clerk, now=c.NOW)
    return [Case.objects.get(pk=case.pk) for case in made]


def wanted(cases: list[Case]) -> list[tuple[str, int]]:
    return [(case.pk, case.version) for case in cases]


def hand_out(cast: c.Cast, cases: list[Case], handout: uuid.UUID, **changes: object) -> int:
    said = {"cases": wanted(cases), "owner_id": cast.township_officer.pk, "by": cast.clerk, "now": c.NOW, **changes}
    return actions.hand_out(handout_id=handout, **said)  # type: ignore[arg-type]


def test_what_can_be_given_is_given_with_its_gaps_and_a_trace_each(cast: c.Cast, cases: list[Case]) -> None:
    handout = uuid.uuid4()
    assert hand_out(cast, cases, handout) == 3
    assert hand_out(cast, cases, handout) == 0, "the same again gives nothing twice"
    owners = [Case.objects.get(pk=case.pk).owner for case in cases]
    assert owners == [cast.township_officer] * 3 + [None]
    assert {gap.owner for case in cases[:3] for gap in case.gaps.all()} == {cast.township_officer}
    events = Event.objects.filter(action="case.assign", detail__handout=str(handout))
    assert sorted(events.values_list("object_id", flat=True)) == sorted(case.pk for case in cases[:3])


def test_a_case_changed_since_it_was_shown_is_left(cast: c.Cast, cases: list[Case]) -> None:
    actions.assign(**fresh(cases[0]), owner_id=cast.principal.pk, by=cast.clerk, now=c.NOW)
    assert hand_out(cast, cases, uuid.uuid4()) == 2
    assert Case.objects.get(pk=cases[0].pk).owner == cast.principal


def test_taking_back_restores_what_nobody_touched_and_leaves_the_rest(cast: c.Cast, cases: list[Case]) -> None:
    handout, hour = uuid.uuid4(), c.NOW + dt.timedelta(hours=1)
    hand_out(cast, cases, handout)
    actions.record_visit(case_id=cases[0].pk, report=visit_report(), by=cast.township_officer, now=hour)
    assert actions.take_back(handout_id=handout, by=cast.clerk, now=later(1)) == 2
    owners = [Case.objects.get(pk=case.pk).owner for case in cases]
    assert owners == [cast.township_officer, None, cast.teacher, None]
    assert cases[1].gaps.get().owner is None
    assert cases[2].gaps.get().owner == cast.teacher
    event = Event.objects.filter(action="case.take_back").latest("id")
    assert "责任人恢复原样" in sentence(event)
    with pytest.raises(Fault, match="已经撤销"):
        actions.take_back(handout_id=handout, by=cast.clerk, now=later(2))
    with pytest.raises(Fault, match="已经撤销"):
        hand_out(cast, cases, handout)


def test_right_and_reach(cast: c.Cast, cases: list[Case]) -> None:
    for user in (cast.teacher, cast.auditor, cast.partner):
        with pytest.raises(Fault, match="不能指定个案责任人"):
            hand_out(cast, cases, uuid.uuid4(), by=user)
    assert hand_out(cast, cases, uuid.uuid4(), by=cast.stranger) == 0
    with pytest.raises(Fault, match="不能负责"):
        hand_out(cast, cases, uuid.uuid4(), owner_id=cast.auditor.pk)
    handout = uuid.uuid4()
    hand_out(cast, cases, handout)
    for user in (cast.stranger, cast.head):
        with pytest.raises(Fault, match="没有找到"):
            actions.take_back(handout_id=handout, by=user, now=c.NOW)


def test_from_the_ledger_to_the_undo(cast: c.Cast, cases: list[Case]) -> None:
    client = client_of(cast.clerk)
    list_page = client.get("/ledger/suspected/").content.decode()
    assert "选择全部 4 条派单" in list_page
    address = f"/ledger/suspected/assign/?all=1&owner={cast.township_officer.pk}"
    page = client.get(address).content.decode()
    assert "不派的 1 个" in page
    assert "管不到孩子所在的乡镇或学校" in page
    assert Handout.objects.count() == 0
    digest = page.split('name="shown" value="')[1].split('"')[0]
    assert "还没有派" in client.post(address, {"shown": "0" * 16}).content.decode()
    done = client.post(address, {"shown": digest})["Location"]
    page = client.get(done).content.decode()
    assert "撤销这次派单（3 个）" in page
    for other in (cast.head, cast.stranger):
        assert client_of(other).get(done).status_code == 404
    page = client.post(f"{done}undo/", follow=True).content.decode()
    assert "已撤销 3 个" in page
    assert Case.objects.filter(owner=cast.township_officer).count() == 0


def test_many_go_out_as_a_job(cast: c.Cast, cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 2)
    client = client_of(cast.clerk)
    address = f"/ledger/suspected/assign/?all=1&owner={cast.township_officer.pk}"
    digest = client.get(address).content.decode().split('name="shown" value="')[1].split('"')[0]
    job = client.post(address, {"shown": digest})["Location"]
    Case.objects.filter(pk=cases[1].pk).update(version=99)
    run_jobs()
    page = client.get(job).content.decode()
    assert "派出 2 个；1 个其间有人改动，没有派" in page
    handout = Handout.objects.get()
    assert f"/ledger/handout/{handout.pk}/" in page
