"""中文 or English: chosen by a person, kept in a cookie, never taken from the browser."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.lib.cast import make_cast
from tests.lib.web import client_of, within_a_minute

from notoneless.web.shell.language import western_marks

pytestmark = pytest.mark.django_db


def test_chinese_whatever_the_browser_asks_for() -> None:
    page = Client().get("/login/", headers={"accept-language": "en-US,en"}).content.decode()
    assert '<html lang="zh-Hans">' in page
    assert "登录" in page


def test_who_chooses_english_goes_back_and_sees_it() -> None:
    client = Client()
    asked = client.get("/language/", headers={"referer": "http://testserver/help/"})
    assert 'name="next" value="http://testserver/help/"' in asked.content.decode()
    answer = client.post("/language/", {"language": "en", "next": "http://testserver/help/"})
    assert answer.headers["Location"] == "http://testserver/help/"
    answer = client.get("/help/")
    assert answer.headers["Content-Length"] == str(len(answer.content))
    page = answer.content.decode()
    assert '<html lang="en">' in page
    assert ">Help<" in page
    client.post("/language/", {"language": "zh-hans"})
    assert '<html lang="zh-Hans">' in client.get("/help/").content.decode()


def test_a_strange_language_or_address_is_not_followed() -> None:
    client = Client()
    assert client.post("/language/", {"language": "tlh"}).status_code == 200
    assert client.cookies.get("language") is None
    assert (
        client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"}).headers["Location"] == "/"
    )
    client.cookies["language"] = "tlh"
    assert '<html lang="zh-Hans">' in client.get("/login/").content.decode()


def test_a_kept_page_is_kept_for_its_language() -> None:
    client = client_of(make_cast().clerk)
    chinese = within_a_minute(client, "/")[0].content.decode()
    client.cookies["language"] = "en"
    english = within_a_minute(client, "/")[0].content.decode()
    assert ('<html lang="zh-Hans">' in chinese, '<html lang="en">' in english) == (True, True)


def test_the_api_speaks_chinese() -> None:
    client = Client()
    client.cookies["language"] = "en"
    assert "令牌" in client.get("/api/v1/kinds").content.decode()


def test_marks_between_western_words_become_western() -> None:
    assert western_marks("<b>Gap</b>：3（late）；<i>岸堤镇、新泰</i>") == "<b>Gap</b>: 3 (late); <i>岸堤镇、新泰</i>"
    assert western_marks("王经办（County clerk）：学籍名册（2026-11-20）中没有") == (
        "王经办 (County clerk): 学籍名册（2026-11-20）中没有"
    )
    assert western_marks('<a title="甲：乙">x</a><textarea>a：b</textarea>') == (
        '<a title="甲：乙">x</a><textarea>a：b</textarea>'
    )
