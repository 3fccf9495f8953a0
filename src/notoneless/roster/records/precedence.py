"""Which deliveries count: what a sweep reads, and what a new list would replace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from notoneless.roster.core.definitions import load_kinds
from notoneless.roster.core.precedence import Standing, holds, in_force

from .models import Delivery


@dataclass(frozen=True)
class InForce:
    """A delivery that counts, and the places whose rows a newer list has taken over."""

    delivery: Delivery
    left_out: tuple[str, ...] = ()


def list_sweep_inputs(region_bounds: tuple[str, str], as_of: dt.date) -> list[InForce]:
    """The deliveries a sweep rests on: of every kind the lists that count on that day, place by place.

    Which list counts is said in roster/core/precedence.py. The order is total, so the same deliveries always give the
    same sweep.
    """
    low, high = region_bounds
    return choose_in_force(
        Delivery.objects.filter(
            status=Delivery.Status.CURRENT, as_of__lte=as_of, place_code__gte=low, place_code__lt=high
        )
    )


def choose_in_force(deliveries: Iterable[Delivery]) -> list[InForce]:
    """Those of the deliveries that count, by kind and id."""
    known = {one.pk: one for one in deliveries}
    found = [InForce(known[pk], left_out) for pk, left_out in in_force(map(standing_of, known.values())).items()]
    return sorted(found, key=lambda one: (one.delivery.kind, one.delivery.pk))


def standing_of(delivery: Delivery) -> Standing:
    """How a delivery stands among the others of its kind."""
    return Standing(
        id=delivery.pk,
        group=group_of(delivery.kind, delivery.sender),
        place_code=delivery.place_code,
        as_of=delivery.as_of,
        sent=delivery.created_at,
        supplements=delivery.supplements,
    )


def group_of(kind: str, sender: str) -> tuple[str, ...]:
    """Lists of one group take each other's place. A kind that is no longer defined is taken sender by sender."""
    known = load_kinds().get(kind)
    return (kind,) if known and known.covers == "place" else (kind, sender)


def get_list_before(
    *, kind: str, sender: str, place_code: str, as_of: dt.date, before: Delivery | None = None
) -> Delivery | None:
    """The newest whole list that spoke for all of this place before: what a new whole list would replace there.

    ``before`` (a delivery) leaves out itself and what came after it; without it every list of a day not later than
    ``as_of`` counts. Whoever shows what is found asks first whether the reader may see it.
    """
    found = Delivery.objects.filter(kind=kind, status=Delivery.Status.CURRENT, supplements=False, as_of__lte=as_of)
    group = group_of(kind, sender)
    rivals = [one for one in found if group_of(kind, one.sender) == group and holds(one.place_code, place_code)]
    standings = sorted((standing_of(one).age, one.pk) for one in rivals)
    if before is not None:
        own = standing_of(before).age
        standings = [one for one in standings if one[0] < own]
    known = {one.pk: one for one in rivals}
    return known[standings[-1][1]] if standings else None


def get_lists_within(*, kind: str, sender: str, place_code: str, as_of: dt.date) -> list[Delivery]:
    """The whole lists of parts of this place that count on that day, oldest first: a new whole list of the place would
    replace them all, as townships' lists are by the county's.
    """
    found = Delivery.objects.filter(kind=kind, status=Delivery.Status.CURRENT, as_of__lte=as_of)
    group = group_of(kind, sender)
    rivals = [one for one in found if group_of(kind, one.sender) == group and holds(place_code, one.place_code)]
    counted = [one.delivery for one in choose_in_force(rivals) if not one.delivery.supplements]
    return sorted(counted, key=lambda one: standing_of(one).age)
