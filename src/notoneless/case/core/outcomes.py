"""Closing rules and code lists of the case stage, read from ``definitions/``.

An outcome (核实结果) says by which move a case closes, which gaps it settles and which kinds of evidence it accepts.
Source: the verified classes that real comparisons returned, and the placement list of 控辍保学 practice (README.md).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from notoneless.common.errors import Fault

from .states import DEFINITIONS

PERSUASION_LEDGERS = frozenset({"school_age", "suspected", "dropout"})
"""Ledgers whose gaps mean that a child is not being taught; the others (aid, data) are settled by paper alone."""

ROSTER = "roster"
"""The outcome of a gap that a roster row closed."""


@dataclass(frozen=True)
class Outcome:
    """One way for a gap to end; ``move`` is empty when it ends single gaps only and moves no case."""

    id: str
    name: str
    move: str
    covers: str
    gap_state: str
    how: str
    evidence: tuple[str, ...]

    def settles(self, ledger: str) -> bool:
        """Whether this outcome ends a gap of that ledger: ``school`` covers persuasion ledgers, ``paper`` the others."""
        if self.covers in {"all", "none"}:
            return self.covers == "all"
        return (ledger in PERSUASION_LEDGERS) == (self.covers == "school")


@functools.cache
def outcomes() -> Mapping[str, Outcome]:
    """All outcomes by id, in file order."""
    return {key: _outcome(key, fields) for key, fields in _read("outcomes").items()}


def get_outcome(outcome_id: str) -> Outcome:
    """The outcome of that id; E610 when there is none."""
    found = outcomes().get(outcome_id)
    if found is None:
        raise Fault("E610", outcome=outcome_id)
    return found


@functools.cache
def names(list_id: str) -> Mapping[str, str]:
    """id → Chinese name of one list: ``placements``, ``visit_kinds``, ``evidence_kinds``, ``outcomes``."""
    return {key: fields["name"] for key, fields in _read(list_id).items()}


@functools.cache
def placement_kinds() -> Mapping[str, str]:
    """Placement id → ``school``, ``placed`` or ``leave``: what kind of teaching it is."""
    return {key: fields["kind"] for key, fields in _read("placements").items()}


def check_listed(list_id: str, code: str) -> None:
    """E611 when ``code`` is not in the list."""
    if code not in names(list_id):
        raise Fault("E611", list=list_id, given=code)


def needs_persuasion(ledger: str) -> bool:
    """Whether a gap of this ledger is ended by bringing the child back, not by paper alone."""
    return ledger in PERSUASION_LEDGERS


@functools.cache
def _read(list_id: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DEFINITIONS / f"{list_id}.yaml").read_text(encoding="utf-8"))
    return data


def _outcome(key: str, fields: dict[str, Any]) -> Outcome:
    return Outcome(
        id=key,
        name=fields["name"],
        move=fields.get("move", ""),
        covers=fields["covers"],
        gap_state=fields["gap"],
        how=fields["how"],
        evidence=tuple(fields["evidence"]),
    )
