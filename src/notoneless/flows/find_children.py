"""查找: one box for a name, its initials, a number, the end of an ID number, a village, a school.

Searching by number is a sensitive read: it is counted against the day's limit and leaves its event, without the number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet

from notoneless.common import names
from notoneless.flows.daily_limits import check_daily_limit
from notoneless.link.records.models import Child
from notoneless.link.records.queries import list_children
from notoneless.link.records.search import by_name, by_number, by_tail, has_tail, is_number, is_tail
from notoneless.org.models import Place, School, User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.queries import list_schools
from notoneless.org.scope import Scope
from notoneless.trail.actions import Action
from notoneless.trail.record import record

MOST_FOUND = 50
MOST_PLACES = 8
MOST_SAME_TAIL = 2000


@dataclass(frozen=True)
class Found:
    """What the words fit: children (the first fifty, ``more`` when there are others), places and schools."""

    children: list[Child]
    more: bool = False
    places: list[Place] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.children or self.places or self.schools)


def find_by_words(user: User, words: str) -> Found:
    """Children whose name or initials begin so, the shortest names first; and places and schools called so with, when
    no name fits, the children of the places. Only in scope. Raises E701."""
    check_may(user, Permission.CHILD_VIEW)
    text = names.clean(words)
    order = "initials" if text.isascii() else "name"
    children, more = _first(list_children(user).filter(by_name(text)).order_by(order, "place_code", "id"))
    if len(text) < 2 or text.isascii():
        return Found(children, more)
    low, high = Scope.of(user).bounds()
    places = list(Place.objects.filter(code__gte=low, code__lt=high, name__contains=text)[:MOST_PLACES])
    if places and not children:
        children, more = _first(list_children(user).filter(in_places(places)).order_by("place_code", "id"))
    schools = list_schools(user).filter(name__contains=text)[:MOST_PLACES]
    return Found(children, more, places, list(schools))


def find_by_number(user: User, words: str, *, now: dt.datetime) -> Found:
    """Children with this ID or phone number, or whose ID number ends with these four to six digits.

    Leaves an event. Raises E701, E822 (too many numbers today).
    """
    check_may(user, Permission.CHILD_VIEW)
    known = list_children(user).order_by("place_code", "id")
    if is_tail(words):
        same = known.filter(by_tail(words))[:MOST_SAME_TAIL]
        fitting = [child for child in same if has_tail(str(child.id_no), words)]
        children, more = fitting[:MOST_FOUND], len(fitting) > MOST_FOUND
    else:
        children, more = _first(known.filter(by_number(words)))
    note_number_search(user, numbers=1, found=len(children), now=now)
    return Found(children, more)


def in_places(places: list[Place]) -> Q:
    """Children who live in one of these places."""
    found = Q(pk__in=[])
    for place in places:
        found |= Q(place_code__gte=place.low, place_code__lt=place.high)
    return found


def words_condition(words: str) -> Q:
    """For the box above a list: a name, its initials, a child's id, or a place. Numbers of people are not looked up."""
    text = names.clean(words)
    if is_number(text):
        return Q(pk__in=[])
    found = by_name(text)
    if len(text) > 1 and not text.isascii():
        found |= in_places(list(Place.objects.filter(name__startswith=text)[:MOST_PLACES]))
    return found


@transaction.atomic
def note_number_search(user: User, *, numbers: int, found: int, now: dt.datetime) -> None:
    """Leave the event of a search by number; nothing of the number is kept. Raises E822 beyond the day's limit."""
    check_daily_limit(Action.CHILD_SEARCH, by=user, now=now, amount=numbers)
    record(Action.CHILD_SEARCH, by=user, now=now, object_kind="child", found=found, numbers=numbers)


def _first(rows: QuerySet[Child]) -> tuple[list[Child], bool]:
    found = list(rows[: MOST_FOUND + 1])
    return found[:MOST_FOUND], len(found) > MOST_FOUND
