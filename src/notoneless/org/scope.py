"""Where a person may look: a half-open interval of place codes, one school, or nothing.

Never by prefix: LIKE does not use the index on SQLite, and "3713" is also the beginning of codes that are not below
it. The interval comes from the place's own row, read at every request; a place that is gone, or no place, is an empty
scope.
"""

import copy
from dataclasses import dataclass, replace

from django.db.models import Q

from notoneless.org.models import Place, User
from notoneless.org.roles import ROLES, Reach

NOTHING = Q(pk__in=[])
LOOKS_AT, INTERVAL = "_looks_at", "_interval_of_place"
"""What a person's object carries for the time of one request."""


@dataclass(frozen=True)
class Scope:
    """`low` <= place code < `high`, or a school, or (when narrowed) both; empty strings are nothing.

    `home` is the interval of the own office; narrowing leaves it as it is.
    """

    low: str = ""
    high: str = ""
    school: str = ""
    home: tuple[str, str] = ("", "")

    @classmethod
    def of(cls, user: User) -> "Scope":
        """The scope of an active `user`; the empty scope for anyone else. One who looks at a part sees that part."""
        role = ROLES.get(getattr(user, "role", ""))
        if role is None or not user.is_active:
            return cls()
        home = _interval(user)
        scope = cls(home=home)
        if role.reach is Reach.PLACE:
            scope = cls(low=home[0], high=home[1], home=home)
        elif role.reach is Reach.SCHOOL:
            scope = cls(school=user.school_code, home=home)
        return scope._within(*getattr(user, LOOKS_AT, ("", "", "")))

    def _within(self, low: str, high: str, school: str) -> "Scope":
        """The common part of this scope and a place, a school or both; never more than this scope."""
        scope = self
        if low and not self.empty:
            low, high = max(self.low, low), min(self.high or high, high)
            scope = replace(self, low=low, high=high) if low < high else Scope(home=self.home)
        if school and not scope.empty:
            scope = replace(scope, school=school) if scope.school in ("", school) else Scope(home=self.home)
        return scope

    @property
    def empty(self) -> bool:
        """True if no child at all is in sight."""
        return not (self.low or self.school)

    def q(self, place: str = "place_code", school: str = "school_code") -> Q:
        """The condition every query starts from; the arguments name the columns (they may reach over relations)."""
        if self.empty:
            return NOTHING
        inside = Q(**{f"{place}__gte": self.low, f"{place}__lt": self.high}) if self.low else Q()
        return inside & Q(**{school: self.school}) if self.school else inside

    def covers(self, place_code: str, school_code: str = "") -> bool:
        """Whether one thing with these codes is in sight; the same answer as `q` gives."""
        if self.low and not self.low <= place_code < self.high:
            return False
        return not self.empty and self.school in ("", school_code)

    def bounds(self) -> tuple[str, str]:
        """(low, high) of place roles; ("", "") matches nothing, for everyone else and for a single school."""
        return ("", "") if self.school else (self.low, self.high)

    def may_send_for(self, place_code: str) -> bool:
        """Whether lists about `place_code` may come from this person's office."""
        low, high = self.home
        return bool(low) and low <= place_code < high


def looking_at(user: User, low: str = "", high: str = "", school: str = "") -> User:
    """The same person looking at a part only (a place's interval, a school, or both): every query that starts from
    the scope is narrowed with it. A part outside the own scope shows nothing."""
    narrowed = copy.copy(user)
    setattr(narrowed, LOOKS_AT, (low, high, school))
    return narrowed


def _interval(user: User) -> tuple[str, str]:
    """Asked once for each object of a person, that is once a request: a page asks for the scope many times."""
    known: tuple[str, tuple[str, str]] | None = getattr(user, INTERVAL, None)
    if known and known[0] == user.place_code:
        return known[1]
    found = Place.objects.filter(code=user.place_code).values_list("low", "high").first() if user.place_code else None
    setattr(user, INTERVAL, (user.place_code, found or ("", "")))
    return found or ("", "")
