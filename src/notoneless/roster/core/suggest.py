"""Suggestions: what could be mended in a list by one word of the clerk, with count and example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from notoneless.roster.core.corrections import Correction

PLACE, SCHOOL, BIRTH, WORD_MEANING, EVENED = "place", "school", "birth", "word", "evened"
TOPICS = (PLACE, SCHOOL, BIRTH, WORD_MEANING, EVENED)


@dataclass(frozen=True)
class Registers:
    """What names are held against: the places below ``within`` (code), and ``schools`` as (code, name)."""

    within: str | None = None
    schools: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Suggestion:
    """One thing that could be mended in ``rows`` rows at once. ``topic`` is one of :data:`TOPICS`.

    ``correction`` is applied by giving it to the reader; its ``meant`` is "" when nothing is near enough and one of
    ``choices`` must be taken (:meth:`with_choice`); None for a mere information (topic evened: what was evened out
    already). ``certain``: only one reading is possible. ``example`` holds no personal value.
    """

    topic: str
    correction: Correction | None
    rows: int
    example: str
    certain: bool = False
    choices: tuple[str, ...] = ()

    def with_choice(self, meant: str) -> Correction:
        """The correction with what the clerk chose. Raises ValueError for a mere information."""
        if self.correction is None:
            raise ValueError("nothing to choose")
        return replace(self.correction, meant=meant)

    def to_dict(self) -> dict[str, Any]:
        """Plain data without personal values, fit to be stored with an upload."""
        return {
            "topic": self.topic,
            "correction": self.correction.to_dict() if self.correction else None,
            "rows": self.rows,
            "example": self.example,
            "certain": self.certain,
            "choices": list(self.choices),
        }
