"""A county clerk's day, lived in a real browser from three files to the first case given away.

高明月 signs in; nothing has been swept yet. She brings the three lists of examples/three-lists through the file chooser.
In 户籍 one number was ruined by a spreadsheet: ten rows read, nine good, one wrong. She imports the nine, fetches the
workbook of wrong rows, writes the right number into it and sends the same workbook back; the other two lists follow.
She starts 摸排 and watches it end. The page says first which lists never came and what cannot be judged without them;
the comparisons are numbers, she opens the reason of one (为什么) and the children behind it. In the ledger of 疑似辍学
she narrows to one check, the address says so, and the workbook she exports holds just that row, with the number masked,
as text, and a sheet that says what it is. From the ledger to the child's file, from there to the case, which the officer
of the township gets. One pair of rows was too doubtful for the program: she decides it with one key. She sweeps again:
the decision is honoured, 与上次比 says what changed and why, and no child has a second case.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from tests.browser.hands import fetch, follow, press

from notoneless.case.records.models import Case

LISTS = Path(__file__).resolve().parents[2] / "examples" / "three-lists"
AS_OF = "2026-11-20"
RUINED, RIGHT = "牟若兮", "371321201601270027"
ABSENT = "薛雨桐"


def test_from_three_files_to_a_case_with_an_owner(desk, worker, tmp_path: Path) -> None:
    page = desk("clerk")
    _bring_hukou_with_a_wrong_row(page, tmp_path)
    _bring(page, LISTS / "学籍.xlsx", "岸堤镇中心小学", "导入 9 行")
    _bring(page, LISTS / "在校点名.csv", "岸堤镇中心小学", "导入 10 行")
    _sweep(page)
    _read_the_comparisons(page)
    _export_the_ledger(page, tmp_path)
    _give_the_case_away(page)
    cases = set(Case.objects.values_list("pk", flat=True))
    _decide_the_doubtful_pair(page)
    _sweep(page)
    _compare_with_the_last(page)
    assert set(Case.objects.values_list("pk", flat=True)) == cases


def _choose(page: Page, path: Path, sender: str) -> None:
    """Choose one file and let it be checked; nothing is imported yet."""
    follow(page, "名册")
    follow(page, "上传名册")
    page.get_by_label("文件", exact=True).set_input_files(path)
    page.get_by_label("送达单位").fill(sender)
    page.get_by_label("数据时点").fill(AS_OF)
    press(page, "上传并核对")


def _bring(page: Page, path: Path, sender: str, button: str) -> None:
    _choose(page, path, sender)
    page.get_by_role("button", name=button, exact=True).click(timeout=30_000)
    page.get_by_role("link", name="看结果").click(timeout=30_000)
    expect(page.get_by_text("有效").first).to_be_visible()


def _bring_hukou_with_a_wrong_row(page: Page, folder: Path) -> None:
    _choose(page, LISTS / "户籍.xlsx", "县公安局")
    expect(page.get_by_text("读入 10 ＝ 可导入 9 ＋ 有错误 1 ＋ 重复 0 ＋ 已忽略 0")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("row", name="E107")).to_contain_text("请先把这一列的单元格格式设成“文本”")
    press(page, "只导入正确的 9 行")
    page.get_by_role("link", name="看结果").click(timeout=30_000)
    wrong = fetch(page, lambda: follow(page, "下载 1 行错误"), folder)
    _mend(wrong)
    _bring(page, wrong, "县公安局", "导入 1 行")


def _mend(path: Path) -> None:
    """Write the right number over the ruined one, as one would in a spreadsheet."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    header = next(row for row in sheet.iter_rows() if "公民身份号码" in [cell.value for cell in row])
    name, number = ([cell.value for cell in header].index(title) for title in ("姓名", "公民身份号码"))
    row = next(row for row in sheet.iter_rows() if row[name].value == RUINED)
    row[number].value = RIGHT
    book.save(path)


def _sweep(page: Page) -> None:
    follow(page, "摸排")
    follow(page, "开始摸排")
    page.get_by_label("数据时点").fill(AS_OF)
    press(page, "开始摸排")
    page.get_by_role("link", name="看结果").click(timeout=60_000)
    expect(page.get_by_role("heading", name=f"{AS_OF} 摸排")).to_be_visible()


def _read_the_comparisons(page: Page) -> None:
    """Missing lists before numbers; numbers lead to reasons and to children."""
    missing, numbers = page.locator(".notice-warn").first, page.locator(".numbers").first
    expect(missing).to_contain_text("未收到 9 份名册")
    expect(missing).to_contain_text("脱贫享受政策与监测对象名册：不应助已助、脱贫户辍学不能判断")
    assert missing.bounding_box()["y"] < numbers.bounding_box()["y"]
    line = page.get_by_role("row", name="疑似辍学").first
    expect(line.get_by_role("cell")).to_contain_text(["10", "9", "1", "0", "0"])
    line.get_by_role("link", name="疑似辍学").click()
    page.get_by_text("为什么", exact=True).click()
    expect(page.get_by_text("为什么查")).to_be_visible()
    expect(page.get_by_text("应查 10 ＝ 符合 9 ＋ 缺口 1 ＋ 有据排除 0 ＋ 不能判断 0")).to_be_visible()
    page.locator(".numbers").get_by_role("link", name="缺口").click()
    expect(page.get_by_role("row", name=ABSENT)).to_contain_text("最后到校 2026-11-02")


def _export_the_ledger(page: Page, folder: Path) -> None:
    follow(page, "台账")
    page.get_by_role("link", name="疑似辍学", exact=True).click()
    page.get_by_label("筛选").get_by_role("link", name="疑似辍学").click()
    expect(page).to_have_url(re.compile(r"/ledger/suspected/\?check=suspected_dropout$"))
    book = load_workbook(fetch(page, lambda: follow(page, "导出 1 行"), folder))
    assert book.sheetnames == ["疑似辍学", "导出说明"]
    header, row = ([cell.value for cell in line] for line in book["疑似辍学"].iter_rows())
    child = dict(zip(header, row, strict=True))
    assert child["姓名"] == ABSENT
    assert child["身份证号"] == "3713**********0029"
    about = dict(book["导出说明"].iter_rows(min_row=2, values_only=True))
    assert about["缺口"] == "疑似辍学"
    assert about["数据时点"] == AS_OF
    assert about["行数"] == "1"
    assert about["导出人"] == "高明月"


def _give_the_case_away(page: Page) -> None:
    follow(page, ABSENT)
    expect(page.get_by_role("heading", name=ABSENT)).to_be_visible()
    page.get_by_role("link", name="办理个案").click()
    follow(page, "派责任人")
    page.get_by_label("责任人").select_option(label="石大川（乡镇干部）")
    press(page, "派给他")
    expect(page.get_by_text("已派给责任人")).to_be_visible()


def _decide_the_doubtful_pair(page: Page) -> None:
    """宓佳仪 of the class list and 宓嘉怡 of the roll: whoever knows the family says it with one key."""
    follow(page, "同一人复核")
    follow(page, "逐对判定 1 对")
    expect(page.get_by_role("row", name="姓名")).to_contain_text("宓佳仪")
    page.keyboard.press("1")
    expect(page.get_by_text("没有等您判的疑似同一人。")).to_be_visible()


def _compare_with_the_last(page: Page) -> None:
    expect(page.get_by_text("疑似同一人，待人工判定")).to_be_visible()
    line = page.get_by_role("row", name="在籍不在校").first
    expect(line.get_by_role("cell")).to_contain_text(["9", "9", "0", "0", "0"])
    follow(page, "与上次比")
    expect(page.get_by_role("heading", name="与上次比")).to_be_visible()
    expect(page.get_by_text("不变").first).to_be_visible()


@pytest.mark.parametrize("name", ["户籍.xlsx", "学籍.xlsx", "在校点名.csv"])
def test_the_same_file_twice_changes_nothing_and_says_so(desk, worker, name: str) -> None:
    page = desk("clerk")
    for _again in range(2):
        _choose(page, LISTS / name, "县局")
        publish = page.get_by_role("button", name="行")
        said = page.get_by_text("同一份文件以前已经导入，再导一次什么都不会改变。")
        expect(publish.or_(said)).to_be_visible(timeout=30_000)
        if publish.count():
            publish.click()
            page.get_by_role("link", name="看结果").click(timeout=30_000)
    expect(said).to_be_visible()
    expect(page.get_by_role("link", name="看那一批")).to_be_visible()
