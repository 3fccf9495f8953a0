"""Which of the defined risks a merge has: what the two children of a doubtful pair are, as the last sweep saw them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from notoneless.case.records.models import Case
from notoneless.link.core.review import Risk, risks_on
from notoneless.link.records.models import Child, ReviewPair
from notoneless.policy.places import LEVEL_DIGITS

COUNTY = LEVEL_DIGITS["county"]


def risks_of(pair: ReviewPair, day: dt.date) -> list[Risk]:
    """The risks of making the pair one child, those in force on ``day``, in the order of review.yaml.

    A pair that a program of before left behind does not say which child its row is; then only what is known of the
    one child counts.
    """
    children = list(Child.objects.filter(pk__in={pair.left_child, pair.right_child_id}))
    return [risk for risk in risks_on(day) if FACTS[risk.id](children)]


def _two_valid_ids(children: list[Child]) -> bool:
    return len({one.id_index for one in children if one.id_state == "valid" and one.id_index}) > 1


def _in_open_case(children: list[Child]) -> bool:
    return Case.objects.filter(child__in=children, closed_at=None).exists()


def _across_counties(children: list[Child]) -> bool:
    return len({one.place_code[:COUNTY] for one in children if one.place_code}) > 1


def _two_rolls(children: list[Child]) -> bool:
    return sum(one.in_school_roll for one in children) > 1


FACTS: dict[str, Callable[[list[Child]], bool]] = {
    "two_valid_ids": _two_valid_ids,
    "in_open_case": _in_open_case,
    "across_counties": _across_counties,
    "two_rolls": _two_rolls,
}
"""Risk id → whether it holds for the children; every id of review.yaml has its line here, a test proves it."""
