"""The state table is complete: every state has an owner, is reachable, and leads out; nobody decides alone."""

from __future__ import annotations

import pytest

from notoneless.case.core.states import FINAL_STATES, Move, Need, State, Way, is_final, parse, state_name, table
from notoneless.org.roles import ROLES, Permission

START = State.TO_VERIFY


def reached_from(start: State) -> set[State]:
    seen, todo = {start}, [start]
    while todo:
        for move in table().leaving(todo.pop()):
            if move.target not in seen:
                seen.add(move.target)
                todo.append(move.target)
    return seen


def test_every_state_stands_in_the_table_with_name_owner_and_meaning():
    assert set(table().states) == set(State)
    for rule in table().states.values():
        assert rule.name
        assert rule.meaning
        assert rule.owners
        assert set(rule.owners) <= set(ROLES)


def test_names_of_states_are_unique():
    names = [rule.name for rule in table().states.values()]
    assert len(names) == len(set(names))


def test_final_states_of_the_table_are_those_of_the_database_constraint():
    assert {rule.id for rule in table().states.values() if rule.final} == set(FINAL_STATES)


def test_every_state_is_reached_from_the_first():
    assert reached_from(START) == set(State)


@pytest.mark.parametrize("state", list(State))
def test_no_dead_end(state: State):
    assert table().leaving(state)
    assert reached_from(state) & set(FINAL_STATES)


@pytest.mark.parametrize("state", list(State))
def test_the_owners_of_an_open_state_can_lead_it_out(state: State):
    if is_final(state):
        return
    by_hand = {role for move in table().leaving(state) if move.way is not Way.ROSTER for role in move.roles}
    assert set(table().states[state].owners) <= by_hand


@pytest.mark.parametrize("state", FINAL_STATES)
def test_every_closed_case_can_be_reopened_by_hand_and_by_a_sweep(state: State):
    ids = {move.id: move for move in table().leaving(state)}
    assert set(ids) == {"reopen", "found_again"}
    assert Need.REASON in ids["reopen"].needs


@pytest.mark.parametrize("move", table().moves, ids=lambda move: f"{move.id}-{move.source}")
def test_roles_of_a_move_hold_the_right_it_takes(move: Move):
    right = {"reopen": Permission.CASE_REOPEN}.get(
        move.id, Permission.SWEEP_RUN if move.way is Way.ROSTER else Permission.CASE_WORK
    )
    assert move.roles
    assert all(right in ROLES[role].permissions for role in move.roles)
    assert all(Permission.CASE_APPROVE in ROLES[role].permissions for role in move.decided_by)


@pytest.mark.parametrize("move", table().moves, ids=lambda move: f"{move.id}-{move.source}")
def test_a_case_closes_only_by_two_people_or_a_roster_row(move: Move):
    if is_final(move.target):
        assert move.way in {Way.CLOSING, Way.ROSTER}
    if move.way is Way.CLOSING:
        assert move.decided_by
        assert {Need.SECOND_PERSON, Need.EVIDENCE, Need.REASON, Need.GAPS_SETTLED} <= set(move.needs)
    else:
        assert not move.decided_by


def test_a_move_stands_once_for_each_pair():
    pairs = [(move.id, move.source) for move in table().moves]
    assert len(pairs) == len(set(pairs))


def test_every_need_and_way_has_a_name():
    assert set(table().need_names) == set(Need)
    assert set(table().way_names) == set(Way)


def test_finding_a_move():
    found = table().find("confirm", State.TO_VERIFY)
    assert found is not None
    assert found.target is State.CONFIRMED
    assert table().find("confirm", State.CLEARED) is None
    assert table().move_name("confirm") == "核实属实"
    assert table().move_name("fly") == "fly"
    assert state_name("persuading") == "劝返中"


def test_an_unknown_state_in_the_file_is_refused():
    broken = {
        "states": {"lost": {"name": "?", "owners": ["x"], "meaning": "?"}},
        "moves": {},
        "needs": {},
        "ways": {},
    }
    with pytest.raises(ValueError, match="lost"):
        parse(broken)
