"""Which cases count as stuck, and since when; the days come from the policy pack."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from notoneless.case.core.states import FINAL_STATES, State
from notoneless.case.core.stuck import Signs, find_reasons, load_reasons
from notoneless.policy.pack import load_pack

TODAY = dt.date(2026, 11, 23)
REASONS = load_reasons(load_pack(None, TODAY))
CALM = Signs(State.PERSUADING, since=TODAY, last_act=TODAY, has_owner=True, owner_works=True)


def codes(signs: Signs) -> list[str]:
    return [reason.code for reason, _ in find_reasons(signs, REASONS, TODAY)]


def ago(code: str, more: int = 0) -> dt.date:
    """The day from which that reason's time is just used up, or so many days more."""
    return TODAY - dt.timedelta(days=REASONS[code].days + more)


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("referral_waiting", "referred"),
        ("outside_waiting", "sent_outside"),
        ("closing_waiting", "asked"),
        ("agreed_passed", "agreed"),
        ("recheck_due", "recheck"),
        ("consultation_waiting", "consulted"),
        ("idle_persuading", "last_act"),
    ],
)
def test_a_day_too_long_is_stuck_and_the_last_day_is_not(code: str, field: str):
    assert codes(replace(CALM, **{field: ago(code)})) == []
    assert codes(replace(CALM, **{field: ago(code, 1)})) == [code]


def test_a_case_without_an_owner_and_one_whose_owner_cannot_work_it():
    assert codes(replace(CALM, has_owner=False, owner_works=False, since=ago("no_owner", 1))) == ["no_owner"]
    assert codes(replace(CALM, owner_works=False, last_act=ago("owner_gone", 1))) == ["owner_gone"]


@pytest.mark.parametrize("state", [state for state in State if state not in FINAL_STATES])
def test_no_open_state_may_lie_still_for_ever(state: State):
    long_ago = TODAY - dt.timedelta(days=1000)
    assert codes(replace(CALM, state=state, since=long_ago, last_act=long_ago)) == [f"idle_{state}"]


def test_silence_is_not_told_of_a_case_that_waits_for_somebody_else():
    long_ago = TODAY - dt.timedelta(days=1000)
    assert codes(replace(CALM, last_act=long_ago, asked=TODAY)) == []
    assert codes(replace(CALM, last_act=long_ago, asked=long_ago)) == ["closing_waiting"]
    assert codes(replace(CALM, last_act=long_ago, has_owner=False, owner_works=False, since=long_ago)) == ["no_owner"]


def test_every_row_says_whose_turn_it_is_and_what_to_do():
    assert {reason.turn for reason in REASONS.values()} <= {"owner", "assigner", "receiver", "decider"}
    assert all(reason.name and reason.todo for reason in REASONS.values())
