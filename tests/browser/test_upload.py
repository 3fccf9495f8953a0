"""A clerk brings a list in: choose it, watch the check, import the good rows, look at the batch, take it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import PHONE, fits
from tests.lib.web import hukou_csv

PAGES = ["/", "/roster/", "/roster/batch/", "/roster/upload/", "/roster/draft/", "/job/", "/help/", "/account/"]


def test_a_list_from_file_to_batch_and_back(desk, worker) -> None:
    page = desk("clerk")
    page.get_by_role("link", name="名册", exact=True).first.click()
    page.get_by_role("link", name="上传名册").click()
    files = [{"name": "户籍_岸堤镇.csv", "mimeType": "text/csv", "buffer": hukou_csv(30, 3)}]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text("户籍_岸堤镇.csv")).to_be_visible()
    page.get_by_label("送达单位").fill("县公安局户政科")
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("button", name="只导入正确的 30 行")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="只导入正确的 30 行").click()
    page.get_by_role("link", name="看结果").click(timeout=30_000)
    expect(page.get_by_text("读入 33 ＝ 可用 30 ＋ 退回 3")).to_be_visible()
    page.get_by_role("link", name="撤回本批").click()
    page.get_by_label("理由").fill("公安局重发了全量名单")
    page.get_by_role("button", name="撤回本批 30 行").click()
    expect(page.get_by_role("heading", name="本批已撤回")).to_be_visible()


def test_a_wrong_form_comes_back_with_its_mistakes(desk) -> None:
    page = desk("clerk")
    page.goto("/roster/upload/")
    page.locator("input[type=file]").set_input_files([{"name": "户籍.csv", "mimeType": "", "buffer": hukou_csv()}])
    page.get_by_label("送达单位").fill("")
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("alert")).to_contain_text("送达单位")
    expect(page.get_by_role("button", name="上传并核对")).to_be_visible()


@pytest.mark.parametrize("address", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(desk, address: str) -> None:
    page = desk("clerk", viewport=PHONE)
    page.goto(address)
    assert fits(page), address


def test_the_keyboard_reaches_the_text_first(desk) -> None:
    page = desk("clerk")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
