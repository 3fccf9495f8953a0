"""Joint persuasion and hand-over on the desk."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.web import client_of

from notoneless.case.records.actions.stuck import find_stuck
from notoneless.case.records.models import Case
from notoneless.org.models import User
from notoneless.trail.models import Event

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


def test_a_case_is_handed_over_accepted_and_gone_from_the_senders_desk(cast: c.Cast, case: Case) -> None:
    form = client_of(cast.principal).get(f"/case/{case.pk}/refer/").content.decode()
    assert "岸堤镇初级中学" in form
    assert "沂水县" in form
    fields = {"receiver": f"{c.TOWN}/{c.SECOND_SCHOOL}", "reason": "已升入初中"}
    assert post(cast.principal, case, "refer/", **fields).status_code == 302
    page = page_of(cast.principal, case)
    assert "正在移交给 岸堤镇初级中学" in page
    assert "对方接收之前，仍由岸堤镇中心小学负责" in page
    assert "移交出去的 1 个个案等对方答复" in client_of(cast.principal).get("/").content.decode()
    receiver = client_of(cast.other_principal)
    assert receiver.get(f"/case/{case.pk}/").status_code == 404
    assert "1 个个案移交给您的单位" in receiver.get("/").content.decode()
    assert "张小花" in receiver.get("/case/referrals/").content.decode()
    referral = case.referrals.get()
    shown = receiver.get(f"/case/referral/{referral.pk}/").content.decode()
    for said in ("张小花", "已升入初中", "学籍在册，点名不在校", "接收", "退回"):
        assert said in shown
    assert Event.objects.filter(action="child.view", actor="principal2").count() == 1
    accepted = receiver.post(f"/case/referral/{referral.pk}/accept/", {"owner_id": cast.other_principal.pk})
    assert accepted.status_code == 302
    assert client_of(cast.principal).get(f"/case/{case.pk}/").status_code == 404
    assert "邱校长" in page_of(cast.other_principal, case)
    assert receiver.post(f"/case/referral/{referral.pk}/accept/", {}).status_code == 422


def test_a_hand_over_is_sent_back_or_withdrawn_with_a_word(cast: c.Cast, case: Case) -> None:
    fields = {"receiver": f"{c.TOWN}/{c.SECOND_SCHOOL}", "reason": "已升入初中"}
    post(cast.principal, case, "refer/", **fields)
    receiver, first = client_of(cast.other_principal), case.referrals.get()
    assert receiver.post(f"/case/referral/{first.pk}/return/", {"reason": " "}).status_code == 200
    assert receiver.post(f"/case/referral/{first.pk}/return/", {"reason": "查无此生"}).status_code == 302
    assert receiver.get(f"/case/referral/{first.pk}/").status_code == 404
    assert "查无此生" in page_of(cast.principal, case)
    post(cast.principal, case, "refer/", **fields)
    second = case.referrals.last()
    assert receiver.get(f"/case/referral/{second.pk}/withdraw/").status_code == 422
    sender = client_of(cast.principal)
    assert sender.post(f"/case/referral/{second.pk}/withdraw/", {"reason": "写错了"}).status_code == 302
    assert "没有等本单位接收的个案" in receiver.get("/case/referrals/").content.decode()


def test_the_sender_does_not_answer_its_own_proposal(cast: c.Cast, case: Case) -> None:
    post(cast.clerk, case, "refer/", receiver=f"{c.TOWN}/{c.SECOND_SCHOOL}", reason="已升入初中")
    referral = case.referrals.get()
    assert "/accept/" not in client_of(cast.clerk).get(f"/case/referral/{referral.pk}/").content.decode()
    assert client_of(cast.clerk).post(f"/case/referral/{referral.pk}/accept/", {}).status_code == 422
    assert client_of(cast.teacher).get(f"/case/referral/{referral.pk}/").status_code == 403
    assert client_of(cast.stranger).get(f"/case/referral/{referral.pk}/").status_code == 404


def test_a_stuck_case_is_told_to_the_one_whose_turn_it_is(cast: c.Cast, case: Case) -> None:
    find_stuck(now=k.later(10))
    assert "1 个个案卡住了，轮到您办" in client_of(cast.principal).get("/").content.decode()
    assert "卡住了，轮到您办" not in client_of(cast.clerk).get("/").content.decode()
    mine = client_of(cast.principal).get("/case/stuck/").content.decode()
    for said in ("张小花", "还没有责任人", "岸堤镇中心小学 校长", "派责任人"):
        assert said in mine
    assert "没有轮到您的卡住的个案" in client_of(cast.clerk).get("/case/stuck/").content.decode()
    assert "张小花" in client_of(cast.clerk).get("/case/stuck/?whose=all&reason=no_owner").content.decode()
    assert "张小花" not in client_of(cast.stranger).get("/case/stuck/?whose=all").content.decode()
    assert "轮到 <b>岸堤镇中心小学 校长</b>" in page_of(cast.teacher, case)


def test_a_consultation_is_asked_decided_and_stands_on_page_and_print(cast: c.Cast, case: Case) -> None:
    asked = {"question": "怎样解决接送", "bodies": ["school", "village"], "meet_date": k.TODAY.isoformat()}
    assert post(cast.principal, case, "consultation/", **asked).status_code == 302
    page = page_of(cast.principal, case)
    assert "登记会商决定" in page
    said = {
        "decision": "由村里接送", "deciders": "村支书老王", "decided_date": k.TODAY.isoformat(),
        "measures": "派车\n留床位", "gap_id": str(k.gap_of(case).pk),
    }  # fmt: skip
    tail = f"consultation/{case.consultations.get().pk}/"
    assert post(cast.principal, case, tail, **said).status_code == 302
    for shown in (
        page_of(cast.principal, case),
        client_of(cast.clerk).get(f"/case/{case.pk}/print/").content.decode(),
    ):
        for words in ("怎样解决接送", "由村里接送", "村支书老王", "☐ 派车", "留床位"):
            assert words in shown
    assert client_of(cast.principal).get(f"/case/{case.pk}/{tail}").status_code == 422


def test_the_family_comes_with_the_case_and_leaves_no_second_trace(cast: c.Cast, case: Case) -> None:
    k.Child.objects.filter(pk=case.child_id).update(guardian_name="张大山")
    client = client_of(cast.teacher)
    assert 'hx-get="/case/' in client.get(f"/case/{case.pk}/").content.decode()
    before = Event.objects.count()
    part = client.get(f"/case/{case.pk}/family/", headers={"HX-Request": "true"}).content.decode()
    assert "张大山" in part
    assert "<html" not in part
    assert Event.objects.count() == before
    assert "张大山" in client.get(f"/case/{case.pk}/family/").content.decode()
    assert Event.objects.filter(action="child.view").count() == 2
    assert client_of(cast.stranger).get(f"/case/{case.pk}/family/").status_code == 404
