"""帮助与意见: texts and codes found by words, a card for every role, opinions that carry screen and code and are answered."""

from __future__ import annotations

import re

import pytest
from tests.lib import cast as c
from tests.lib.web import client_of

from notoneless.org.models import Opinion, User
from notoneless.org.roles import ROLES
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _first_password_is_changed(cast: c.Cast) -> None:
    User.objects.filter(pk=cast.admin.pk).update(must_change_password=False)
    cast.admin.refresh_from_db()


def page(user: User, address: str, **query: str) -> str:
    answer = client_of(user).get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_help_finds_texts_and_codes_by_their_words(cast: c.Cast) -> None:
    everything = page(cast.teacher, "/help/")
    assert "一轮工作怎么走" in everything
    assert "E102" in everything
    found = page(cast.teacher, "/help/", q="撤回")
    assert "传错了名册怎么办" in found
    assert "浏览器要求" not in found
    assert "身份证校验位不对" in page(cast.teacher, "/help/", q="e102")
    nothing = page(cast.teacher, "/help/", q="没有这个词")
    assert "没有找到" in nothing
    assert "<details" not in nothing[nothing.index("<main") :]


@pytest.mark.parametrize("role_id", sorted(ROLES))
def test_every_role_has_a_card_of_one_page(cast: c.Cast, role_id: str) -> None:
    card = page(cast.clerk, f"/help/card/{role_id}/")
    assert ROLES[role_id].description in card
    steps = re.findall(r'<th scope="row">', card)
    assert 2 <= len(steps) <= 7
    words = re.sub(r"<[^>]+>|\s", "", card[card.index('<div class="sheet') : card.index("</main>")])
    assert len(words) < 900  # what A4 holds at the print size, with room to spare


def test_a_card_of_no_role_is_absent(cast: c.Cast) -> None:
    assert client_of(cast.clerk).get("/help/card/boss/").status_code == 404


# ---- 意见建议


def give(user: User, text: str = "台账看不清", referer: str = "", **fields: str) -> None:
    client = client_of(user)
    address = f"/help/opinion/?code={fields['code']}" if "code" in fields else "/help/opinion/"
    form = client.get(address, headers={"referer": referer} if referer else {}).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(page|fault_code)"(?: value="([^"]*)")?', form))
    client.post("/help/opinion/", {"text": text, **hidden})


def test_an_opinion_carries_the_screen_without_what_was_typed_and_the_code(cast: c.Cast) -> None:
    give(cast.clerk, referer="http://testserver/child/?q=%E5%BC%A0%E5%B0%8F%E8%8A%B1", code="3FA2C1")
    opinion = Opinion.objects.get()
    assert (opinion.page, opinion.fault_code, opinion.created_by) == ("/child/", "3FA2C1", cast.clerk)
    forged = {"text": "另一条", "page": "/case/?q=371321201603050014#x", "fault_code": "<b>"}
    client_of(cast.clerk).post("/help/opinion/", forged)
    other = Opinion.objects.get(text="另一条")
    assert (other.page, other.fault_code) == ("/case/", "")


def test_numbers_are_taken_out_and_the_same_words_are_kept_once(cast: c.Cast) -> None:
    for _again in range(2):
        give(cast.teacher, text="孩子 371321201603050014 的电话 13800000001 错了")
    opinion = Opinion.objects.get()
    assert "371321201603050014" not in opinion.text
    assert "13800000001" not in opinion.text
    assert Event.objects.filter(action="opinion.give").count() == 1


def test_nothing_said_is_said_so(cast: c.Cast) -> None:
    assert "error-summary" in client_of(cast.clerk).post("/help/opinion/", {"text": " "}).content.decode()
    assert not Opinion.objects.exists()


def test_the_administrator_answers_and_the_person_reads_it(cast: c.Cast) -> None:
    give(cast.teacher)
    opinion = Opinion.objects.get()
    assert "1 条意见建议等您答复" in page(cast.admin, "/")
    assert "台账看不清" in page(cast.admin, "/help/opinion/all/")
    address = f"/help/opinion/{opinion.pk}/answer/"
    assert "error-summary" in client_of(cast.admin).post(address, {"answer": ""}).content.decode()
    for _again in range(2):
        client_of(cast.admin).post(address, {"answer": "下个版本改"})
    assert Event.objects.filter(action="opinion.answer").count() == 1
    mine = page(cast.teacher, "/help/opinion/mine/")
    assert "下个版本改" in mine
    assert "已答复" in mine


def test_nobody_else_reads_or_answers_it(cast: c.Cast) -> None:
    give(cast.teacher)
    opinion, before = Opinion.objects.get(), Event.objects.count()
    for user in cast:
        if user == cast.admin:
            continue
        client = client_of(user)
        assert client.get("/help/opinion/all/").status_code == 403
        assert client.post(f"/help/opinion/{opinion.pk}/answer/", {"answer": "x"}).status_code == 403
        if user != cast.teacher:
            assert "台账看不清" not in client.get("/help/opinion/mine/").content.decode()
    assert Event.objects.count() == before


def test_a_broken_page_leads_to_an_opinion_with_its_code(cast: c.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("notoneless.web.shell.views.home_groups", broken)
    text = client_of(cast.clerk).get("/").content.decode()
    code = re.search(r'href="/help/opinion/\?code=([0-9A-F]{6})"', text)
    assert code
    assert code[1] in page(cast.clerk, "/help/opinion/", code=code[1])
