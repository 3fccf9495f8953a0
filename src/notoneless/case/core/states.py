"""The one table of case states and moves, read from ``definitions/states.yaml``.

A state says who owns it (who must do the next step); a move says who may make it and what must be there first.
Nothing else in the program decides where a case may go: actions look their move up here, the screen draws its buttons
from here, and ``docs/reference/case-states.md`` is generated from here.
Source of the life of a case: the bureau's 问题销号制, and the ministry's 2024 notice on regular 控辍保学 reports.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from notoneless.common.wording import Wording, wordings

DEFINITIONS = Path(__file__).resolve().parents[1] / "definitions"


class State(StrEnum):
    """Where a case stands; names and owners are in ``states.yaml``."""

    TO_VERIFY = "to_verify"
    CONFIRMED = "confirmed"
    PERSUADING = "persuading"
    RETURNED = "returned"
    RECHECKING = "rechecking"
    TRANSFERRING = "transferring"
    MISTAKE = "mistake"
    CLEARED = "cleared"
    TRANSFERRED = "transferred"
    PLACED = "placed"
    EXCUSED = "excused"


FINAL_STATES = (State.MISTAKE, State.CLEARED, State.TRANSFERRED, State.PLACED, State.EXCUSED)
"""A case in one of these is closed; the database constraints of ``Case`` name the same five."""


class Need(StrEnum):
    """What must be on file before a move; each has its Chinese name in ``states.yaml``."""

    REASON = "reason"
    OWNER = "owner"
    PLAN = "plan"
    VISIT_OR_EVIDENCE = "visit_or_evidence"
    EVIDENCE = "evidence"
    VALID_TO = "valid_to"
    PLACEMENT = "placement"
    PERSUASION_GAP = "persuasion_gap"
    NO_PERSUASION_GAP = "no_persuasion_gap"
    GAPS_SETTLED = "gaps_settled"
    RECHECKS_PASSED = "rechecks_passed"
    RECEIVER_CONFIRMED = "receiver_confirmed"
    SECOND_PERSON = "second_person"


class Way(StrEnum):
    """How a move is made: by one person at once, asked and decided by two, by a re-check, or by a roster row."""

    DIRECT = "direct"
    CLOSING = "closing"
    RECHECK = "recheck"
    ROSTER = "roster"


@dataclass(frozen=True)
class StateRule:
    """One state: its name, the roles that owe the next step, whether it closes the case, one sentence of meaning."""

    id: State
    name: str
    owners: tuple[str, ...]
    final: bool
    meaning: str


@dataclass(frozen=True)
class Move:
    """One allowed move: who may make (or ask for) it, who may decide it, what it needs."""

    id: str
    name: str
    source: State
    target: State
    way: Way
    roles: tuple[str, ...]
    decided_by: tuple[str, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class Table:
    """States and moves in file order, with the Chinese names of the needs and ways."""

    states: dict[State, StateRule]
    moves: tuple[Move, ...]
    need_names: dict[Need, str]
    way_names: dict[Way, str]

    def leaving(self, state: State) -> tuple[Move, ...]:
        """The moves that lead out of ``state``."""
        return tuple(move for move in self.moves if move.source == state)

    def find(self, move_id: str, source: State) -> Move | None:
        """The move of that id out of ``source``; None when the table does not allow it."""
        found = (move for move in self.leaving(source) if move.id == move_id)
        return next(found, None)

    def move_name(self, move_id: str) -> str:
        """The Chinese name of a move; the id itself when there is no such move."""
        return next((move.name for move in self.moves if move.id == move_id), move_id)


@functools.cache
def table() -> Table:
    """The shipped table. Raises ValueError or KeyError when ``states.yaml`` is malformed (a test reads it)."""
    data = yaml.safe_load((DEFINITIONS / "states.yaml").read_text(encoding="utf-8"))
    return parse(wordings(data, "name", "meaning"))


def parse(data: dict[str, Any]) -> Table:
    """Turn the YAML mapping into a :class:`Table`; a move with several sources becomes one move for each."""
    states = {State(key): _state(State(key), fields) for key, fields in data["states"].items()}
    moves = tuple(_move(key, source, fields) for key, fields in data["moves"].items() for source in fields["from"])
    return Table(
        states=states,
        moves=moves,
        need_names={Need(key): Wording(name) for key, name in data["needs"].items()},
        way_names={Way(key): Wording(name) for key, name in data["ways"].items()},
    )


def state_name(state: str) -> str:
    """The Chinese name of a state id."""
    return table().states[State(state)].name


def is_final(state: str) -> bool:
    """Whether a case in this state is closed."""
    return State(state) in FINAL_STATES


def _state(key: State, fields: dict[str, Any]) -> StateRule:
    return StateRule(key, fields["name"], tuple(fields["owners"]), bool(fields.get("final")), fields["meaning"])


def _move(key: str, source: str, fields: dict[str, Any]) -> Move:
    return Move(
        id=key,
        name=fields["name"],
        source=State(source),
        target=State(fields["to"]),
        way=Way(fields["way"]),
        roles=tuple(fields["roles"]),
        decided_by=tuple(fields.get("decided_by", ())),
        needs=tuple(Need(need) for need in fields.get("needs", ())),
    )
