"""How found gaps are counted and how they add up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from notoneless.case.core.opening import FoundGap, case_number, earliest, first_of_each, gravest, is_newer

DAY = dt.date(2026, 11, 23)
GAP = FoundGap("not_enrolled", "C1", "2026", "school_age", "户籍在册，学籍无此人", 3, DAY, "371321101200", DAY)


def test_the_same_gap_handed_over_twice_counts_once():
    other = replace(GAP, child_id="C2")
    assert first_of_each([GAP, other, replace(GAP, reason="又一句")]) == [GAP, other]


def test_numbers_of_cases():
    assert case_number(2026, 1) == "A2026-000001"
    assert case_number(2026, 1_234_567) == "A2026-1234567"


def test_a_case_is_as_grave_and_as_urgent_as_its_worst_gap():
    assert gravest([1, 3, 2]) == 3
    assert earliest([DAY, DAY - dt.timedelta(days=2)]) == DAY - dt.timedelta(days=2)


def test_only_a_later_roster_speaks_against_a_closing():
    assert is_newer(DAY + dt.timedelta(days=1), DAY)
    assert not is_newer(DAY, DAY)
