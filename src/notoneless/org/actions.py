"""Writes on staff, places and schools: each one transaction with one trail event."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org import grants
from notoneless.org.models import Grant, Place, School, User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.posts import Post, check_officer, checked_post
from notoneless.org.roles import OFFICERS, ROLES
from notoneless.policy import places as divisions
from notoneless.trail.actions import Action
from notoneless.trail.record import record

BATCH = 2000


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str,
    role: str,
    password: str,
    by: User,
    now: dt.datetime,
    place_code: str = "",
    school_code: str = "",
    sender: str = "",
    reason: str = "",
    must_change_password: bool = True,
) -> User:
    """A new account, closed until the security administrator approves the asking that is made with it.

    Raises Fault E701 without the right, E707 weak password, E709 taken name, E710 lacking place, school or sending
    unit, E711 unknown role, E712 unknown place or school, E731 two of 三员 in one hand, E737 closed place or school.
    """
    check_may(by, Permission.ORG_MANAGE)
    user = new_account(username, display_name, checked_post(role, place_code, school_code, sender), now)
    user.must_change_password = must_change_password
    user.password = hashed(password, user)
    _ask_for(user, by, now, reason)
    return user


@transaction.atomic
def create_users(*, users: Sequence[User], by: User, now: dt.datetime, reason: str = "") -> list[User]:
    """Many accounts made with ``new_account``, their passwords hashed already; all or none, each with its asking.

    Hashing takes a tenth of a second each and would hold up every other writer. Raises as `create_user`.
    """
    check_may(by, Permission.ORG_MANAGE)
    for user in users:
        _ask_for(user, by, now, reason)
    return list(users)


def new_account(username: str, display_name: str, post: Post, now: dt.datetime) -> User:
    """A closed account that is not saved yet. Raises Fault E709 (taken name), E731, E740 (no name)."""
    user = User(
        username=username.strip(), display_name=display_name.strip(), is_active=False, created_at=now, **vars(post)
    )
    if not user.username or not user.display_name:
        raise Fault("E740")
    if User.objects.filter(username=user.username).exists():
        raise Fault("E709", username=user.username)
    check_officer(user, post)
    return user


def _ask_for(user: User, by: User, now: dt.datetime, reason: str) -> None:
    _insert(user)
    grants.open_grant(user, Grant.Kind.CREATE, Post.of(user), by=by, now=now, reason=reason)
    _record_user(Action.USER_CREATE, user, by, now, role_name=ROLES[user.role].name)


@transaction.atomic
def create_first_officer(
    *,
    username: str,
    display_name: str,
    password: str,
    now: dt.datetime,
    role: str = "system_admin",
    place_code: str = "",
) -> User:
    """The first account of one of 三员: made by the installation itself, for there is nobody yet who could.

    Raises Fault E711 for another role, E714 when there is an open account of that role, E707, E709–E712, E731.
    """
    if role not in OFFICERS:
        raise Fault("E711", role=role)
    if User.objects.filter(role=role, is_active=True).exists():
        raise Fault("E714", role=ROLES[role].name)
    user = new_account(username, display_name, checked_post(role, place_code), now)
    user.is_active, user.password = True, hashed(password, user)
    _insert(user)
    _record_user(Action.USER_CREATE, user, None, now, role_name=ROLES[role].name)
    return user


@transaction.atomic
def disable_user(*, user: User, by: User, now: dt.datetime) -> User:
    """Close an account; its open sessions end at their next request.

    Raises Fault E701, E713 for one's own account, E733 for the last one of 三员, E738 when it is closed.
    """
    check_may(by, Permission.ORG_MANAGE)
    if user.pk == by.pk:
        raise Fault("E713")
    grants.check_not_last(user)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise Fault("E738", where=user.username)
    user.is_active = False
    _record_user(Action.USER_DISABLE, user, by, now)
    return user


@transaction.atomic
def change_password(*, by: User, old_password: str, new_password: str, now: dt.datetime) -> User:
    """Change one's own password; all other sessions of the account end. Raises Fault E708, E707."""
    if not check_password(old_password, by.password):
        raise Fault("E708")
    by.password = hashed(new_password, by)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    _record_user(Action.PASSWORD_CHANGE, by, by, now)
    return by


@transaction.atomic
def reset_password(*, user: User, new_password: str, by: User, now: dt.datetime) -> User:
    """Give an account a password that must be changed at the next login.

    The two other officers' passwords are out of reach: with them one person would be all three. Raises Fault E701,
    E707, E734.
    """
    check_may(by, Permission.ORG_MANAGE)
    if user.role in OFFICERS and user.pk != by.pk:
        raise Fault("E734", role=ROLES[user.role].name)
    _set_password(user, new_password)
    _record_user(Action.PASSWORD_RESET, user, by, now)
    return user


@transaction.atomic
def reset_officer_password(*, user: User, new_password: str, now: dt.datetime) -> User:
    """The same for one of 三员, done at the machine itself, by the installation. Raises Fault E707, E711."""
    if user.role not in OFFICERS:
        raise Fault("E711", role=user.role)
    _set_password(user, new_password)
    _record_user(Action.PASSWORD_RESET, user, None, now)
    return user


def _set_password(user: User, new_password: str) -> None:
    user.password = hashed(new_password, user)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])


@transaction.atomic
def load_places(*, by: User | None, now: dt.datetime, places: Iterable[divisions.Place] | None = None) -> int:
    """Bring the tree of places up to date with the policy data; returns how many there are.

    Places that are no longer listed stay, for old rows name them. `by` is None for the installation itself.
    """
    if by is not None:
        check_may(by, Permission.ORG_MANAGE)
    rows = [_place(one) for one in (divisions.Places.load() if places is None else places)]
    Place.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "parent_code", "low", "high"],
    )
    record(Action.PLACE_LOAD, by=by, now=now, object_kind="place", count=len(rows))
    return len(rows)


@transaction.atomic
def load_schools(*, schools: Iterable[Mapping[str, Any]], by: User | None, now: dt.datetime) -> int:
    """Bring the list of schools up to date; each needs code, name, place_code, stage. Returns how many there were.

    A school that is listed twice (once as 小学, once as 初中) is as its last row says. Raises Fault E701, E712 when a
    school lies in an unknown place.
    """
    if by is not None:
        check_may(by, Permission.ORG_MANAGE)
    given = (School(**{name: one.get(name) or "" for name in _SCHOOL_FIELDS}) for one in schools)
    rows = list({school.code: school for school in given}.values())
    asked = {row.place_code for row in rows}
    known = set(Place.objects.filter(code__in=asked).values_list("code", flat=True))
    if unknown := sorted(asked - known):
        raise Fault("E712", number=unknown[0], kind=Wording("辖区"))
    School.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[name for name in _SCHOOL_FIELDS if name != "code"],
    )
    record(Action.SCHOOL_LOAD, by=by, now=now, object_kind="school", count=len(rows))
    return len(rows)


@transaction.atomic
def switch_school(*, school: School, active: bool, by: User, now: dt.datetime) -> School:
    """Close a school or open it again; the same again changes nothing and leaves no trace. Raises Fault E701."""
    return _switch(school, active, Action.SCHOOL_SWITCH, by, now)


@transaction.atomic
def switch_place(*, place: Place, active: bool, by: User, now: dt.datetime) -> Place:
    """Take a place out of use or back; nobody's scope changes by it. Raises Fault E701."""
    return _switch(place, active, Action.PLACE_SWITCH, by, now)


Switched = TypeVar("Switched", Place, School)


def _switch(row: Switched, active: bool, action: Action, by: User, now: dt.datetime) -> Switched:
    check_may(by, Permission.ORG_MANAGE)
    changed = type(row).objects.filter(pk=row.pk, is_active=not active).update(is_active=active)
    row.is_active = active
    if changed:
        place_code = row.place_code if isinstance(row, School) else row.code
        state = Wording("启用") if active else Wording("停用")
        record(
            action, by=by, now=now, object_kind=row._meta.model_name or "", object_id=row.pk, place_code=place_code,
            state=state,
        )  # fmt: skip
    return row


_SCHOOL_FIELDS = ("code", "name", "place_code", "stage", "low_grade", "high_grade", "address")


def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:  # two at once
        raise Fault("E709", username=user.username) from error


def hashed(password: str, user: User) -> str:
    """What is stored of a password. Raises Fault E707 when it is too easy to guess for this person."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Fault("E707", reasons="；".join(error.messages)) from error
    return make_password(password)


def _place(place: divisions.Place) -> Place:
    low, high = divisions.code_range(place.code)
    return Place(code=place.code, name=place.name, level=place.level, parent_code=place.parent, low=low, high=high)


def _record_user(action: Action, user: User, by: User | None, now: dt.datetime, **detail: Any) -> None:
    record(action, by=by, now=now, object_kind="user", object_id=user.username, place_code=user.place_code, **detail)
