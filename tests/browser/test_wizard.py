"""The import wizard lived through in Chromium: a GBK list with a misspelt village and an unknown word, from file to
batch and back; several files at once; questions answered; keyboard and labels.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import DESK, PHONE, fits
from tests.lib import wizard as w
from tests.lib.web import hukou_csv

from notoneless.roster.records.models import SenderHabit

LONG = 30_000


def csv_file(content: bytes, name: str = "户籍_岸堤镇.csv") -> dict[str, object]:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def send(page: Page, *files: dict[str, object], sender: str = w.POLICE) -> None:
    page.goto("/roster/upload/")
    page.locator("input[type=file]").set_input_files(list(files))
    page.get_by_label("送达单位").fill(sender)
    page.get_by_role("button", name="上传并核对").click()


def test_from_a_misspelt_list_to_a_batch_that_tells_what_was_corrected(desk, worker) -> None:
    page = desk("clerk")
    send(page, csv_file(w.odd_hukou_csv(12, 4, 2)))
    row = page.get_by_role("row", name=w.ODD_VILLAGE)
    expect(row).to_contain_text(w.VILLAGE, timeout=LONG)
    page.get_by_label("记住，以后这个单位都这样").check()
    row.get_by_role("button", name="接受 4 处").click()
    expect(page.get_by_role("heading", name="已接受的更正")).to_be_visible(timeout=LONG)
    word = page.get_by_role("row", name=w.ODD_WORD)
    word.get_by_role("combobox").select_option(w.WORD)
    word.get_by_role("button", name="接受 2 处").click()
    expect(page.get_by_role("button", name="撤销")).to_have_count(2, timeout=LONG)
    expect(page.get_by_text("读入 12 ＝ 可导入 12")).to_be_visible()
    page.get_by_role("button", name="导入 12 行").click()
    page.get_by_role("link", name="看结果").click(timeout=LONG)
    expect(page.get_by_role("heading", name="更正")).to_be_visible()
    expect(page.get_by_role("row", name=f"“{w.ODD_VILLAGE}” → “{w.VILLAGE}”")).to_contain_text("4")
    page.get_by_role("link", name="撤回本批").click()
    page.get_by_label("理由").fill("公安局重发了全量名单")
    page.get_by_role("button", name="撤回本批 12 行").click()
    expect(page.get_by_role("heading", name="本批已撤回")).to_be_visible()
    assert SenderHabit.objects.get().written == w.ODD_VILLAGE


def test_an_accepted_suggestion_can_be_undone(desk, worker) -> None:
    page = desk("clerk")
    send(page, csv_file(w.odd_hukou_csv()))
    page.get_by_role("button", name="接受 3 处").click(timeout=LONG)
    page.get_by_role("button", name="撤销").click(timeout=LONG)
    expect(page.get_by_role("button", name="接受 3 处")).to_be_visible(timeout=LONG)


def test_several_files_travel_one_by_one_and_a_wrong_one_holds_up_no_other(desk, worker) -> None:
    page = desk("clerk")
    files = [csv_file(hukou_csv(3, 0), "东片.csv"), csv_file(b"x", "说明.et"), csv_file(hukou_csv(4, 1), "西片.csv")]
    send(page, *files)
    expect(page.get_by_text("不是 Excel、CSV 或 zip")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("已收到，正在核对")).to_have_count(2)
    page.get_by_role("button", name="去掉 说明.et").click()
    page.get_by_role("link", name="看已收到的").click()
    expect(page.get_by_text("可导入 3 行，没有错误")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("可导入 4 行，有错误 1 行")).to_be_visible(timeout=LONG)


def test_a_mistake_in_the_form_keeps_the_chosen_files(desk) -> None:
    page = desk("clerk")
    send(page, csv_file(hukou_csv()), sender="")
    expect(page.get_by_role("alert")).to_contain_text("送达单位")
    expect(page.get_by_text("户籍_岸堤镇.csv")).to_be_visible()


def test_a_dropped_file_is_taken(desk) -> None:
    page = desk("clerk")
    page.goto("/roster/upload/")
    data = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['x'], '拖来的.csv')); return d; }"
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": data})
    expect(page.get_by_text("拖来的.csv")).to_be_visible()


def test_a_question_is_answered_by_keyboard(desk, worker) -> None:
    page = desk("clerk")
    send(page, csv_file(w.renamed_csv()))
    page.get_by_role("link", name="我来对列").click(timeout=LONG)
    question = page.get_by_role("group", name="“号码一栏”这一列是什么？")
    question.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    expect(question.get_by_role("radio").first).to_be_checked()
    page.get_by_role("button", name="按这样重新核对").press("Enter")
    expect(page.get_by_role("button", name="导入 5 行")).to_be_visible(timeout=LONG)
    page.goto("/roster/habit/")
    expect(page.get_by_role("rowheader", name="列名“号码一栏”是身份证号")).to_be_visible()


def test_closing_the_page_loses_nothing(desk, worker) -> None:
    page = desk("clerk")
    send(page, csv_file(hukou_csv(6, 0)))
    page.wait_for_url("**/roster/draft/*/")
    page.goto("/")
    page.get_by_role("link", name="去确认").click(timeout=LONG)
    expect(page.get_by_text("可导入 6 行，没有错误")).to_be_visible(timeout=LONG)


UNLABELLED = """() => [...document.querySelectorAll('main input, main select, main textarea, main button')]
  .filter(one => one.type !== 'hidden')
  .filter(one => !(one.labels && one.labels.length) && !one.getAttribute('aria-label') && !one.textContent.trim())
  .map(one => one.outerHTML)"""
TWICE = """() => { const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at); }"""


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_every_control_has_a_name_and_every_page_fits(desk, worker, viewport) -> None:
    page = desk("clerk", viewport=viewport)
    send(page, csv_file(w.odd_hukou_csv()))
    page.get_by_role("button", name="接受 3 处").click(timeout=LONG)
    expect(page.get_by_role("button", name="撤销")).to_be_visible(timeout=LONG)
    here = page.url.removesuffix("/")
    for address in (
        here,
        f"{here}/columns/",
        f"{here}/rows/?code=E307",
        "/roster/draft/",
        "/roster/upload/",
        "/roster/habit/",
    ):
        page.goto(address)
        assert page.evaluate(UNLABELLED) == [], address
        assert page.evaluate(TWICE) == [], address
        assert fits(page), address
