"""Writes on staff, places and schools: each one transaction with one trail event."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from notoneless.common.errors import Fault
from notoneless.org.models import Place, School, User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.roles import ROLES, Reach
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
    must_change_password: bool = True,
) -> User:
    """A new account. A school's people get the school's place.

    Raises Fault E701 without the right, E707 weak password, E709 taken name, E710 lacking place, school or sending
    unit, E711 unknown role, E712 unknown place or school.
    """
    check_may(by, Permission.ORG_MANAGE)
    return _create(
        by=by, now=now, password=password, username=username, display_name=display_name, role=role,
        place_code=place_code, school_code=school_code, sender=sender, must_change_password=must_change_password,
    )  # fmt: skip


@transaction.atomic
def create_first_admin(*, username: str, display_name: str, password: str, now: dt.datetime) -> User:
    """The system administrator of a fresh installation: the one account that nobody makes.

    Raises Fault E714, E707.
    """
    if User.objects.exists():
        raise Fault("E714")
    return _create(
        by=None, now=now, password=password, username=username, display_name=display_name, role="system_admin",
        place_code="", school_code="", sender="", must_change_password=True,
    )  # fmt: skip


@transaction.atomic
def move_user(
    *,
    user: User,
    role: str,
    by: User,
    now: dt.datetime,
    place_code: str = "",
    school_code: str = "",
    sender: str = "",
) -> User:
    """Another role, place, school or unit for an account; it counts from the person's next request on.

    Raises Fault E701, E710–E712, E713 for one's own account.
    """
    check_may(by, Permission.ORG_MANAGE)
    if user.pk == by.pk:
        raise Fault("E713")
    user.role = role
    user.place_code, user.school_code, user.sender = _checked_post(role, place_code, school_code, sender)
    user.save(update_fields=["role", "place_code", "school_code", "sender"])
    _record_user(Action.USER_MOVE, user, by, now, role_name=ROLES[role].name)
    return user


@transaction.atomic
def disable_user(*, user: User, by: User, now: dt.datetime) -> User:
    """Close an account; its open sessions end at their next request.

    Raises Fault E701, E713 for one's own account.
    """
    check_may(by, Permission.ORG_MANAGE)
    if user.pk == by.pk:
        raise Fault("E713")
    user.is_active = False
    user.save(update_fields=["is_active"])
    _record_user(Action.USER_DISABLE, user, by, now)
    return user


@transaction.atomic
def change_password(*, by: User, old_password: str, new_password: str, now: dt.datetime) -> User:
    """Change one's own password; all other sessions of the account end. Raises Fault E708, E707."""
    if not check_password(old_password, by.password):
        raise Fault("E708")
    by.password = _hashed(new_password, by)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    _record_user(Action.PASSWORD_CHANGE, by, by, now)
    return by


@transaction.atomic
def reset_password(*, user: User, new_password: str, by: User, now: dt.datetime) -> User:
    """Give an account a password that must be changed at the next login. Raises Fault E701, E707."""
    check_may(by, Permission.ORG_MANAGE)
    user.password = _hashed(new_password, user)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    _record_user(Action.PASSWORD_RESET, user, by, now)
    return user


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
    """Bring the list of schools up to date; each needs code, name, place_code, stage. Returns how many were given.

    Raises Fault E701, E712 when a school lies in an unknown place.
    """
    if by is not None:
        check_may(by, Permission.ORG_MANAGE)
    rows = [School(**{name: one.get(name) or "" for name in _SCHOOL_FIELDS}) for one in schools]
    asked = {row.place_code for row in rows}
    known = set(Place.objects.filter(code__in=asked).values_list("code", flat=True))
    if unknown := sorted(asked - known):
        raise Fault("E712", number=unknown[0], kind="辖区")
    School.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[name for name in _SCHOOL_FIELDS if name != "code"],
    )
    record(Action.SCHOOL_LOAD, by=by, now=now, object_kind="school", count=len(rows))
    return len(rows)


_SCHOOL_FIELDS = ("code", "name", "place_code", "stage", "low_grade", "high_grade", "address")


def _create(*, by: User | None, now: dt.datetime, password: str, **fields: Any) -> User:
    user = User(created_at=now, **fields)
    posted = _checked_post(user.role, user.place_code, user.school_code, user.sender)
    user.place_code, user.school_code, user.sender = posted
    user.password = _hashed(password, user)
    if User.objects.filter(username=user.username).exists():
        raise Fault("E709", username=user.username)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:  # two at once
        raise Fault("E709", username=user.username) from error
    _record_user(Action.USER_CREATE, user, by, now, role_name=ROLES[user.role].name)
    return user


def _checked_post(role_id: str, place_code: str, school_code: str, sender: str) -> tuple[str, str, str]:
    """(place, school, sending unit) that the role needs, and no others. Raises Fault E710–E712."""
    role = ROLES.get(role_id)
    if role is None:
        raise Fault("E711", role=role_id)
    if role.id == "system_admin":
        return "", "", ""
    if role.reach is Reach.SCHOOL:
        if not school_code:
            raise Fault("E710", role=role.name, lacking="学校")
        school = School.objects.filter(code=school_code).first()
        if school is None:
            raise Fault("E712", number=school_code, kind="学校")
        return school.place_code, school.code, ""
    if not place_code:
        raise Fault("E710", role=role.name, lacking="辖区")
    if not Place.objects.filter(code=place_code).exists():
        raise Fault("E712", number=place_code, kind="辖区")
    if role.id == "partner" and not sender:
        raise Fault("E710", role=role.name, lacking="送达单位")
    return place_code, "", sender if role.id == "partner" else ""


def _hashed(password: str, user: User) -> str:
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
