"""What the frame around every page shows: menu, who is here, as of when the numbers are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notoneless.check.records.queries import get_shown_sweep
from notoneless.flows.following import FOLLOWER
from notoneless.org.models import Place, School
from notoneless.org.permissions import Permission, may
from notoneless.org.roles import ROLES
from notoneless.org.scope import Scope
from notoneless.web.screens import SCREENS


@dataclass(frozen=True)
class MenuItem:
    """One line of the left menu."""

    name: str | Promise
    url: str
    current: bool


def menu(user: Any, path: str) -> list[MenuItem]:
    """The menu of this person: home, the screens that may be opened, help."""
    shown = [screen for screen in SCREENS if screen.in_menu and may_any(user, screen.permissions)]
    items = [MenuItem(_("首页"), reverse("shell:home"), path == "/")]
    items += [MenuItem(screen.name, f"/{screen.prefix}", path.startswith(f"/{screen.prefix}")) for screen in shown]
    help_url = reverse("help:index")
    return [*items, MenuItem(_("帮助"), help_url, path.startswith(help_url))]


def role_name(user: Any) -> str:
    """The role as people say it, for example 县局经办."""
    return ROLES[user.role].name if user.role in ROLES else user.role


def standing(user: Any) -> str:
    """Where the person works: the school, the sending unit, or the place."""
    return FOLLOWER.kept(
        ("standing", user.place_code, user.school_code, user.sender), lambda: _standing(user), lasting=True
    )


def _standing(user: Any) -> str:
    if user.school_code:
        school = School.objects.filter(code=user.school_code).first()
        return school.name if school else user.school_code
    if user.sender:
        return str(user.sender)
    place = Place.objects.filter(code=user.place_code).first()
    return place.name if place else ""


def data_date(user: Any) -> date | None:
    """As-of date (数据时点) of the sweep that this person's pages speak of, or None before the first one."""
    return FOLLOWER.kept(("as of", Scope.of(user).home), lambda: _data_date(user), lasting=True)


def _data_date(user: Any) -> date | None:
    sweep = get_shown_sweep(user)
    return sweep.as_of if sweep else None


def may_any(user: Any, permissions: Iterable[Permission]) -> bool:
    """Whether the person holds at least one of ``permissions``."""
    return any(may(user, permission) for permission in permissions)
