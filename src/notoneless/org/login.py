"""Signing in: one answer for a wrong password, an unknown account and a closed one, in about the same time."""

import datetime as dt
import math

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org import throttle
from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.record import record

BACKEND = "notoneless.org.login.StaffBackend"


class StaffBackend(BaseBackend):
    """Loads the signed-in person at every request; a disabled account is signed out at once.

    Does not check passwords.
    """

    def get_user(self, user_id: int) -> User | None:
        """The active user, or None."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def log_in(*, username: str, password: str, address: str, now: dt.datetime) -> User:
    """The user whose password this is; the caller then starts the session (`django.contrib.auth.login` with BACKEND).

    Success and failure are both in the trail; a failure names nobody, for the account may be no one's.
    Raises Fault E706 while the account or the address must wait, E705 otherwise.
    """
    until = throttle.blocked_until(username, address, now)
    if until is not None:
        raise Fault("E706", minutes=math.ceil((until - now).total_seconds() / 60))
    user = _holder(username.strip(), password)
    if user is None:
        with transaction.atomic():
            throttle.note_failure(username, address, now)
            record(Action.LOGIN_REFUSE, by=None, now=now, object_kind="login", reason=Wording("账号或密码不对"))
        raise Fault("E705")
    with transaction.atomic():
        throttle.note_success(username, address, now)
        User.objects.filter(pk=user.pk).update(last_login=now)
        record(Action.LOGIN, by=user, now=now, object_kind="user", object_id=user.username)
    return user


def log_out(*, by: User, now: dt.datetime) -> None:
    """Note in the trail that a person left; the caller ends the session."""
    with transaction.atomic():
        record(Action.LOGOUT, by=by, now=now, object_kind="user", object_id=by.username)


def _holder(username: str, password: str) -> User | None:
    user = User.objects.filter(username=username).first()
    if user is None:
        make_password(password)  # the same work as a real check, so that time does not tell accounts from nothing
        return None
    return user if check_password(password, user.password) and user.is_active else None
