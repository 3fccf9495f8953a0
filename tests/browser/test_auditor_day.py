"""An auditor's day, lived in a real browser: 老段 believes nothing and can change nothing.

From a number of the sweep to its rows, to a child, to the cell of the list that says so, everything masked; the list's
fingerprint is worked out anew. A sample is drawn with a seed, and drawn again by the same seed it is the same; the sheet
goes on paper, a result comes back in. The evidence pack is taken out and proves itself when it is brought back; changed
by one byte it does not. Who saw this child: the auditor, too.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.hands import fetch, follow, picture, press
from tests.lib import cast as c
from tests.lib.swept import Swept, swept
from tests.lib.web import client_of

from notoneless.audit.records.models import Sample
from notoneless.case.records.models import Case


@pytest.fixture
def home(people: c.Cast, tmp_path: Path) -> Swept:
    """A sweep; the clerk has looked at the case of the child who is not at school."""
    found = swept(people.clerk, tmp_path)
    case = Case.objects.get(child=found.gap)
    assert client_of(people.clerk).get(f"/case/{case.pk}/").status_code == 200
    return found


def test_from_a_number_to_the_cell_and_a_pack_that_proves_itself(desk, home: Swept, tmp_path: Path) -> None:
    page = desk("auditor")
    _trace(page, home)
    _draw_twice(page)
    _take_and_prove_a_pack(page, home, tmp_path)
    _who_saw(page, home)


def _trace(page: Page, home: Swept) -> None:
    follow(page, "审计")
    page.locator("table.data tbody th a").first.click()
    picture(page, "audit")
    page.get_by_role("row", name="适龄失学").get_by_role("link", name="2").last.click()
    expect(page.get_by_text("夏*雨")).to_be_visible()
    page.get_by_role("link", name=home.gap.pk).click()
    expect(page.get_by_text("户籍").first).to_be_visible()
    expect(page.get_by_text("夏小雨")).to_have_count(0)
    page.get_by_text("格里写的（脱敏）").first.click()
    expect(page.get_by_role("row", name="公民身份号码").first).to_be_visible()
    page.get_by_role("button", name="重算这份名册的指纹").first.click()
    expect(page.get_by_text("没有被改动")).to_be_visible()


def _draw_twice(page: Page) -> None:
    for _again in range(2):
        follow(page, "审计")
        follow(page, "抽样")
        page.get_by_label("查出的缺口").check()
        page.get_by_label("种子").fill("20261130-4")
        page.get_by_label("抽几件").fill("1")
        page.get_by_role("button", name="抽样", exact=True).click()
        expect(page.get_by_text("抽出 1 件")).to_be_visible()
    first, second = Sample.objects.order_by("created_at")
    assert [one.case_id for one in first.items.all()] == [one.case_id for one in second.items.all()]
    follow(page, "核对单（A4）")
    expect(page.get_by_text("20261130-4")).to_be_visible()
    page.go_back()
    page.get_by_label("核对结果").select_option(label="相符")
    page.get_by_label("说明").fill("到户看过，孩子在家")
    press(page, "登记")
    expect(page.get_by_text("第 1 件：已登记“相符”")).to_be_visible()


def _take_and_prove_a_pack(page: Page, home: Swept, folder: Path) -> None:
    case = Case.objects.get(child=home.gap)
    page.goto("/audit/")
    page.get_by_label("个案编号").fill(case.pk)
    press(page, "看个案")
    pack = fetch(page, lambda: press(page, "导出取证包"), folder)
    with zipfile.ZipFile(pack) as inside:
        assert {"manifest.json", "SHA256SUMS"} <= {Path(name).name for name in inside.namelist()}
    _prove(page, pack, "没有改动")
    changed = folder / "改过.zip"
    _change_one_letter(pack, changed)
    _prove(page, changed, "对不上")


def _prove(page: Page, pack: Path, told: str) -> None:
    page.goto("/audit/pack/")
    page.locator("input[type=file]").set_input_files(pack)
    page.get_by_role("button", name="核对", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text(told)


def _change_one_letter(pack: Path, changed: Path) -> None:
    """The first file's first letter, nothing else."""
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(changed, "w") as new:
        for at, name in enumerate(sorted(old.namelist(), key=lambda one: not one.endswith("case.json"))):
            content = bytearray(old.read(name))
            content[len(content) // 2] ^= 1 if at == 0 else 0
            new.writestr(name, bytes(content))


def _who_saw(page: Page, home: Swept) -> None:
    page.goto("/audit/")
    page.get_by_label("孩子编号").fill(home.gap.pk)
    press(page, "查")
    expect(page.get_by_text("高明月").first).to_be_visible()
    expect(page.get_by_text("审计员老段").first).to_be_visible()
