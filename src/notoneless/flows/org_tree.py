"""The organisation as a tree (市 > 县 > 乡镇 > 学校与村), with kept counts of what a page lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from notoneless.flows.following import FOLLOWER
from notoneless.flows.ledger_counts import count_by_place, count_by_school, counts_by_age
from notoneless.org.models import Place, School, User
from notoneless.org.scope import Scope, looking_at
from notoneless.policy.places import LEVEL_DIGITS, LEVELS, NO_TOWN, Places, no_town

SCHOOL = "school"


@dataclass(frozen=True)
class Node:
    """One node: a place or a school, with how many of what the page lists; ``opens`` when others lie below."""

    code: str
    name: str
    level: str
    number: int

    @property
    def opens(self) -> bool:
        """Whether other nodes lie below."""
        return self.level not in ("village", SCHOOL, NO_TOWN)


def root(user: User, counted: str, today: dt.date) -> Node | None:
    """The person's own place; None for those who see no place. ``counted``: a ledger's id, or CASES."""
    key = ("root", Scope.of(user), counted)
    return FOLLOWER.kept(key, lambda: _root(user, counted, today), lasting=counts_by_age(counted))


def _root(user: User, counted: str, today: dt.date) -> Node | None:
    place = Place.objects.filter(pk=user.place_code).first() if Scope.of(user).low else None
    if place is None:
        return None
    return Node(place.pk, _name(place), place.level, sum(count_by_place(user, counted, 2, today).values()))


def branch(user: User, code: str, counted: str, today: dt.date) -> list[Node]:
    """The nodes right below a place, in this person's reach; of a township its schools, then its
    villages; of a county last those whose township nobody knows, if there are any."""
    key = ("branch", Scope.of(user), code, counted)
    return FOLLOWER.kept(key, lambda: _branch(user, code, counted, today), lasting=counts_by_age(counted))


def _branch(user: User, code: str, counted: str, today: dt.date) -> list[Node]:
    place = Place.objects.filter(pk=code).first()
    scope = Scope.of(user)
    if place is None or place.level == Place.Level.VILLAGE or not (scope.low < place.high and place.low < scope.high):
        return []
    below = Place.objects.filter(parent_code=code, code__gte=scope.low, code__lt=scope.high)
    digits = LEVEL_DIGITS[LEVELS[LEVELS.index(place.level) + 1]]
    numbers = count_by_place(looking_at(user, place.low, place.high), counted, digits, today)
    nodes = [Node(one.pk, _name(one), one.level, numbers.get(one.pk[:digits], 0)) for one in below]
    if place.level == Place.Level.TOWN:
        return [*_schools(user, place, counted, today), *nodes]
    unknown = numbers.get(no_town(code), 0) if place.level == Place.Level.COUNTY else 0
    return [*nodes, Node(no_town(code), NO_TOWN, NO_TOWN, unknown)] if unknown else nodes


def path_to(code: str, school: str = "") -> list[str]:
    """Codes of the places above and of a place (or a school's): what stands open in the tree."""
    if school:
        code = School.objects.filter(pk=school).values_list("place_code", flat=True).first() or ""
    return [place.code for place in Places.load().ancestors(code)] if code.isdigit() else []


def _schools(user: User, town: Place, counted: str, today: dt.date) -> list[Node]:
    """A school's number is of all its children in the person's reach, wherever they live: as its list shows them."""
    schools = list(School.objects.filter(place_code__gte=town.low, place_code__lt=town.high))
    numbers = count_by_school(user, counted, [one.pk for one in schools], today)
    return [Node(one.pk, one.name, SCHOOL, numbers.get(one.pk, 0)) for one in schools]


def _name(place: Place) -> str:
    known = [one for one in Places.load().ancestors(place.pk) if one.code == place.pk]
    return known[0].short_name if known else place.name
