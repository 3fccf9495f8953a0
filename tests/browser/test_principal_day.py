"""A principal's day, lived in a real browser.

In the morning 孙校长 signs in and sees on 首页 that one child has no owner and has not been looked into. He opens the
list, opens the case, reads which list says what, and goes to the home: the visit is written down, the case confirmed.
He gives it to 李老师, writes the plan, two measures, and starts persuading. 李老师 visits again and strikes a measure off.
The child comes back: placement, school paper with its scan, the return; the page shows four days to look again. Four
times the teacher looks; then the principal asks for 销号. He may not approve it himself; the head does. Days pass by
turning the clock of the server forward.

With NOTONELESS_PICTURES=1 the day leaves docs/pictures/home-principal.png and docs/pictures/case.png behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, fits
from tests.browser.hands import follow, picture, press
from tests.lib import cases as k
from tests.lib import cast as c

from notoneless.case.records.models import Case
from notoneless.link.records.models import Child

Clock = Callable[[dt.datetime], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Turns the server's clock; it begins one hour after the cast's moment."""

    def turn(moment: dt.datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    turn(c.NOW + dt.timedelta(hours=1))
    return turn


@pytest.fixture
def case(clock: Clock, people: c.Cast) -> Case:
    """What the sweep left on the principal's desk: a child on the roll who is not in class, and an aid not paid."""
    k.open_case(people.clerk, "aid_missed", child_id="C0000000002", due_date=k.TODAY + dt.timedelta(days=20))
    case = k.open_case(people.clerk)
    Child.objects.update(school_name="岸堤镇中心小学", grade="6")
    return case


def write_visit(page: Page, met: str, says: str) -> None:
    follow(page, "记一次走访")
    page.get_by_label("家访").check()
    page.get_by_label("走访人").fill("李老师、村支书老王")
    page.get_by_label("见到谁").fill(met)
    page.get_by_label("家长态度").fill("支持返校，家里没人接送")
    page.get_by_label("学生态度").fill(says)
    press(page, "保存走访")
    expect(page.get_by_text("走访已记下")).to_be_visible()


def test_from_the_morning_list_to_the_closed_case(desk, case: Case, clock: Clock) -> None:
    page = desk("principal")
    expect(page.get_by_text("2 个个案还没有责任人")).to_be_visible()
    picture(page, "home-principal")
    page.get_by_role("link", name="去核实").click()
    page.get_by_role("row", name=case.pk).get_by_role("link", name="张小花").click()
    expect(page.get_by_role("heading", name="张小花")).to_be_visible()
    expect(page.get_by_text("学籍在册，点名不在校").first).to_be_visible()
    _verify_and_plan(page)
    clock(c.NOW + dt.timedelta(hours=5))
    teacher = desk("teacher_li")
    teacher.goto(f"/case/{case.pk}/")
    write_visit(teacher, "祖母和本人", "愿意回校，怕跟不上")
    teacher.get_by_role("link", name="办完了").first.click()
    teacher.get_by_label("结果").fill("已安排 3 号楼 204 床")
    press(teacher, "登记完成")
    expect(teacher.locator("s")).to_have_text("联系寄宿床位")
    page.reload()
    picture(page, "case")
    clock(c.NOW + dt.timedelta(hours=7))
    _bring_back(page)
    _look_four_times(teacher, case, clock)
    _ask_and_approve(page, desk, case)


def _verify_and_plan(page: Page) -> None:
    write_visit(page, "祖母", "不肯说话")
    follow(page, "核实属实")
    press(page, "核实属实")
    expect(page.get_by_text("个案现在是“确认”")).to_be_visible()
    follow(page, "派责任人")
    page.get_by_label("责任人").select_option(label="李老师（教师）")
    press(page, "派给他")
    follow(page, "定方案")
    page.get_by_label("方案").fill("送学上门补课，申请住校，落实寄宿生补助")
    press(page, "保存方案")
    follow(page, "加措施")
    page.get_by_label("措施").fill("联系寄宿床位")
    press(page, "保存并再加一条")
    page.get_by_label("措施").fill("数学、语文每周补课两次")
    press(page, "保存")
    follow(page, "开始劝返")
    press(page, "开始劝返")
    expect(page.get_by_text("个案现在是“劝返中”")).to_be_visible()


def _bring_back(page: Page) -> None:
    follow(page, "登记安置")
    page.get_by_label("安置方式").select_option(label="原校原班")
    press(page, "保存安置")
    follow(page, "登记复学")
    follow(page, "先登记佐证")
    page.get_by_label("佐证种类").select_option(label="就读证明")
    page.get_by_label("文号或编号").fill("岸校证〔2026〕7号")
    page.get_by_label("出具单位").fill("岸堤镇中心小学")
    page.get_by_label("出具日期").fill(k.TODAY.isoformat())
    page.get_by_label("扫描件").set_input_files(
        [{"name": "就读证明.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 scan"}]
    )
    press(page, "保存佐证")
    page.get_by_label("就读证明").check()
    press(page, "登记复学")
    expect(page.get_by_text("已登记复学，复查日期已排好")).to_be_visible()
    expect(page.locator("#looks tbody tr")).to_have_count(4)


def _look_four_times(page: Page, case: Case, clock: Clock) -> None:
    for look in Case.objects.get(pk=case.pk).rechecks.all():
        clock(dt.datetime.combine(look.due_date, c.NOW.timetz()))
        page.wait_for_load_state()
        page.goto(f"/case/{case.pk}/")
        if page.get_by_label("密码").count():
            _sign_in_again(page)
        follow(page, "登记复查")
        page.get_by_label("在校", exact=True).check()
        page.get_by_label("说明").fill("在教室上课，作业都交")
        press(page, "保存复查")
        expect(page.get_by_text("复查已登记")).to_be_visible()


def _sign_in_again(page: Page) -> None:
    """Weeks went by, so the session has ended; afterwards one is back on the page one wanted."""
    page.get_by_label("账号").fill("teacher_li")
    page.get_by_label("密码").fill(c.PASSWORD)
    press(page, "登录")


def _ask_and_approve(old: Page, desk, case: Case) -> None:
    page = desk("principal")
    page.goto(f"/case/{case.pk}/")
    follow(page, "复查期满，申请销号")
    page.get_by_role("row", name="复学").get_by_role("link").first.click()
    page.get_by_label("理由").fill("四次复查都在校")
    press(page, "提交申请")
    expect(page.get_by_text("您是申请人，不能自己审批。")).to_be_visible()
    expect(page.get_by_role("link", name="审批", exact=True)).to_have_count(0)
    head = desk("head")
    expect(head.get_by_text("1 个销号申请等您审批")).to_be_visible()
    head.get_by_role("link", name="去审批").click()
    head.get_by_role("link", name="张小花").click()
    follow(head, "审批")
    head.get_by_label("批准销号").check()
    press(head, "提交审批意见")
    expect(head.locator(".case-line .status")).to_have_text("销号")


def test_a_mistake_in_a_form_is_said_at_its_field(desk, case: Case) -> None:
    page = desk("principal")
    page.goto(f"/case/{case.pk}/visit/")
    page.get_by_label("见到谁").fill("")
    press(page, "保存走访")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="见到谁").click()
    expect(page.get_by_label("见到谁")).to_be_focused()


def test_several_cases_are_given_away_at_once(desk, case: Case) -> None:
    page = desk("principal")
    page.goto("/case/")
    page.get_by_label("全选本页").check()
    expect(page.locator("[data-selected-count]")).to_have_text("2")
    press(page, "把勾选的派给…")
    page.get_by_label("派给谁").select_option(label="李老师（教师）")
    press(page, "下一步：核对")
    press(page, "把 2 个派给李老师")
    expect(page.get_by_text("已把 2 个派给 李老师")).to_be_visible()
    assert not Case.objects.exclude(owner__username="teacher_li").exists()


@pytest.mark.parametrize("tail", ["", "visit/", "evidence/", "assign/", "placement/", "closing/", "print/"])
def test_no_page_of_a_case_scrolls_sideways_on_a_phone(desk, case: Case, tail: str) -> None:
    page = desk("principal", viewport=PHONE)
    for address in ("/case/", f"/case/{case.pk}/{tail}"):
        page.goto(address)
        assert fits(page), address
