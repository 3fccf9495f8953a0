"""The desk without a mouse: Tab goes through each page in its order, every place it stops at is seen, and it never stays
in one; arrows walk the organisation tree, Escape folds what was unfolded.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE
from tests.lib.swept import Swept, make_pair, swept

from notoneless.case.records.models import Case

STOPS = """() => [...document.querySelectorAll('a[href], button, select, summary, textarea, input, [tabindex="0"]')]
  .filter(one => one.checkVisibility({checkVisibilityCSS: true}) && !one.disabled && one.type !== 'hidden')"""
MARK = f"() => {{ ({STOPS})().forEach((one, at) => {{ one.dataset.stop = at; }}); return ({STOPS})().length; }}"
HERE = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const ring = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none';
  const near = one.nextElementSibling && parseFloat(getComputedStyle(one.nextElementSibling).outlineWidth) >= 2;
  const inSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {at: Number(one.dataset.stop), seen: Boolean((ring || near) && inSight), what: one.outerHTML.slice(0, 80)};
}"""
MUST = """() => [...document.querySelectorAll('[data-stop]')].filter(one => one.type !== 'radio')
  .map(one => Number(one.dataset.stop))"""
PARTS_OF_DATES = 30
POSITIVE = '() => document.querySelectorAll(\'[tabindex]:not([tabindex="0"]):not([tabindex="-1"])\').length'


@pytest.fixture
def home(people, tmp_path: Path) -> Swept:
    found = swept(people.clerk, tmp_path)
    make_pair(found)
    return found


def walk(page: Page, address: str) -> None:
    """Tab from the top of the page until it is left; each stop seen, in the order of the page, none left out."""
    page.emulate_media(reduced_motion="reduce")  # or what takes the focus is still on its way into sight
    page.goto(address)
    assert page.evaluate(POSITIVE) == 0, address
    stops = page.evaluate(MARK)
    visited: list[int] = []
    for _ in range(stops + PARTS_OF_DATES):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is not None and visited and here["at"] == visited[-1]:
            continue  # the next part of a date
        if here is None or here["at"] in visited:
            break
        assert here["seen"], f"{address}: the focus is not seen at {here['what']}"
        visited.append(here["at"])
    assert visited == sorted(visited), f"{address}: Tab jumps about"
    assert set(page.evaluate(MUST)) <= set(visited), (
        f"{address}: Tab does not reach everything, or stays in one place"
    )


def test_tab_goes_through_every_kind_of_page(desk, home: Swept) -> None:
    case = Case.objects.get(child=home.gap)
    page = desk("clerk")
    for address in (
        "/", "/ledger/suspected/", "/case/", f"/case/{case.pk}/", f"/case/{case.pk}/visit/", "/roster/upload/",
        "/review/", f"/sweep/{home.sweep.pk}/",
    ):  # fmt: skip
        walk(page, address)


def test_the_skip_link_leads_past_menu_and_tree(desk, home: Swept) -> None:
    page = desk("clerk")
    page.goto("/ledger/school_age/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate("one => Boolean(one.closest('main'))")


def test_arrows_walk_the_tree(desk, home: Swept) -> None:
    page = desk("clerk")
    page.goto("/ledger/school_age/")
    tree = page.locator(".tree")
    county, town = tree.get_by_role("link", name="沂南县"), tree.get_by_role("link", name="岸堤镇", exact=False).first
    county.focus()
    page.keyboard.press("ArrowRight")
    expect(tree.locator("ul a").first).to_be_focused()
    town.focus()
    page.keyboard.press("ArrowRight")
    school = tree.get_by_role("link", name="岸堤镇中心小学")
    expect(school).to_be_visible()
    expect(town).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(school).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(town).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(school).to_be_hidden()
    page.keyboard.press("ArrowUp")
    expect(town).not_to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledger/school_age/?place=371321101000")
    expect(page.locator("main").get_by_text("春小花")).to_be_visible()


def test_escape_folds_the_menu_of_a_telephone(desk, home: Swept) -> None:
    page = desk("clerk", viewport=PHONE)
    menu = page.locator(".side-fold")
    menu.locator("summary").press("Enter")
    link = menu.get_by_role("link", name="台账")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


def test_a_visit_is_written_by_keys_alone(desk, home: Swept) -> None:
    case = Case.objects.get(child=home.gap)
    page = desk("clerk")
    page.goto(f"/case/{case.pk}/visit/")
    page.get_by_label("家访").focus()
    page.keyboard.press("Space")
    for label, said in (("见到谁", "祖母"), ("家长态度", "支持"), ("学生态度", "愿意回校")):
        field = page.get_by_label(label)
        for _ in range(60):
            if field.evaluate("one => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.type(said)
    page.get_by_role("button", name="保存走访").press("Enter")
    expect(page.get_by_text("走访已记下")).to_be_visible()
    assert (case.visits.get().met_whom, case.visits.get().child_attitude) == ("祖母", "愿意回校")
