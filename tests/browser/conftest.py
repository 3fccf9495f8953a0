"""A real Chromium against the real site in this process: `desk` signs a person in and gives a page.

Needs Debian's chromium and libatomic1 (`python3 run.py test` installs them). The page policy forbids evaluation, so
wait with locators and ``expect``, never with ``wait_for_function``.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator

# Sync Playwright runs an event loop in this thread; Django would refuse the database because of it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer
from tests.lib.cast import PASSWORD, Cast, make_cast

from notoneless.jobs.worker import work

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}

SignIn = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("no chromium: python3 run.py test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--lang=zh-CN"])
        yield browser
        browser.close()


@pytest.fixture
def people(transactional_db: None) -> Cast:
    """The known cast, really committed, so that the server's threads see them."""
    return make_cast()


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A worker beside the server, as in real life."""
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(stop,), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(timeout=30)


def _work(stop: threading.Event) -> None:
    from django.db import connections

    try:
        work(clock=timezone.now, stop=stop, idle_seconds=0.1)
    finally:
        connections.close_all()


@pytest.fixture
def desk(chromium: Browser, people: Cast, live_server: LiveServer) -> Iterator[SignIn]:
    """``desk("clerk")`` signs in and gives a page; ``viewport=PHONE`` for a phone.

    At the end the browser's console must hold no error and no request may have gone to another host.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def sign_in(username: str, viewport: dict[str, int] = DESK) -> Page:
        context = chromium.new_context(
            base_url=live_server.url, viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("console", lambda line: complaints.append(line.text) if _is_complaint(line.type, line.text) else None)
        page.on(
            "request", lambda asked: complaints.append(asked.url) if _leaves(asked.url, live_server.url) else None
        )
        page.goto("/login/")
        page.get_by_label("账号").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert not complaints, complaints


def _is_complaint(kind: str, text: str) -> bool:
    """Errors, but not the browser's own line about a page that rightly answered 4xx."""
    return kind == "error" and "Failed to load resource" not in text


def _leaves(url: str, home: str) -> bool:
    return not url.startswith((home, "data:", "blob:", "about:"))


def fits(page: Page) -> bool:
    """Whether the page needs no sideways scrolling."""
    return page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")
