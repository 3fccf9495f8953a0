"""A partner's day, lived in a real browser: 老于 of the disabled persons' federation.

He chooses his list; its sender is already written and cannot be changed. One row has no name: he imports the good ones,
reads the receipt with the fingerprint that his own machine gives too, and prints it. The county sweeps. He takes the
feedback list back as a workbook: his own rows only, with what is wrong and what to do. Of all else the desk has nothing
for him: no ledger, no case, no child, no list of anybody else.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from tests.browser.hands import fetch, follow, picture, press
from tests.integration.web.test_partner import OTHERS, disability_csv
from tests.lib import cast as c
from tests.lib.swept import sweep_county, swept

from notoneless.link.records.models import Child
from notoneless.roster.records.models import Delivery


@pytest.fixture
def lists(people: c.Cast, tmp_path: Path) -> Path:
    """The county's own lists are in, and were swept once."""
    swept(people.clerk, tmp_path)
    return tmp_path


def test_from_the_list_to_the_feedback_and_nobody_else(desk, worker, people: c.Cast, lists: Path) -> None:
    page = desk("partner")
    _send(page)
    delivery = Delivery.objects.get(sender=c.FEDERATION)
    _take_the_receipt(page, delivery)
    sweep_county(people.clerk, lists)
    _take_the_feedback(page, delivery, lists)
    _see_nobody_else(page)


def _send(page: Page) -> None:
    follow(page, "名册")
    follow(page, "上传名册")
    page.get_by_label("文件", exact=True).set_input_files(
        [{"name": "残疾.csv", "mimeType": "text/csv", "buffer": disability_csv()}]
    )
    page.get_by_label("数据时点").fill("2026-11-20")
    expect(page.get_by_text(c.FEDERATION).first).to_be_visible()
    press(page, "上传并核对")
    page.get_by_role("button", name="只导入正确的 3 行").click(timeout=30_000)
    page.get_by_role("link", name="看结果").click(timeout=30_000)


def _take_the_receipt(page: Page, delivery: Delivery) -> None:
    follow(page, "回执")
    expect(page.get_by_text(hashlib.sha256(disability_csv()).hexdigest())).to_be_visible()
    expect(page.get_by_text("可用 3，退回 1，重复 0，空行等忽略 0")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="主菜单")).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto(f"/roster/{delivery.pk}/")


def _take_the_feedback(page: Page, delivery: Delivery, folder: Path) -> None:
    page.goto(f"/roster/{delivery.pk}/")
    follow(page, "反馈名单")
    expect(page.get_by_text("在其他名册里没有找到这个人").first).to_be_visible()
    picture(page, "partner")
    book = load_workbook(fetch(page, lambda: page.get_by_role("link", name="下载").first.click(), folder))
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert {row[0] if isinstance(row[0], int) else str(row[1]) for row in rows}
    text = " ".join(str(cell) for row in rows for cell in row)
    assert "冬小雪" in text
    assert not [name for name in OTHERS if name in text]


def _see_nobody_else(page: Page) -> None:
    for name in ("台账", "个案", "摸排", "审计"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    child = Child.objects.first()
    assert child is not None
    other = Delivery.objects.exclude(sender=c.FEDERATION).first()
    assert other is not None
    for address, status in ((f"/child/{child.pk}/", 403), ("/case/", 403), (f"/roster/{other.pk}/", 404)):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == status, address
        expect(page.get_by_text(child.name)).to_have_count(0)
