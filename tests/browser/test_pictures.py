"""The README's pictures, taken of the demonstration's township: run with NOTONELESS_PICTURES=1 to renew them.

docs/pictures/case.png and home-principal.png come from the principal's day, partner.png and audit.png from theirs.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.hands import follow, picture, press, takes_pictures
from tests.lib import cast as c

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.flows.demo_county import run_demo
from notoneless.org.models import User

SEED = 20260901
MEDICAL = "09_医保参保.csv"

pytestmark = pytest.mark.skipif(not takes_pictures(), reason="only NOTONELESS_PICTURES=1 renews the pictures")


@pytest.fixture
def township(people: c.Cast, tmp_path: Path) -> Path:
    """The demonstration in this test's database and lake, some of its cases given away; gives its folder."""
    run_demo(size="township", seed=SEED, folder=tmp_path, now=c.NOW, progress=lambda *_: None)
    _give_away(people)
    return tmp_path


def _give_away(people: c.Cast) -> None:
    """The officer of the township has had a part of the cases."""
    officer: User = people.township_officer
    for case in Case.objects.order_by("due_date", "pk")[5:60:3]:
        actions.assign(case_id=case.pk, owner_id=officer.pk, version=case.version, by=people.clerk, now=c.NOW)


def test_pictures_of_the_desk(desk, worker, township: Path) -> None:
    page = desk("clerk")
    picture(page, "home")
    follow(page, "摸排")
    page.locator("table.data a").first.click()
    picture(page, "sweep")
    follow(page, "台账")
    page.get_by_role("link", name="疑似辍学", exact=True).click()
    page.get_by_label("筛选").get_by_role("link", name="脱贫户辍学").click()
    table = page.locator(".table-scroll").last
    assert table.evaluate("one => one.scrollWidth <= one.clientWidth"), "a ledger does not fit beside the tree"
    picture(page, "ledger")
    page.locator("table.ledger th a").first.click()
    expect(page.get_by_role("heading", name="各名册怎么写")).to_be_attached()
    picture(page, "child")
    _import(page, township)


def _import(page: Page, folder: Path) -> None:
    """A list with wrong rows, as the check shows it before anything is imported."""
    follow(page, "名册")
    follow(page, "上传名册")
    path = next(folder.rglob(MEDICAL))
    again = path.with_name("医保参保_补.csv")
    again.write_bytes(path.read_bytes() + b"\r\n")
    page.get_by_label("文件", exact=True).set_input_files(again)
    page.get_by_label("送达单位").fill("县医疗保障局")
    press(page, "上传并核对")
    expect(page.get_by_text("有错误，不导入")).to_be_visible(timeout=30_000)
    picture(page, "import")
