"""Rules of judging doubtful pairs: which merges two people must want, and which judged pairs are put again blind."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from notoneless.common.wording import Wording
from notoneless.common.yaml_files import read_yaml

_FILE = Path(__file__).resolve().parents[1] / "definitions" / "review.yaml"
_WHOLE = 2**64


@dataclass(frozen=True)
class Risk:
    """A circumstance in which merging two children needs a second person; ``name`` and ``why`` are for people."""

    id: str
    since: date
    name: str
    why: str


@dataclass(frozen=True)
class Agreement:
    """How far two readers agree. ``kappa`` is None when chance alone would make them agree (or nothing was read)."""

    read: int
    agreed: int
    kappa: float | None

    @property
    def rate(self) -> float | None:
        """Share of agreed readings, 0–1; None when nothing was read."""
        return self.agreed / self.read if self.read else None


@functools.cache
def risks() -> tuple[Risk, ...]:
    """Every defined risk, in the order of the file."""
    return tuple(Risk(one["id"], one["from"], Wording(one["name"]), Wording(one["why"])) for one in _read()["risks"])


def risks_on(day: date) -> tuple[Risk, ...]:
    """The risks that count on ``day``."""
    return tuple(risk for risk in risks() if risk.since <= day)


def is_sampled(pair: str, percent: float) -> bool:
    """Whether a pair belongs to the blind sample: by its id and the seed alone, so that nobody can choose."""
    digest = hashlib.sha256(f"{_read()['blind']['seed']}|{pair}".encode()).digest()
    return int.from_bytes(digest[:8], "big") * 100 < percent * _WHOLE


def agreement(readings: Iterable[tuple[str, str]]) -> Agreement:
    """Cohen's kappa of (first verdict, second verdict): (observed − by chance) / (1 − by chance).

    Source: J. Cohen, A coefficient of agreement for nominal scales, Educ. Psychol. Meas. 20 (1960).
    """
    pairs = list(readings)
    read = len(pairs)
    agreed = sum(first == second for first, second in pairs)
    verdicts = {verdict for pair in pairs for verdict in pair}
    firsts, seconds = [first for first, _ in pairs], [second for _, second in pairs]
    by_chance = sum(firsts.count(one) * seconds.count(one) for one in verdicts)
    if by_chance == read * read:
        return Agreement(read, agreed, None)
    return Agreement(read, agreed, (read * agreed - by_chance) / (read * read - by_chance))


@functools.cache
def _read() -> Any:
    return read_yaml(_FILE)
