"""Doubtful pairs judged with the keys alone, by two people, in a real browser.

高明月 judges three pairs with 1, 2 and 3 without touching the mouse, takes one back with Z, walks with J and K. The merge
she wanted is risky (the girl is looked for in a case), so it waits: 贺小满 sees it as 待第二人, cannot send it back with an
empty reason, and agrees with 1. One of the judged pairs is of the blind sample: 贺小满 meets it as if nobody had judged it.

With NOTONELESS_PICTURES=1 the test leaves docs/pictures/review.png behind.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PHONE, fits
from tests.browser.hands import picture
from tests.lib import cast as c
from tests.lib.swept import Swept, make_pair, swept

from notoneless.link.records.models import LinkDecision, Reading, ReviewPair


@pytest.fixture
def other(people: c.Cast) -> None:
    people.person("clerk2", "贺小满", "county_clerk", place_code=c.COUNTY)


@pytest.fixture
def pairs(people: c.Cast, other: None, tmp_path: Path) -> list[ReviewPair]:
    """Three pairs, the likeliest first: of a girl in a case, and twice of one who is not."""
    home: Swept = swept(people.clerk, tmp_path)
    ReviewPair.objects.all().delete()
    first = make_pair(home)
    made = [first]
    for number, weight in ((2, 2.5), (3, 1.5)):
        pair = ReviewPair.objects.get(pk=first.pk)
        pair.pk, pair.weight, pair.right_key = f"PTEST000000{number}", weight, pair.right_key
        pair.left_key = f"{number}" * 24
        pair.save(force_insert=True)
        made.append(pair)
    return made


def at(page: Page, text: str) -> None:
    """The pair is there, and the keys are: the script gives the sentence the focus."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    expect(page.locator("[data-first-read]")).to_be_focused()


def test_three_pairs_by_keys_and_a_second_person(desk, pairs: list[ReviewPair]) -> None:
    page = desk("clerk")
    page.goto("/review/")
    page.keyboard.press("j")
    at(page, "第 1 / 3 对")
    expect(page.get_by_text("要等第二个人同意才算数")).to_be_visible()
    picture(page, "review")
    page.keyboard.press("j")
    at(page, "第 2 / 3 对")
    page.keyboard.press("k")
    at(page, "第 1 / 3 对")
    page.keyboard.press("1")
    expect(page.get_by_text("已判：待第二人")).to_be_visible()
    at(page, "第 1 / 2 对")
    page.keyboard.press("2")
    expect(page.get_by_text("已判：不是同一人")).to_be_visible()
    expect(page.get_by_text("还剩 1 对等您判，您今天判了 2 对。")).to_be_visible()
    at(page, "第 1 / 1 对")
    page.keyboard.press("z")
    expect(page.get_by_text("已撤销")).to_be_visible()
    at(page, "第 1 / 2 对")
    page.keyboard.press("2")
    at(page, "第 1 / 1 对")
    page.keyboard.press("3")
    expect(page.get_by_text("等您判的都判完了")).to_be_visible()
    assert list(ReviewPair.objects.order_by("id").values_list("status", flat=True)) == [
        "second",
        "different",
        "unsure",
    ]
    ReviewPair.objects.filter(pk=pairs[1].pk).update(blind=True)
    _second_person(desk("clerk2"), pairs)


def _second_person(page: Page, pairs: list[ReviewPair]) -> None:
    page.goto("/review/")
    expect(page.get_by_role("row", name="待第二人")).to_have_count(1)
    page.keyboard.press("j")
    at(page, "第 1 / 2 对 · 请您作第二人")
    page.keyboard.press("2")
    expect(page.get_by_label("说明（退回必须写）")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_text("已判：同一人")).to_be_visible()
    at(page, "第 1 / 1 对")
    expect(page.get_by_text("高明月").and_(page.locator("main *"))).to_have_count(0)
    page.keyboard.press("1")
    expect(page.get_by_text("等您判的都判完了")).to_be_visible()
    assert LinkDecision.objects.get(verdict="same").second_by.username == "clerk2"
    assert Reading.objects.get(purpose="blind").against.verdict == "different"
    page.goto("/review/quality/")
    expect(page.get_by_text("盲判过 1 对，不到 20 对")).to_be_visible()


def test_keys_are_letters_while_one_writes(desk, pairs: list[ReviewPair]) -> None:
    page = desk("clerk")
    page.goto(f"/review/{pairs[0].pk}/")
    page.get_by_label("说明").fill("")
    page.get_by_label("说明").press_sequentially("123jkz")
    expect(page.get_by_label("说明")).to_have_value("123jkz")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page.get_by_text("已判：不是同一人")).to_be_visible()
    assert ReviewPair.objects.get(pk=pairs[0].pk).note == "123jkz"


@pytest.mark.parametrize("address", ["", "judged/", "quality/", "PTEST0000001/"])
def test_no_page_of_the_screen_scrolls_sideways_on_a_phone(desk, pairs: list[ReviewPair], address: str) -> None:
    page = desk("clerk", viewport=PHONE)
    page.goto(f"/review/{address}")
    assert fits(page), address
