"""首页: every screen may add things to do today and numbers that open lists; this file gathers them for one person.

A screen that has something to say names functions in screens.py (``todo="notoneless.web.case.home.tasks"``,
``home="notoneless.web.case.home.numbers"``): ``tasks(user, now) -> list[HomeTask]`` and
``numbers(user, now) -> list[HomeNumber]``. They are asked only for people who may open the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from notoneless.web.screens import SCREENS, Screen
from notoneless.web.shell.frame import may_any
from notoneless.web.shell.narrowing import inside

DAILY = ("case",)


@dataclass(frozen=True)
class HomeNumber:
    """A count that opens the list it counts. ``kind``: "", bad, warn, done or off; ``value`` None is unknown."""

    label: str
    value: int | None
    url: str = ""
    note: str = ""
    kind: str = ""


@dataclass(frozen=True)
class HomeTask:
    """One line of 今天要办: a tag with its status mark, a sentence with its count, the list it counts, what to do there.

    ``due`` is the soonest deadline in that list.
    """

    tag: str | Promise
    kind: str
    sentence: str
    url: str
    button: str | Promise
    due: date | None = None


@dataclass(frozen=True)
class HomeGroup:
    """The numbers of one screen."""

    name: str | Promise
    url: str
    numbers: list[HomeNumber]


Tasks = Callable[[Any, datetime], list[HomeTask]]
Numbers = Callable[[Any, datetime], list[HomeNumber]]


def home_tasks(user: Any, now: datetime, place: str = "") -> list[HomeTask]:
    """Everything this person owes today: overdue first, then as the screens say it.

    ``place``: the part that ``user`` looks at; screens whose lists do not follow it are silent then.
    """
    asked = [screen for screen in _asked(user, place) if screen.todo]
    found = [replace(task, url=inside(task.url, place)) for screen in asked for task in _tasks(screen)(user, now)]
    return sorted(found, key=lambda task: task.kind != "bad")


def home_groups(user: Any, now: datetime, place: str = "") -> list[HomeGroup]:
    """All groups with at least one number: the daily work first, else in the order of the menu. As `home_tasks`."""
    asked = sorted(
        (screen for screen in _asked(user, place) if screen.home), key=lambda screen: screen.id not in DAILY
    )
    groups = [
        HomeGroup(screen.name, inside(f"/{screen.prefix}", place), _numbers(screen)(user, now)) for screen in asked
    ]
    return [
        replace(group, numbers=[replace(one, url=inside(one.url, place)) for one in group.numbers])
        for group in groups
        if group.numbers
    ]


def _asked(user: Any, place: str) -> list[Screen]:
    return [one for one in SCREENS if may_any(user, one.permissions) and (one.narrows or not place)]


def _tasks(screen: Screen) -> Tasks:
    return import_string(screen.todo)


def _numbers(screen: Screen) -> Numbers:
    return import_string(screen.home)
