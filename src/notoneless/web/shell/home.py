"""首页: every screen may add numbers that open lists; this file gathers them for one person.

A screen that has something to say names a function in screens.py (``home="notoneless.web.case.home.numbers"``):
``numbers(user, now) -> list[HomeNumber]``. It is asked only for people who may open the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from notoneless.web.screens import SCREENS, Screen
from notoneless.web.shell.frame import may_any


@dataclass(frozen=True)
class HomeNumber:
    """A count that opens the list it counts. ``kind``: "", bad, warn, done or off; ``value`` None is unknown."""

    label: str
    value: int | None
    url: str = ""
    note: str = ""
    kind: str = ""


@dataclass(frozen=True)
class HomeGroup:
    """The numbers of one screen."""

    name: str | Promise
    url: str
    numbers: list[HomeNumber]


Numbers = Callable[[Any, datetime], list[HomeNumber]]


def home_groups(user: Any, now: datetime) -> list[HomeGroup]:
    """All groups with at least one number, in the order of the menu."""
    asked = [screen for screen in SCREENS if screen.home and may_any(user, screen.permissions)]
    groups = [HomeGroup(screen.name, f"/{screen.prefix}", _numbers(screen)(user, now)) for screen in asked]
    return [group for group in groups if group.numbers]


def _numbers(screen: Screen) -> Numbers:
    return import_string(screen.home)
