"""What is measured on a page: axe's findings, controls too small to hit, text too small to read, sideways scrolling.

The bounds are those of WCAG 2.2 AA and of 工信部 APP 适老化规范: a finger needs 44 pixels, a mouse 24.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE_390 = {"width": 390, "height": 844}
FINGER, MOUSE = 44, 24
PHONE_TEXT, SMALL_TEXT = 16, 14
"""Running text on a phone; every text anywhere."""

BAD = ("serious", "critical")
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"

TOO_SMALL = """least => {
  const seen = one => one.checkVisibility({checkVisibilityCSS: true, checkOpacity: true}) && !one.closest('.skip');
  const inText = one => one.matches('a') && getComputedStyle(one).display === 'inline';
  const target = one => one.matches('[type=checkbox], [type=radio]') && one.closest('label') || one;
  return [...document.querySelectorAll('a[href], button, select, summary, textarea, input:not([type=hidden])')]
    .filter(one => seen(one) && !inText(one))
    .map(one => [target(one).getBoundingClientRect(), one])
    .filter(([box]) => box.height > 0 && (box.height < least - 0.5 || box.width < 24))
    .map(([box, one]) => `${Math.round(box.width)}×${Math.round(box.height)} ${one.outerHTML.slice(0, 90)}`);
}"""
"""Controls lower than ``least``; links within a line of text are as high as the line (WCAG 2.5.8 excepts them)."""

TINY_TEXT = """least => {
  const lines = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = {};
  while (lines.nextNode()) {
    const one = lines.currentNode.parentElement, text = lines.currentNode.textContent.trim();
    if (!text || one.closest('script, style, .print-only') || !one.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < least - 0.01) found[`${size}px ${one.tagName.toLowerCase()}.${one.className}`] = text.slice(0, 20);
  }
  return Object.entries(found).map(([where, text]) => `${where}: ${text}`);
}"""

RUNNING_TEXT = """least => [...document.querySelectorAll('main p:not([class]), main td, main dd, main label')]
  .filter(one => one.checkVisibility() && one.textContent.trim() && !one.closest('.letter, .origin'))
  .filter(one => parseFloat(getComputedStyle(one).fontSize) < least - 0.01)
  .map(one => `small running text: ${one.outerHTML.slice(0, 90)}`).slice(0, 3)"""
"""A letter is shown as it will stand on paper; where a value comes from is a note."""

WIDE = """() => {
  const html = document.documentElement;
  if (html.scrollWidth <= html.clientWidth) return [];
  const out = [...document.querySelectorAll('body *')].filter(
    one => one.getBoundingClientRect().right > html.clientWidth + 1 && !one.closest('.table-scroll, .sheet'));
  return [`${html.scrollWidth} px wide: ${out.slice(0, 3).map(one => one.outerHTML.slice(0, 80)).join(' | ')}`];
}"""


def at_the_desk(page: Page) -> list[str]:
    """What is wrong with the page as a person at a desk meets it, with all that is folded opened."""
    page.evaluate(UNFOLD)
    found = [
        f"axe {one['id']} ({one['impact']}): {node['html'][:140]} {_why(node)}"
        for one in Axe().run(page, options=AXE).response["violations"]
        if one["impact"] in BAD
        for node in one["nodes"][:3]
    ]
    small = page.evaluate(TOO_SMALL, MOUSE)
    return found + small + page.evaluate(TINY_TEXT, SMALL_TEXT)


def on_the_phone(page: Page) -> list[str]:
    """The same on a telephone of 390 pixels."""
    page.set_viewport_size(PHONE_390)
    return [
        *page.evaluate(WIDE),
        *page.evaluate(TOO_SMALL, FINGER),
        *page.evaluate(TINY_TEXT, SMALL_TEXT),
        *page.evaluate(RUNNING_TEXT, PHONE_TEXT),
    ]


def _why(node: dict[str, object]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(one["message"] for one in checks)[:160]
