"""Keys for other machines: shown once, never more than the account may, stopped at once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.lib.cast import NOW, Cast

from notoneless.common.errors import Fault
from notoneless.org import actions, tokens
from notoneless.org.models import ApiToken
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

DAY = dt.timedelta(days=1)


def new(cast: Cast, **fields: object) -> tuple[ApiToken, str]:
    known = {"name": "残联业务系统", "user": cast.partner, "scopes": ["send", "read"], "days": 180, "by": cast.admin}
    return tokens.create_token(**(known | fields), now=NOW)  # type: ignore[arg-type]


def test_the_text_is_shown_once_and_only_its_hash_is_kept(cast: Cast) -> None:
    token, text = new(cast)
    assert text.startswith("nt_")
    assert len(text) >= 43
    stored = ApiToken.objects.values_list().get()
    assert not any(text in str(value) for value in stored)
    assert tokens.find_valid(text, NOW) == token
    assert new(cast)[1] != text


def test_making_and_stopping_leave_a_sentence(cast: Cast) -> None:
    token, text = new(cast)
    tokens.revoke_token(token=token, by=cast.admin, now=NOW)
    said = [sentence(event) for event in Event.objects.order_by("-id")[:2]]
    assert "停用接口令牌" in said[0]
    assert "建立接口令牌" in said[1]
    assert "2027-05-22" in said[1]
    assert not any(text in str(event.detail) for event in Event.objects.all())


def test_it_ends_when_stopped_when_expired_and_with_its_account(cast: Cast) -> None:
    token, text = new(cast, days=10)
    assert tokens.find_valid(text, NOW + 10 * DAY - dt.timedelta(seconds=1))
    assert tokens.find_valid(text, NOW + 10 * DAY) is None
    assert tokens.state_name(token, NOW + 10 * DAY) == "已到期"
    actions.disable_user(user=cast.partner, by=cast.admin, now=NOW)
    assert tokens.find_valid(text, NOW) is None
    other, text = new(cast, user=cast.clerk)
    tokens.revoke_token(token=other, by=cast.admin, now=NOW)
    assert tokens.find_valid(text, NOW) is None


@pytest.mark.parametrize("text", ["", "nt_", "nt_x", "密钥", "nt_" + "A" * 43])
def test_nothing_else_opens(cast: Cast, text: str) -> None:
    new(cast)
    assert tokens.find_valid(text, NOW) is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"days": 0}, "E715"),
        ({"days": 400}, "E715"),
        ({"scopes": []}, "E718"),
        ({"scopes": ["admin"]}, "E718"),
        ({"name": " "}, "E718"),
    ],
)
def test_what_is_not_allowed_is_refused(cast: Cast, fields: dict[str, object], code: str) -> None:
    with pytest.raises(Fault) as fault:
        new(cast, **fields)
    assert fault.value.code == code
    assert not ApiToken.objects.exists()


def test_a_key_never_opens_more_than_its_account(cast: Cast) -> None:
    for user, scopes in ((cast.teacher, ["read"]), (cast.auditor, ["send"]), (cast.admin, ["read"])):
        with pytest.raises(Fault, match="E716"):
            new(cast, user=user, scopes=scopes)
    assert new(cast, user=cast.auditor, scopes=["read"])


def test_only_the_administrator_makes_lists_and_stops_them(cast: Cast) -> None:
    token, _text = new(cast)
    for user in cast:
        if user == cast.admin:
            continue
        for act in (
            lambda user=user: new(cast, by=user),
            lambda user=user: tokens.list_tokens(user),
            lambda user=user: tokens.get_token(user, token.pk),
            lambda user=user: tokens.revoke_token(token=token, by=user, now=NOW),
        ):
            with pytest.raises(Fault, match="E701"):
                act()
    assert ApiToken.objects.filter(revoked_at=None).count() == 1


def test_stopping_twice_says_so_and_absent_is_absent(cast: Cast) -> None:
    token, _text = new(cast)
    tokens.revoke_token(token=token, by=cast.admin, now=NOW)
    with pytest.raises(Fault, match="E717"):
        tokens.revoke_token(token=token, by=cast.admin, now=NOW)
    with pytest.raises(Fault, match="E704"):
        tokens.get_token(cast.admin, 999)


def test_use_is_noted_at_most_once_a_minute(cast: Cast) -> None:
    token, text = new(cast)
    for seconds, noted in ((0, 0), (30, 0), (61, 61)):
        tokens.find_valid(text, NOW + dt.timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == NOW + dt.timedelta(seconds=noted)
