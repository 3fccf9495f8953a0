"""Who is asking: a token in the Authorization header, nothing else. No cookie and no session opens the API."""

from __future__ import annotations

import datetime as dt
import math

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from notoneless.common.errors import Fault
from notoneless.org import throttle
from notoneless.org.models import ApiToken, User
from notoneless.org.tokens import find_valid

Scope = ApiToken.Scope


class Token(HttpBearer):
    """``Authorization: Bearer nt_…``; ``request.auth`` is then the ApiToken."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The token in force. Raises Fault E719 for a wrong one, E941 when too many wrong ones came from that address.

        A right one is never kept waiting: 32 random bytes cannot be guessed, and one department's old token must not
        close the door to another behind the same address.
        """
        now = timezone.now()
        found = find_valid(token, now)
        if found is None:
            refuse(request.META.get("REMOTE_ADDR", ""), now)
        return found  # type: ignore[return-value]


def refuse(address: str, now: dt.datetime) -> None:
    """Count a wrong token for its address and raise Fault E719, or E941 while the address must wait.

    Counted apart from logins: a machine with an old token must not shut its whole office out of the desk.
    """
    who = f"api {address}"
    until = throttle.blocked_until(who, who, now)
    if until is not None:
        raise Fault("E941", minutes=math.ceil((until - now).total_seconds() / 60))
    throttle.note_failure(who, who, now)
    raise Fault("E719")


def speaker(request: HttpRequest, *scopes: ApiToken.Scope) -> User:
    """The account in whose name the token speaks. Raises Fault E942 when the token has none of ``scopes``."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    if not any(scope in token.scopes for scope in scopes):
        raise Fault("E942", scope=scopes[0].label)
    return token.user


def allow_query(request: HttpRequest, *names: str) -> None:
    """Refuse what the address does not know (E943), so that a typing error is not taken for a choice."""
    if unknown := sorted(set(request.GET) - set(names)):
        raise Fault("E943", where=unknown[0], field=unknown[0], problem="没有这一项")
