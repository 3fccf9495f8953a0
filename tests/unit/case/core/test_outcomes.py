"""Closing rules agree with the policy pack and with what the checks accept as excuses."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

import notoneless
from notoneless.case.core.outcomes import load_rules, needs_persuasion, placements_for
from notoneless.case.core.states import State, Way, table
from notoneless.common.errors import Fault

TODAY = dt.date(2026, 11, 23)
RULES = load_rules("371321", TODAY)
CHECKS = sorted(Path(notoneless.__file__).parent.glob("check/definitions/*/check.yaml"))


def test_every_outcome_of_the_pack_is_used_unless_it_leaves_the_gap_open():
    closing = {row["code"] for row in RULES.pack.table("outcomes") if row["closes"] != "open"}
    assert closing <= set(RULES.outcomes)


def test_moves_named_by_outcomes_are_closing_moves():
    ways = {move.id: move.way for move in table().moves}
    named = {move for outcome in RULES.outcomes.values() for move in outcome.moves}
    assert {ways[move] for move in named} == {Way.CLOSING}
    assert named == {move.id for move in table().moves if move.way is Way.CLOSING}


def test_every_outcome_accepts_some_evidence_that_closes_alone():
    assert all(outcome.evidence for outcome in RULES.outcomes.values() if outcome.id != "roster")
    assert all("photo" not in outcome.evidence for outcome in RULES.outcomes.values())


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.parent.name)
def test_every_excuse_of_a_check_can_end_its_gap(path: Path):
    check = yaml.safe_load(path.read_text(encoding="utf-8"))
    for code in check["excuses"]:
        outcome = RULES.outcome(code)
        assert outcome.settles(check["ledger"]), code
        assert outcome.moves or (outcome.single and not needs_persuasion(check["ledger"])), code


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.parent.name)
def test_every_check_has_a_deadline(path: Path):
    check = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert RULES.deadline(check["id"], TODAY) > TODAY


def test_what_an_outcome_settles():
    assert RULES.outcome("returned").settles("suspected")
    assert not RULES.outcome("returned").settles("aid")
    assert RULES.outcome("paid_late").settles("aid")
    assert not RULES.outcome("paid_late").settles("school_age")
    assert RULES.outcome("dead").settles("aid")
    assert RULES.outcome("dead").settles("dropout")
    assert not RULES.outcome("settled").settles("aid")


def test_which_move_an_outcome_makes_depends_on_the_state():
    receipt = RULES.outcome("out_county_with_roll")
    assert receipt.move_from(State.TRANSFERRING) == "close_transferred"
    assert receipt.move_from(State.TO_VERIFY) == "close_mistake"
    with pytest.raises(Fault) as caught:
        receipt.move_from(State.RECHECKING)
    assert caught.value.code == "E610"


def test_an_unknown_outcome():
    with pytest.raises(Fault) as caught:
        RULES.outcome("lost")
    assert caught.value.code == "E610"
    assert RULES.outcome_name("lost") == "lost"
    assert RULES.outcome_name("dead") == "死亡"


def test_placements_are_codes_of_the_pack():
    assert placements_for("returned") <= set(RULES.placements)
    assert placements_for("placed") <= set(RULES.placements)


def test_looks_after_a_return_follow_the_pack():
    days = RULES.recheck_dates(TODAY)
    assert len(days) == RULES.pack.value("recheck.count") == 4
    assert days == sorted(days)
    assert days[0] > TODAY


def test_the_last_interval_repeats_when_there_are_more_looks_than_intervals(monkeypatch: pytest.MonkeyPatch):
    values = {"recheck.count": 3, "recheck.interval_days": [10]}
    monkeypatch.setattr(type(RULES.pack), "value", lambda self, key: values[key])
    assert RULES.recheck_dates(TODAY) == [TODAY + dt.timedelta(days=days) for days in (10, 20, 30)]


def test_how_long_an_excuse_holds():
    written = dt.date(2027, 1, 1)
    assert RULES.valid_to("leave_of_absence", written, TODAY) == written
    assert RULES.valid_to("dead", None, TODAY) is None
    assert RULES.valid_to("abroad", None, TODAY) == TODAY + dt.timedelta(days=365)
    assert RULES.valid_to("gone_from_the_list", None, TODAY) == TODAY + dt.timedelta(days=365)
