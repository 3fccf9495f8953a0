"""Signing in: equal answers, growing waits, and the owner still gets in (abuses 4, 23)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth import get_user, get_user_model
from django.contrib.auth import login as start_session
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from tests.lib.cast import NOW, PASSWORD, Cast

from notoneless.common.errors import Fault
from notoneless.org.actions import change_password, disable_user
from notoneless.org.login import BACKEND, log_in, log_out
from notoneless.org.models import LoginAttempt, User
from notoneless.org.session_guard import SEEN, STARTED, SessionGuard
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
HOME, AWAY = "10.0.0.5", "203.0.113.9"
MINUTE = dt.timedelta(minutes=1)


def attempt(username: str, password: str, address: str = HOME, now: dt.datetime = NOW) -> str:
    """ "" after signing in, else the code of the refusal."""
    try:
        log_in(username=username, password=password, address=address, now=now)
    except Fault as fault:
        return fault.code
    return ""


def test_right_password_signs_in_and_leaves_a_trace(cast: Cast) -> None:
    user = log_in(username=" clerk ", password=PASSWORD, address=HOME, now=NOW)
    assert user == cast.clerk
    assert User.objects.get(pk=user.pk).last_login == NOW
    log_out(by=user, now=NOW)
    assert [event.action for event in Event.objects.order_by("-id")[:2]] == ["login.leave", "login.succeed"]


def test_wrong_unknown_and_closed_give_one_answer(cast: Cast) -> None:
    disable_user(user=cast.teacher, by=cast.admin, now=NOW)
    answers = set()
    for username, password in (("clerk", "wrong"), ("nobody", PASSWORD), ("teacher_li", PASSWORD), ("", "")):
        with pytest.raises(Fault) as caught:
            log_in(username=username, password=password, address=HOME, now=NOW)
        answers.add(str(caught.value))
    assert len(answers) == 1
    refusals = Event.objects.filter(action="login.refuse")
    assert refusals.count() == 4
    assert {(event.actor, event.object_id) for event in refusals} == {("", "")}


def test_guessing_slows_down_to_ten_an_hour(cast: Cast) -> None:
    tried = 0
    for second in range(0, 3600, 20):
        code = attempt("clerk", f"guess{second}", AWAY, NOW + dt.timedelta(seconds=second))
        tried += code == "E705"
    assert 5 <= tried <= 10


def test_guessing_from_many_addresses_is_slowed_too(cast: Cast) -> None:
    codes = [attempt("clerk", "guess", f"203.0.113.{n}", NOW + n * dt.timedelta(seconds=10)) for n in range(200)]
    assert codes.count("E705") <= 10


def test_one_address_trying_many_accounts_is_slowed(cast: Cast) -> None:
    codes = [attempt(f"user{n}", "guess", AWAY) for n in range(60)]
    assert codes.count("E705") <= 31
    assert codes[-1] == "E706"


def test_the_owner_gets_in_from_a_known_address_while_strangers_hammer(cast: Cast) -> None:
    assert attempt("clerk", PASSWORD, HOME) == ""
    for n in range(20):
        attempt("clerk", "guess", AWAY, NOW + n * MINUTE)
    later = NOW + 21 * MINUTE
    assert (
        attempt("clerk", PASSWORD, AWAY, later) == "E706"
    )  # even the right password waits where the guesses came from
    assert attempt("clerk", PASSWORD, HOME, later) == ""


def test_a_colleague_behind_the_same_address_is_not_shut_out(cast: Cast) -> None:
    assert attempt("head", PASSWORD, HOME) == ""
    for n in range(40):
        attempt(f"user{n}", "guess", HOME)
    assert attempt("head", PASSWORD, HOME) == ""
    assert attempt("clerk", PASSWORD, HOME) == "E706"


def test_waits_end_are_told_and_are_forgotten(cast: Cast) -> None:
    for _ in range(5):
        assert attempt("clerk", "guess") == "E705"
    with pytest.raises(Fault) as caught:
        log_in(username="clerk", password=PASSWORD, address=HOME, now=NOW)
    assert "2 分钟" in caught.value.how
    assert attempt("clerk", PASSWORD, HOME, NOW + 3 * MINUTE) == ""
    for _ in range(5):
        assert attempt("clerk", "guess", HOME, NOW + 4 * MINUTE) == "E705"  # counted from nothing again
    day_after = NOW + dt.timedelta(hours=25)
    for _ in range(5):
        assert attempt("clerk", "guess", HOME, day_after) == "E705"


def test_the_table_of_attempts_names_nobody(cast: Cast) -> None:
    attempt("clerk", "guess", AWAY)
    for row in LoginAttempt.objects.all():
        assert len(row.key) == 32
        assert str(row).endswith("1")


def signed_in(user: User) -> HttpRequest:
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    start_session(request, user, backend=BACKEND)
    return request


def pass_guard(request: HttpRequest) -> HttpResponse:
    return SessionGuard(lambda _request: HttpResponse("ok"))(request)


def test_a_session_ends_with_the_account_or_its_password(cast: Cast) -> None:
    request = signed_in(cast.clerk)
    assert get_user(request) == cast.clerk
    change_password(by=cast.clerk, old_password=PASSWORD, new_password="Another-good-1949", now=NOW)
    assert get_user(request).is_anonymous
    request = signed_in(cast.teacher)
    disable_user(user=cast.teacher, by=cast.admin, now=NOW)
    assert get_user(request).is_anonymous


@pytest.mark.parametrize(
    ("seen", "started", "stays"), [(0, 0, True), (1799, 3600, True), (1801, 1801, False), (10, 43_201, False)]
)
def test_idle_and_overlong_sessions_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, seen: int, started: int, stays: bool
) -> None:
    now = 1_790_000_000
    monkeypatch.setattr("notoneless.org.session_guard.time.time", lambda: now)
    request = signed_in(cast.clerk)
    request.session[SEEN], request.session[STARTED] = now - seen, now - started
    response = pass_guard(request)
    assert request.user.is_authenticated is stays
    assert (response.headers.get("Cache-Control") == "no-store") is stays
    assert not stays or request.session[SEEN] == (now if seen >= 60 else now - seen)


def test_strangers_pages_may_be_kept(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    assert "Cache-Control" not in pass_guard(request).headers


def test_people_are_not_superusers(cast: Cast) -> None:
    assert get_user_model() is User
    assert not hasattr(User, "is_superuser")
    assert not hasattr(User.objects, "create_superuser")
    assert str(cast.clerk) == "高明月"
    assert Client().login(username="clerk", password=PASSWORD) is False  # only log_in checks passwords
