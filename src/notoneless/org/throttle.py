"""Slowing down password guessing without locking out the people who belong here.

Failures in a row are counted for the account (from anywhere new), for the address (over all accounts) and for the
pair. After a few free tries each further failure doubles the wait: an account meets at most ten guesses in an hour.
From an address where the account has signed in before, only the pair's own count is asked: a stranger hammering the
account keeps its owner waiting nowhere, and one colleague's typing errors do not close a whole bureau behind one
address. Keys are keyed hashes: the table does not tell who tried from where.
"""

import datetime as dt

from django.db import transaction

from notoneless.org.keys import keyring
from notoneless.org.models import LoginAttempt

Kind = LoginAttempt.Kind
FREE_FAILURES = {Kind.ACCOUNT: 5, Kind.PAIR: 5, Kind.ADDRESS: 30}
FIRST_WAIT = dt.timedelta(minutes=2)
LONGEST_WAIT = dt.timedelta(hours=8)
FORGET_AFTER = dt.timedelta(hours=24)
KNOWN_FOR = dt.timedelta(days=90)


def blocked_until(username: str, address: str, now: dt.datetime) -> dt.datetime | None:
    """The moment before which this account must not even be tried from this address, or None."""
    waits = [row.blocked_until for row in _asked(username, address, now) if row.blocked_until]
    latest = max(waits, default=None)
    return latest if latest is not None and latest > now else None


def note_failure(username: str, address: str, now: dt.datetime) -> None:
    """Count one failed login on every key. Own transaction: it stands even though the login does not."""
    with transaction.atomic():
        for kind, key in _keys(username, address):
            row, _created = LoginAttempt.objects.select_for_update().get_or_create(kind=kind, key=key)
            forgotten = row.last_failed_at is None or now - row.last_failed_at > FORGET_AFTER
            row.failures = 1 if forgotten else row.failures + 1
            row.last_failed_at = now
            row.blocked_until = _wait(Kind(kind), row.failures, now)
            row.save()


def note_success(username: str, address: str, now: dt.datetime) -> None:
    """Clear the account and the pair; the address keeps its count, for one own account must not wash it clean."""
    for kind, key in _keys(username, address):
        if kind == Kind.ADDRESS:
            continue
        LoginAttempt.objects.update_or_create(
            kind=kind, key=key, defaults={"failures": 0, "blocked_until": None, "last_succeeded_at": now}
        )


def _wait(kind: LoginAttempt.Kind, failures: int, now: dt.datetime) -> dt.datetime | None:
    beyond = failures - FREE_FAILURES[kind]
    if beyond < 0:
        return None
    return now + min(FIRST_WAIT * 2 ** min(beyond, 20), LONGEST_WAIT)


def _asked(username: str, address: str, now: dt.datetime) -> list[LoginAttempt]:
    rows = {kind: LoginAttempt.objects.filter(kind=kind, key=key).first() for kind, key in _keys(username, address)}
    pair = rows[Kind.PAIR]
    if pair and pair.last_succeeded_at and now - pair.last_succeeded_at <= KNOWN_FOR:
        return [pair]
    return [row for row in rows.values() if row]


def _keys(username: str, address: str) -> list[tuple[LoginAttempt.Kind, str]]:
    ring, account = keyring(), username.strip().casefold()
    return [
        (Kind.ACCOUNT, ring.index(account, "login-account")),
        (Kind.ADDRESS, ring.index(address, "login-address")),
        (Kind.PAIR, ring.index(f"{account}\n{address}", "login-pair")),
    ]
