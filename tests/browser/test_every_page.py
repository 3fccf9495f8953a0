"""Every address of the desk in a real Chromium, for everyone who may open it: axe finds nothing serious or critical,
and on a telephone nothing is too wide, too small to hit or too small to read.

One county at work, one server, one browser context a person, one load an address and person; a page of a shape that
was measured before (the same tags and classes, other names and numbers) is not measured again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer
from tests.browser.conftest import DESK
from tests.browser.measures import at_the_desk, on_the_phone
from tests.lib.cast import Cast
from tests.lib.routes import EVERYWHERE, ROUTES, SIGHT, WORDS, fill_in, parameters
from tests.lib.two_counties import Samples, fill, home_county
from tests.lib.web import client_of

from notoneless.org.models import User
from notoneless.org.permissions import may

ABSENT_CASE = "/case/A2026-999999/"
ANSWERS = {200, 404}


def may_open(name: str, user: User, address: str) -> bool:
    """Whether the person holds the permission and meets the things that the address names."""
    wanted = ROUTES[address].callback.permissions
    named = [one for one in parameters(address) if one in SIGHT]
    return (not wanted or any(may(user, permission) for permission in wanted)) and all(
        name in SIGHT[one] or name in EVERYWHERE.get(one, ()) for one in named
    )


def pages_of(name: str, user: User, things: Samples) -> Iterator[tuple[str, str]]:
    """(url, html) of each page that answers this person; files, parts of pages and addresses for POST are none."""
    client = client_of(user)
    for url in [
        *(fill_in(address, things) for address in sorted(ROUTES) if may_open(name, user, address)),
        ABSENT_CASE,
    ]:
        answer = client.get(url)
        html = b"".join(answer).decode() if answer["Content-Type"].startswith("text/html") else ""
        if answer.status_code in ANSWERS and html.startswith("<!doctype"):
            yield url, html


def shape(html: str) -> str:
    """Tags with their classes in the order of their first standing: what axe and the style sheet look at."""
    return "\n".join(dict.fromkeys(re.findall(r"<\w+|class=\"[^\"]*\"|type=\"\w+\"|aria-\w+|role=\"\w+\"", html)))


def signed_in(chromium: Browser, server: LiveServer, user: User) -> BrowserContext:
    context = chromium.new_context(base_url=server.url, viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
    session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    return context


def measure(page: Page, url: str) -> list[str]:
    page.set_viewport_size(DESK)
    page.goto(url)
    return [f"desk: {one}" for one in at_the_desk(page)] + [f"phone: {one}" for one in on_the_phone(page)]


@pytest.fixture
def things(people: Cast) -> Samples:
    """One of everything that an address can name, in the clerk's county."""
    User.objects.filter(pk=people.admin.pk).update(must_change_password=False)
    people.admin.refresh_from_db()
    return {**WORDS, **fill([home_county(people)])[0]}


def test_nothing_serious_on_any_page(
    chromium: Browser, live_server: LiveServer, people: Cast, things: Samples
) -> None:
    measured: set[str] = set()
    found: list[str] = []
    for name, user in vars(people).items():
        if name in ("stranger", "other_principal"):
            continue  # like the clerk and the principal
        context = signed_in(chromium, live_server, user)
        page = context.new_page()
        for url, html in pages_of(name, user, things):
            if shape(html) not in measured:
                measured.add(shape(html))
                found += [f"{name} {url}: {one}" for one in measure(page, url)]
        context.close()
    assert len(measured) > 100, "the walk met far fewer pages than the desk has"
    assert not found, "\n".join(found)
