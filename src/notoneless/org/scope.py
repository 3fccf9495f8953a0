"""Where a person may look: a half-open interval of place codes, one school, or nothing.

Never by prefix: LIKE does not use the index on SQLite, and "3713" is also the beginning of codes that are not below
it. The interval comes from the place's own row, read at every request; a place that is gone, or no place, is an empty
scope.
"""

from dataclasses import dataclass

from django.db.models import Q

from notoneless.org.models import Place, User
from notoneless.org.roles import ROLES, Reach

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Scope:
    """`low` <= place code < `high`, or a school; empty strings are nothing.

    `home` is the interval of the own office.
    """

    low: str = ""
    high: str = ""
    school: str = ""
    home: tuple[str, str] = ("", "")

    @classmethod
    def of(cls, user: User) -> "Scope":
        """The scope of an active `user`; the empty scope for anyone else."""
        role = ROLES.get(getattr(user, "role", ""))
        if role is None or not user.is_active:
            return cls()
        home = _interval(user.place_code)
        if role.reach is Reach.PLACE:
            return cls(low=home[0], high=home[1], home=home)
        if role.reach is Reach.SCHOOL:
            return cls(school=user.school_code, home=home)
        return cls(home=home)

    @property
    def empty(self) -> bool:
        """True if no child at all is in sight."""
        return not (self.low or self.school)

    def q(self, place: str = "place_code", school: str = "school_code") -> Q:
        """The condition every query starts from; the arguments name the columns (they may reach over relations)."""
        if self.low:
            return Q(**{f"{place}__gte": self.low, f"{place}__lt": self.high})
        if self.school:
            return Q(**{school: self.school})
        return NOTHING

    def covers(self, place_code: str, school_code: str = "") -> bool:
        """Whether one thing with these codes is in sight; the same answer as `q` gives."""
        if self.low:
            return self.low <= place_code < self.high
        return bool(self.school) and school_code == self.school

    def bounds(self) -> tuple[str, str]:
        """(low, high) of place roles; ("", "") matches nothing, for everyone else."""
        return self.low, self.high

    def may_send_for(self, place_code: str) -> bool:
        """Whether lists about `place_code` may come from this person's office."""
        low, high = self.home
        return bool(low) and low <= place_code < high


def _interval(place_code: str) -> tuple[str, str]:
    found = Place.objects.filter(code=place_code).values_list("low", "high").first() if place_code else None
    return found or ("", "")
