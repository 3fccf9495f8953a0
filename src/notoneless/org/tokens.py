"""接口令牌: keys with which another machine speaks in the name of one account.

A key is 32 random bytes, shown once; the database holds its keyed hash only. It opens what its scopes name and never
more than its account may do at that moment: a moved or closed account takes its keys along.
"""

import datetime as dt
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate, localtime

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.keys import keyring
from notoneless.org.models import ApiToken, User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.policy.pack import load_pack
from notoneless.trail.actions import Action
from notoneless.trail.record import record

PREFIX = "nt_"
BYTES = 32
PURPOSE = "api-token"
NEEDS = {ApiToken.Scope.SEND: Permission.ROSTER_UPLOAD, ApiToken.Scope.READ: Permission.ROSTER_VIEW}
NOTE_USE_EVERY = dt.timedelta(minutes=1)


def longest_days(now: dt.datetime) -> int:
    """For how many days a new key may be valid at most: the policy pack says."""
    return load_pack(settings.REGION, localdate(now)).value("api.token_days")


@transaction.atomic
def create_token(
    *, name: str, user: User, scopes: Iterable[str], days: int, by: User, now: dt.datetime
) -> tuple[ApiToken, str]:
    """A new key for ``user``, valid for ``days``; returns it with its text, which nobody can read again.

    Raises Fault E701 without the right, E715 on a validity that policy does not allow, E716 when the account itself may
    not do what the scopes name, E718 without a name or with an unknown scope.
    """
    check_may(by, Permission.ORG_MANAGE)
    wanted = sorted(set(scopes))
    if not name.strip() or not wanted or not set(wanted) <= set(ApiToken.Scope.values):
        raise Fault("E718", known="、".join(f"{value}（{label}）" for value, label in ApiToken.Scope.choices))
    if not 1 <= days <= longest_days(now):
        raise Fault("E715", days=days, most=longest_days(now))
    if not all(may(user, NEEDS[ApiToken.Scope(scope)]) for scope in wanted):
        raise Fault("E716", where=user.username)
    text = PREFIX + secrets.token_urlsafe(BYTES)
    token = ApiToken.objects.create(
        name=name.strip()[:60],
        user=user,
        hashed=keyring().index(text, PURPOSE),
        scopes=wanted,
        expires_at=now + dt.timedelta(days=days),
        created_by=by,
        created_at=now,
    )
    _record(Action.TOKEN_CREATE, token, by, now, scopes=scope_names(token), expires=_day(token.expires_at))
    return token, text


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User, now: dt.datetime) -> ApiToken:
    """Stop a key at once. Raises Fault E701 without the right, E717 when it was stopped before."""
    check_may(by, Permission.ORG_MANAGE)
    if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        raise Fault("E717", where=token.name)
    token.refresh_from_db()
    _record(Action.TOKEN_REVOKE, token, by, now)
    return token


def list_tokens(user: User) -> QuerySet[ApiToken]:
    """All keys, newest first, for those who manage accounts. Raises Fault E701."""
    check_may(user, Permission.ORG_MANAGE)
    return ApiToken.objects.select_related("user", "created_by")


def get_token(user: User, token_id: int) -> ApiToken:
    """One key (E701, E704)."""
    token = list_tokens(user).filter(pk=token_id).first()
    if token is None:
        raise Fault("E704", where=str(token_id))
    return token


def find_valid(text: str, now: dt.datetime) -> ApiToken | None:
    """The key with that text if it is in force and its account open; notes (at most once a minute) that it was used."""
    hashes = keyring().indexes(text, PURPOSE)
    found = ApiToken.objects.filter(hashed__in=hashes, revoked_at=None, expires_at__gt=now, user__is_active=True)
    token = found.select_related("user").first()
    if token and (token.last_used_at is None or now - token.last_used_at > NOTE_USE_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def scope_names(token: ApiToken) -> str:
    """送达名册、查看批次."""
    return "、".join(label for value, label in ApiToken.Scope.choices if value in token.scopes)


def state_name(token: ApiToken, now: dt.datetime) -> str:
    """Whether it opens anything today, in a word."""
    if token.revoked_at:
        return Wording("已停用")
    if token.expires_at <= now:
        return Wording("已到期")
    return Wording("有效") if token.user.is_active else Wording("账号已停用")


def _day(moment: dt.datetime) -> str:
    return localtime(moment).date().isoformat()


def _record(action: Action, token: ApiToken, by: User, now: dt.datetime, **detail: str) -> None:
    record(
        action,
        by=by,
        now=now,
        object_kind="token",
        object_id=str(token.pk),
        place_code=token.user.place_code,
        username=token.user.username,
        **detail,
    )
