"""The queue's stable order: the likeliest pair first, then by id; where a pair stands and what is next to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from notoneless.link.records.models import ReviewPair

ORDER = ("-weight", "id")


@dataclass(frozen=True)
class Standing:
    """Place of a pair among the pairs of its list; neighbours are "" at the ends."""

    number: int
    total: int
    previous_id: str
    next_id: str


def standing(pairs: QuerySet[ReviewPair], pair: ReviewPair) -> Standing:
    """Where ``pair`` stands in ``pairs``; it need not be one of them (a pair just judged has left the open queue)."""
    before = pairs.filter(Q(weight__gt=pair.weight) | Q(weight=pair.weight, pk__lt=pair.pk))
    after = pairs.filter(Q(weight__lt=pair.weight) | Q(weight=pair.weight, pk__gt=pair.pk))
    previous = before.order_by("weight", "-id").values_list("pk", flat=True).first()
    following = after.order_by(*ORDER).values_list("pk", flat=True).first()
    return Standing(before.count() + 1, pairs.count(), previous or "", following or "")


def next_waiting(waiting: QuerySet[ReviewPair], pair: ReviewPair) -> str:
    """The waiting pair to show after ``pair``: the next in order, else the first; "" when none is left."""
    others = waiting.exclude(pk=pair.pk)
    found = standing(others, pair).next_id
    return found or others.order_by(*ORDER).values_list("pk", flat=True).first() or ""
