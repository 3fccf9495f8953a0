"""The head's day, lived in a real browser: 周立人 reads numbers, decides as the second person, and takes paper along.

On 首页 one closing waits for her, and the numbers open what they count. The sweep's results say what came of the lists and
which lists never came. She reads the request, the paper and the history, approves, and the case is closed; one that is not
proved she sends back with a reason. The ledger she prints: the head of the table on every sheet, no menu, no buttons.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.hands import follow, press
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.swept import AS_OF, swept

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.link.records.models import Child


@pytest.fixture
def asked(people: c.Cast, tmp_path: Path) -> list[Case]:
    """A sweep, and two cases whose closing the clerk asked for."""
    last = swept(people.clerk, tmp_path).sweep
    made = [k.open_case(people.clerk, child_id=f"C000000000{n}") for n in (1, 2)]
    Child.objects.update(last_sweep=last.pk)
    for case in made:
        paper = k.add_evidence(case, people.clerk, "graduation_paper")
        actions.ask_closing(
            **k.fresh(case), outcome_id="graduated", evidence_id=paper.pk, reason="已毕业", by=people.clerk, now=c.NOW
        )
    return made


def test_from_the_numbers_to_two_decisions_and_the_print(desk, asked: list[Case], tmp_path: Path) -> None:
    page = desk("head")
    expect(page.get_by_text("2 个销号申请等您审批")).to_be_visible()
    _read_the_results(page)
    _decide(page, asked[0], "批准销号", "")
    _decide(page, asked[1], "退回", "毕业证看不清，请重新扫描")
    assert [Case.objects.get(pk=case.pk).closed_at is not None for case in asked] == [True, False]
    _print(page, tmp_path)


def _read_the_results(page: Page) -> None:
    follow(page, "摸排")
    page.get_by_role("link", name=AS_OF.isoformat()).first.click()
    expect(page.get_by_role("heading", name=f"{AS_OF} 摸排")).to_be_visible()
    expect(page.get_by_text("未收到").first).to_be_visible()
    page.get_by_role("row", name="适龄失学").first.get_by_role("link", name="适龄失学").click()
    expect(page.get_by_text("夏小雨").first).to_be_visible()


def _decide(page: Page, case: Case, verdict: str, why: str) -> None:
    follow(page, "首页")
    page.get_by_role("link", name="去审批").click()
    page.get_by_role("row", name=case.pk).get_by_role("link").first.click()
    expect(page.get_by_text("毕业证").first).to_be_visible()
    follow(page, "审批")
    page.get_by_label(verdict, exact=False).first.check()
    if why:
        page.get_by_label("意见").fill(why)
    press(page, "提交审批意见")
    expect(page.locator(".case-line .status").first).to_be_visible()


def _print(page: Page, folder: Path) -> None:
    follow(page, "台账")
    page.get_by_role("link", name="疑似辍学", exact=True).click()
    follow(page, "打印")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_hidden()
    expect(page.locator("table.ledger thead").first).to_be_visible()
    paper = folder / "疑似辍学.pdf"
    page.pdf(path=paper, prefer_css_page_size=True)
    assert paper.read_bytes().startswith(b"%PDF")
    page.emulate_media(media="screen")
