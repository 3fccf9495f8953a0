"""A doubtful pair laid side by side: the sentence first, then field by field what speaks for and what against."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from notoneless.common import phones, resident_id
from notoneless.flows.pair_risks import risks_of
from notoneless.link.core import FieldEvidence, LinkCosts, definitions, explain_rows
from notoneless.link.core.review import Risk
from notoneless.link.records.models import ReviewPair
from notoneless.link.records.queries import get_review, get_review_rows
from notoneless.org.models import User
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places
from notoneless.roster.core import load_kinds
from notoneless.roster.core.people import SEX_NAMES
from notoneless.trail.actions import Action
from notoneless.trail.record import record

BAR_HALF, SHORTEST_BAR = 100, 4
LEAST_SCALE = 12.0
"""Bits that fill half of the line, unless a field of the pair says more: then that field fills it."""


@dataclass(frozen=True)
class RowSide:
    """Where one side of the comparison stands: list, delivery, row."""

    kind_name: str
    delivery: str
    row_no: int


@dataclass(frozen=True)
class FieldLine:
    """One field of both rows. ``side`` is for, against or none; ``bits`` is what it adds to the pair's weight.

    ``length`` is the bar's, 0–100, from the middle to the right (for) or to the left (against).
    """

    name: str
    left: str
    right: str
    verdict: str
    side: str
    bits: float
    length: int

    @property
    def start(self) -> int:
        """Where the bar begins on a line of 200 with its middle at 100."""
        return BAR_HALF - self.length if self.side == "against" else BAR_HALF


@dataclass(frozen=True)
class Comparison:
    """The doubtful row against one row of the child."""

    right: RowSide
    asked: bool
    text: str
    lines: list[FieldLine]
    prior: float
    weight: float
    upper: float
    lower: float


@dataclass(frozen=True)
class ReviewSheet:
    """One pair ready to be judged: the child's row that speaks most for it first, the others after it.

    The question may rest on several rows of the child: its number is on the register, its school on the roll.

    ``risks``: why a second person must agree if it is judged one child.
    """

    pair: ReviewPair
    left: RowSide
    comparisons: list[Comparison]
    risks: list[Risk]

    @property
    def others(self) -> int:
        """Rows of the child beside the one that is asked about."""
        return len(self.comparisons) - 1


@transaction.atomic
def open_review(user: User, pair_id: str, *, now: dt.datetime) -> ReviewSheet:
    """One pair with its rows; a sensitive read, so it leaves a trail event. Raises E704 for foreign and absent."""
    pair = get_review(user, pair_id)
    record(
        Action.CHILD_VIEW,
        by=user,
        now=now,
        object_kind="child",
        object_id=pair.right_child_id,
        place_code=pair.place_code,
        pair=pair.pk,
    )
    left, sources = get_review_rows(pair)
    costs = LinkCosts.from_pack(load_pack(settings.REGION, localdate(now)))
    found = [_comparison(pair, left, source, costs) for source in sources]
    return ReviewSheet(
        pair=pair,
        left=RowSide(_kind_name(pair.left_kind), pair.left_delivery, pair.left_row_no),
        comparisons=sorted(found, key=lambda one: (-one.weight, not one.asked)),
        risks=risks_of(pair, localdate(now)),
    )


def _comparison(pair: ReviewPair, left: dict[str, Any], source: dict[str, Any], costs: LinkCosts) -> Comparison:
    said = explain_rows(left, source["row"], costs=costs)
    scale = max(LEAST_SCALE, *(abs(field.weight) for field in said.fields))
    return Comparison(
        right=RowSide(_kind_name(source["kind"]), source["delivery_id"], source["row_no"]),
        asked=source["row_key"] == pair.right_key,
        text=said.text,
        lines=[_line(field, scale) for field in said.fields if field.left or field.right],
        prior=said.prior,
        weight=round(said.weight, 1),
        upper=said.upper,
        lower=said.lower,
    )


def _line(field: FieldEvidence, scale: float) -> FieldLine:
    known = next(
        (one for one in definitions.weights().fields[field.field].verdicts if one.label == field.verdict), None
    )
    bits = round(field.weight, 1)
    side = "none" if known is None else "against" if bits < 0 or known.against else "for" if bits > 0 else "none"
    length = 0 if side == "none" else max(SHORTEST_BAR, round(abs(field.weight) / scale * BAR_HALF))
    left, right = _shown(field.field, field.left), _shown(field.field, field.right)
    return FieldLine(field.name, left, right, field.verdict, side, bits, length)


def _shown(field: str, value: str) -> str:
    """A value as the screen may show it: numbers masked, codes in words."""
    if field in ("id_no", "student"):
        return resident_id.mask(value)
    if field == "family":
        return phones.mask(value) if value.isdigit() else value
    if field == "sex":
        return SEX_NAMES.get(value, "")
    return Places.load().label(value) if field == "place" else value


def _kind_name(kind: str) -> str:
    return load_kinds()[kind].name
