"""The frame, signing in and out, first password, error pages, and that every view says who may open it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.lib.cast import PASSWORD, Cast
from tests.lib.web import client_of

from notoneless.org.models import User

pytestmark = pytest.mark.django_db


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address)
        else:
            yield address, entry


# the machines' interface signs in by token, not by session: tests/integration/api walks it
ROUTES = {address: route for address, route in patterns(get_resolver()) if not address.startswith("api/")}


@pytest.mark.parametrize("address", sorted(ROUTES))
def test_every_view_says_who_may_open_it(address: str) -> None:
    assert hasattr(ROUTES[address].callback, "permissions"), f"/{address} wears no requires/signed_in/public"


@pytest.mark.parametrize("address", sorted(a for a, p in ROUTES.items() if "<" not in a and not p.callback.is_public))
def test_nothing_opens_without_signing_in(address: str) -> None:
    response = Client().get(f"/{address}")
    assert response.status_code in (302, 405)
    if response.status_code == 302:
        assert response["Location"].startswith("/login/?next=")


def test_sign_in_goes_back_to_the_page_that_was_asked_for(cast: Cast) -> None:
    client = Client()
    response = client.post("/login/", {"username": "clerk", "password": PASSWORD, "next": "/roster/?kind=hukou"})
    assert response["Location"] == "/roster/?kind=hukou"
    assert client.get("/roster/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(cast: Cast, target: str) -> None:
    response = Client().post("/login/", {"username": "clerk", "password": PASSWORD, "next": target})
    assert response["Location"] == "/"


def test_wrong_password_and_unknown_account_answer_alike(cast: Cast) -> None:
    wrong = Client().post("/login/", {"username": "clerk", "password": "nonsense-1"})
    absent = Client().post("/login/", {"username": "clerk9", "password": "nonsense-1"})
    pages = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in (wrong, absent)]
    assert pages[0] == pages[1]
    assert "账号或密码不对" in pages[0]


def test_guessing_is_slowed_down_and_says_how_long(cast: Cast) -> None:
    client = Client()
    for _guess in range(12):
        answer = client.post("/login/", {"username": "clerk", "password": "nonsense-1"})
    assert "暂停登录" in answer.content.decode()


def test_the_first_password_must_be_changed_before_anything_else(cast: Cast) -> None:
    User.objects.filter(pk=cast.clerk.pk).update(must_change_password=True)
    client = client_of(User.objects.get(pk=cast.clerk.pk))
    for address in ("/", "/roster/", "/job/"):
        assert client.get(address)["Location"] == "/account/password/"
    fields = {"old": PASSWORD, "new": "蒙山 沂水 2026 秋天", "again": "蒙山 沂水 2026 秋天"}
    assert client.post("/account/password/", fields)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_password_errors_stand_at_their_field(cast: Cast) -> None:
    client = client_of(cast.clerk)
    page = client.post("/account/password/", {"old": "no", "new": "12345678901", "again": "1"}).content.decode()
    assert "两次输入的新密码不一样" in page
    page = client.post("/account/password/", {"old": "no", "new": "长长的口令 abc", "again": "长长的口令 abc"})
    assert 'id="id_old_error"' in page.content.decode()


def test_signing_out_asks_first(cast: Cast) -> None:
    client = client_of(cast.clerk)
    client.get("/logout/")
    assert client.get("/").status_code == 200
    client.post("/logout/")
    assert client.get("/").status_code == 302


def test_the_menu_shows_what_the_role_may_open(cast: Cast) -> None:
    def menu(user: User) -> list[str]:
        page = client_of(user).get("/").content.decode()
        nav = page[page.index('class="side"') : page.index("</nav>")]
        return re.findall(r'href="([^"]+)"', nav)

    assert "/trail/" in menu(cast.auditor)
    assert "/trail/" not in menu(cast.clerk)
    assert "/roster/" not in menu(cast.teacher)


def test_partner_has_no_search_box(cast: Cast) -> None:
    assert "top-search" not in client_of(cast.partner).get("/").content.decode()
    assert "top-search" in client_of(cast.clerk).get("/").content.decode()


def test_a_page_is_strict_and_not_stored(cast: Cast) -> None:
    response = client_of(cast.clerk).get("/")
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert response["Cache-Control"] == "no-store"
    page = response.content.decode()
    assert '<meta name="renderer" content="webkit">' in page
    assert not re.search(r"<[^>]+ (style|onclick|onload)=", page)


def test_no_permission_says_so(cast: Cast) -> None:
    response = client_of(cast.clerk).get("/trail/")
    assert response.status_code == 403
    assert "不能看留痕" in response.content.decode()


def test_absent_page_repeats_nothing_of_the_address(cast: Cast) -> None:
    client = client_of(cast.clerk)
    one, other = client.get("/nothing-1/"), client.get("/nothing-2/")
    assert (one.status_code, one.content) == (404, other.content)


def test_a_broken_page_shows_a_code_that_the_log_has(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("notoneless.web.shell.views.home_groups", broken)
    response = client_of(cast.clerk).get("/")
    code = re.search(r'fs-4">([0-9A-F]{6})<', response.content.decode())
    assert response.status_code == 500
    assert code


def test_help_finds_an_error_by_its_code(client: Client) -> None:
    page = client.get("/help/", {"q": "e102"}).content.decode()
    assert "身份证校验位不对" in page
    assert client.get("/help/", {"q": "没有这个词"}).status_code == 200
