"""What a wrong decision costs, and which ages are wanted: the two things that policy says about linking."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, Self

from notoneless.common.errors import Fault


class ParameterSource(Protocol):
    """The part of a policy pack that linking needs."""

    def value(self, parameter: str) -> Any:
        """The parameter's value on the pack's day."""


@dataclass(frozen=True)
class LinkCosts:
    """Costs relative to one another: joining two children, missing a link, having a clerk look at a pair."""

    wrong: float
    missed: float
    review: float

    def __post_init__(self) -> None:
        """Raises E405 unless both errors cost more than a look."""
        if not 0 < self.review < min(self.wrong, self.missed):
            raise Fault("E405", costs=f"{self.wrong} / {self.missed} / {self.review}")

    @classmethod
    def from_pack(cls, pack: ParameterSource) -> Self:
        """Costs as the policy pack states them."""
        return cls(
            wrong=float(pack.value("link.cost_wrong")),
            missed=float(pack.value("link.cost_missed")),
            review=float(pack.value("link.cost_review")),
        )

    @property
    def upper(self) -> float:
        """Bits from which a link costs less than a look: P(same) >= 1 - review/wrong."""
        return _bits(1 - self.review / self.wrong)

    @property
    def lower(self) -> float:
        """Bits up to which leaving apart costs less than a look: P(same) <= review/missed."""
        return _bits(self.review / self.missed)


@dataclass(frozen=True)
class LinkWindow:
    """Ages, in full years on the day `as_of`, of the persons wanted; both ends included."""

    as_of: date
    age_from: int
    age_to: int

    @classmethod
    def from_pack(cls, pack: ParameterSource, as_of: date) -> Self:
        """The window as the policy pack states it."""
        return cls(as_of, int(pack.value("link.age_from")), int(pack.value("link.age_to")))

    @property
    def first_birth(self) -> int:
        """Earliest birthday wanted, as yyyymmdd: the day after turning age_to + 1 on as_of."""
        return _yyyymmdd(self.as_of) - (self.age_to + 1) * 10000 + 1

    @property
    def last_birth(self) -> int:
        """Latest birthday wanted, as yyyymmdd."""
        return _yyyymmdd(self.as_of) - self.age_from * 10000


def _bits(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def _yyyymmdd(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day
