"""What a person's hands do at a page: press, follow, choose a file, fetch one; and the pictures for the README."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST_PICTURE = 200 * 1024


def press(page: Page, name: str) -> None:
    """The button of exactly that name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """The first link of that name: the big button comes before the small ones."""
    page.get_by_role("link", name=name, exact=True).first.click()


def fetch(page: Page, click: Callable[[], None], folder: Path) -> Path:
    """The file that a click brings, kept under the name the browser would give it."""
    with page.expect_download() as coming:
        click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def takes_pictures() -> bool:
    """Whether this run is asked to renew docs/pictures."""
    return os.environ.get("NOTONELESS_PICTURES") == "1"


def picture(page: Page, name: str) -> None:
    """Keep what is on the screen as docs/pictures/<name>.png, when asked to; small enough for a README."""
    if takes_pictures():
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path)
        assert path.stat().st_size <= LARGEST_PICTURE, f"{path.name} is too large for the README"
