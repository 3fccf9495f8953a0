"""The part of the organisation that a page looks at: ``?place=`` in its address holds a place's or a school's code.

Nothing is remembered: the address says it, and every query of the page starts from the narrowed scope.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from notoneless.flows.ledger_counts import school_name
from notoneless.org.models import User
from notoneless.org.scope import Scope, looking_at
from notoneless.policy.places import LEVEL_DIGITS, Places, code_range
from notoneless.web.shell.filters import PAGING, Chip

PLACE = "place"
SCHOOL_DIGITS = 10
NOWHERE = "0" * 12


@dataclass(frozen=True)
class Part:
    """What was chosen in the tree; empty when nothing was. ``code`` stands as in the address."""

    code: str = ""

    @property
    def school(self) -> str:
        """The school's code, if it is a school."""
        return self.code if len(self.code) == SCHOOL_DIGITS else ""

    @property
    def interval(self) -> tuple[str, str]:
        """The interval of place codes, if it is a place; one that holds nothing for what is no code."""
        if not self.code or self.school:
            return "", ""
        known = self.code.isdigit() and len(self.code) in LEVEL_DIGITS.values()
        return code_range(self.code) if known else (NOWHERE, NOWHERE)

    @property
    def name(self) -> str:
        """How a reader calls it; "" for what is not known."""
        if self.school:
            return school_name(self.school)
        return Places.load().label(self.code)


def chosen_part(query: QueryDict) -> Part:
    """The part that an address names."""
    return Part(query.get(PLACE, "").strip()[:12])


def narrowed_user(request: HttpRequest) -> User:
    """The signed-in person, looking at the part that the address names; all of the own reach when it names none."""
    return narrow(request.user, chosen_part(request.GET))


def narrow(user: User, part: Part) -> User:
    """The person looking at a part only."""
    if not part.code:
        return user
    low, high = part.interval
    return looking_at(user, low, high, part.school)


def inside(url: str, place: str) -> str:
    """The address of a list, narrowed to the same part."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({PLACE: place})}" if url and place else url


def part_chips(query: QueryDict) -> list[Chip]:
    """The chosen part as a chip among the filters of a list."""
    part = chosen_part(query)
    if not part.code:
        return []
    rest = query.copy()
    for name in (PLACE, *PAGING):
        rest.pop(name, None)
    return [Chip(part.name or part.code, f"?{rest.urlencode()}")]


def may_narrow(user: User) -> bool:
    """Whether there is anything to choose: who sees one school only has no tree."""
    return bool(Scope.of(user).low)
