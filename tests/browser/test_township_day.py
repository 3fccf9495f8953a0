"""A township officer's day, lived in a real browser.

石大川 of 岸堤镇 signs in. Two schools hand cases over to the township: one he takes and keeps, for the family has moved into
the village; the other he sends back with a reason, and the school sees it. Two cases of the township that lie with nobody
he gives to himself in one go, sees the handout, and takes to the road: the visit is written down at the telephone, where
the page fits the hand.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, fits
from tests.browser.hands import follow, press
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.trail.models import Event


@pytest.fixture
def cases(people: c.Cast) -> list[Case]:
    """Two cases that a school hands over to the township, two of children in no school."""
    made = [k.open_case(people.clerk, child_id=f"C000000000{n}") for n in (1, 2)]
    for case, why in zip(made, ("搬到柳行岔村住了", "长期不在本校"), strict=True):
        actions.refer(**k.fresh(case), to_place=c.TOWN, reason=why, by=people.principal, now=c.NOW)
    return [
        *made,
        *(
            k.open_case(people.clerk, "not_enrolled", child_id=f"C000000000{n}", school_code="", place_code=c.VILLAGE)
            for n in (3, 4)
        ),
    ]


def test_from_the_hand_over_to_the_visit(desk, people: c.Cast, cases: list[Case]) -> None:
    page = desk("town")
    expect(page.get_by_text("2 个个案移交给您的单位，等接收或退回")).to_be_visible()
    _accept(page, cases[0])
    _send_back(page, cases[1])
    _take_what_lies_with_nobody(page)
    _visit_with_the_telephone(desk, cases[2])
    principal = desk("principal")
    principal.goto(f"/case/{cases[1].pk}/")
    expect(principal.get_by_text("孩子每天在校，请贵校核实").first).to_be_visible()
    assert set(Case.objects.filter(owner=people.township_officer)) == {cases[0], cases[2], cases[3]}


def _accept(page: Page, case: Case) -> None:
    page.get_by_role("link", name="去接收").click()
    page.get_by_role("row", name=case.pk).get_by_role("link").first.click()
    expect(page.get_by_text("搬到柳行岔村住了").first).to_be_visible()
    follow(page, "接收")
    page.get_by_label("由谁负责").select_option(label="石大川（乡镇干部）")
    press(page, "接收")
    expect(page.get_by_text("已接收，个案现在由本单位负责")).to_be_visible()


def _send_back(page: Page, case: Case) -> None:
    page.goto("/case/referrals/")
    page.get_by_role("row", name=case.pk).get_by_role("link").first.click()
    follow(page, "退回")
    page.get_by_label("理由").fill("孩子每天在校，请贵校核实")
    press(page, "退回")
    expect(page.get_by_text("没有等本单位接收的个案。")).to_be_visible()


def _take_what_lies_with_nobody(page: Page) -> None:
    follow(page, "首页")
    page.get_by_role("link", name="去派单").click()
    for n in (3, 4):
        page.get_by_role("row", name=Case.objects.get(child_id=f"C000000000{n}").pk).get_by_role("checkbox").check()
    press(page, "把勾选的派给…")
    page.get_by_label("派给谁").select_option(label="石大川（乡镇干部）")
    press(page, "下一步：核对")
    press(page, "把 2 个派给石大川")
    expect(page.get_by_text("已把 2 个派给 石大川")).to_be_visible()
    expect(page.get_by_role("button", name="撤销这次派单（2 个）")).to_be_visible()


def _visit_with_the_telephone(desk, case: Case) -> None:
    page = desk("town", viewport=PHONE)
    page.get_by_role("link", name="去办理").first.click()
    page.get_by_role("link", name=case.child.name).first.click()
    page.goto(f"/case/{case.pk}/visit/")
    assert fits(page)
    page.get_by_label("家访").check()
    page.get_by_label("见到谁").fill("奶奶")
    page.get_by_label("家长态度").fill("愿意让孩子上学，没有人接送")
    page.get_by_label("已经约定返校").check()
    page.get_by_label("约定哪天返校").fill((k.TODAY.replace(year=k.TODAY.year + 1)).isoformat())
    press(page, "保存走访")
    expect(page.get_by_text("走访已记下")).to_be_visible()
    assert case.visits.get().met_whom == "奶奶"
    assert Event.objects.filter(action="visit.record", object_id=case.pk, actor="town").exists()
