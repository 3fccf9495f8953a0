"""责任单位: which one unit answers for a case. Never two and never none: it is read off the case's own place and school.

A case of a school's child is the school's; of a child in no school, the township's (or the county's, when no nearer place
is known). It moves only when a receiver accepts it, or when the rosters place a child that nobody was referred to.
"""

from __future__ import annotations

from dataclasses import dataclass

from notoneless.policy.places import full_code, town_of


@dataclass(frozen=True)
class Unit:
    """A school (both codes), or the office of a place (``school_code`` empty)."""

    place_code: str
    school_code: str = ""

    @property
    def county(self) -> str:
        """Twelve digits of its county."""
        return full_code(self.place_code[:6])


def unit_of(place_code: str, school_code: str) -> Unit:
    """The unit that answers for a case there; a village's children are its township's."""
    if school_code:
        return Unit(place_code, school_code)
    return Unit(town_of(place_code))


def same_unit(one: Unit, other: Unit) -> bool:
    """A school is known by its own code, wherever the child lives."""
    return one.school_code == other.school_code and (bool(one.school_code) or one.place_code == other.place_code)
