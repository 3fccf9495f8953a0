"""What a sweep hands over to open cases, and how the gaps of one child add up to one case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FoundGap:
    """One gap (缺口) as a check found it.

    ``severity`` counts up: the larger, the graver. ``seen_date`` is the as-of day of the newest roster that the
    finding rests on: a gap closed after that day is not opened again by it. ``due_date`` comes from the policy pack.
    """

    check_id: str
    child_id: str
    period: str
    ledger: str
    reason: str
    severity: int
    due_date: dt.date
    place_code: str
    seen_date: dt.date
    school_code: str = ""
    owner_role: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes a gap the same gap in every sweep: check, child, period."""
        return self.check_id, self.child_id, self.period


@dataclass(frozen=True)
class Opened:
    """What one opening did; the four counts add up to the gaps handed over."""

    new_gaps: int = 0
    still_open: int = 0
    reopened: int = 0
    settled_before: int = 0
    cases_opened: int = 0
    cases_reopened: int = 0
    first_case: str = ""
    last_case: str = ""


def case_number(year: int, number: int) -> str:
    """``A2026-000123``: the case's name for people; the number runs on within the year."""
    return f"A{year}-{number:06d}"


def first_of_each(found: Iterable[FoundGap]) -> list[FoundGap]:
    """The same gap handed over twice counts once; order is kept."""
    kept: dict[tuple[str, str, str], FoundGap] = {}
    for gap in found:
        kept.setdefault(gap.key, gap)
    return list(kept.values())


def gravest(severities: Iterable[int]) -> int:
    """The severity of a case is that of its gravest gap."""
    return max(severities)


def earliest(days: Iterable[dt.date]) -> dt.date:
    """A case is due when the first of its gaps is."""
    return min(days)


def is_newer(seen_date: dt.date, closed_date: dt.date) -> bool:
    """Whether a finding speaks against an earlier closing: only a roster dated after the closing day can."""
    return seen_date > closed_date
