"""Closing rules: what each outcome (核实结果) settles, by which move, on what evidence.

Codes and names come from the policy pack (tables ``outcomes``, ``evidence_kinds``, ``placements``); how the case
stage uses them is ``definitions/closing.yaml``.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from notoneless.common.errors import Fault
from notoneless.common.wording import wordings
from notoneless.policy.pack import Pack, load_pack

from .states import DEFINITIONS, State, table

PERSUASION_LEDGERS = frozenset({"school_age", "suspected", "dropout"})
"""Ledgers whose gaps mean that a child is not being taught; the others (aid, data) are settled by paper alone."""

RETURNED, ROSTER = "returned", "roster"
"""The outcomes of a child that came back, and of a gap that a roster row closed."""


@dataclass(frozen=True)
class Outcome:
    """One way for a gap to end. ``moves`` is empty when it ends single gaps only; ``lasting`` needs no renewal."""

    id: str
    name: str
    moves: tuple[str, ...]
    covers: str
    gap_state: str
    how: str
    evidence: frozenset[str]
    single: bool
    lasting: bool

    def settles(self, ledger: str) -> bool:
        """Whether this outcome ends a gap of that ledger: ``school`` covers persuasion ledgers, ``paper`` others."""
        if self.covers in {"all", "none"}:
            return self.covers == "all"
        return needs_persuasion(ledger) == (self.covers == "school")

    def move_from(self, state: State) -> str:
        """The closing move that this outcome makes out of ``state``; E610 when it makes none there."""
        found = next((move for move in self.moves if table().find(move, state)), None)
        if found is None:
            raise Fault("E610", outcome=self.name)
        return found


@dataclass(frozen=True)
class Rules:
    """The closing rules and code lists in force on one day in one region."""

    pack: Pack
    outcomes: Mapping[str, Outcome]
    evidence_kinds: Mapping[str, str]
    placements: Mapping[str, str]
    visit_kinds: Mapping[str, str]
    bodies: Mapping[str, str]

    def outcome(self, outcome_id: str) -> Outcome:
        """The outcome of that id; E610 when there is none."""
        if outcome_id not in self.outcomes:
            raise Fault("E610", outcome=outcome_id)
        return self.outcomes[outcome_id]

    def outcome_name(self, outcome_id: str) -> str:
        """Its Chinese name; the id itself for one that has left the list (history is still readable)."""
        known = self.outcomes.get(outcome_id)
        return known.name if known else outcome_id

    def bodies_of(self, role: str) -> list[str]:
        """The bodies for which a person of that role goes on visits."""
        return [row["code"] for row in self.pack.table("persuasion_bodies") if role in row["roles"].split()]

    def body_names(self, bodies: Iterable[str]) -> str:
        """学校、村（社区）: the bodies that took part, in words; the code itself for one that has left the list."""
        return "、".join(str(self.bodies.get(body, body)) for body in bodies)

    def deadline(self, check_id: str, since: dt.date) -> dt.date:
        """The day by which a gap of that check found on ``since`` is to be closed (policy ``deadline.<check>``)."""
        days: int = self.pack.value(f"deadline.{check_id}")
        return since + dt.timedelta(days=days)

    def recheck_dates(self, returned: dt.date) -> list[dt.date]:
        """The due days of the looks after a return (policy ``recheck.count``, ``recheck.interval_days``).

        The intervals count from look to look; when there are fewer intervals than looks, the last one repeats.
        """
        intervals: list[int] = list(self.pack.value("recheck.interval_days"))
        day, days = returned, []
        for n in range(self.pack.value("recheck.count")):
            day += dt.timedelta(days=intervals[min(n, len(intervals) - 1)])
            days.append(day)
        return days

    def valid_to(self, outcome_id: str, written: dt.date | None, issued: dt.date) -> dt.date | None:
        """Until when an excuse holds: what the paper says, for good if lasting, else ``case.excuse_valid_days``."""
        known = self.outcomes.get(outcome_id)
        if written is not None or (known is not None and known.lasting):
            return written
        days: int = self.pack.value("case.excuse_valid_days")
        return issued + dt.timedelta(days=days)


def load_rules(region: str | None, day: dt.date) -> Rules:
    """The rules of a region on a day. Raises as ``load_pack``; KeyError when closing.yaml names an unknown code."""
    return _rules(load_pack(region, day))


def needs_persuasion(ledger: str) -> bool:
    """Whether a gap of this ledger is ended by bringing the child back, not by paper alone."""
    return ledger in PERSUASION_LEDGERS


def placements_for(purpose: str) -> frozenset[str]:
    """Placement codes that count as ``returned`` (back at a school) or as ``placed`` (lawfully taught otherwise)."""
    return frozenset(_definitions()["placements"][purpose])


def _rules(pack: Pack) -> Rules:
    kinds = {row["code"]: row for row in pack.table("evidence_kinds")}
    alone = frozenset(code for code, row in kinds.items() if row["closes_alone"])
    known = {row["code"]: row for row in pack.table("outcomes")}
    shared = {key: known[key] | fields for key, fields in _definitions()["outcomes"].items()}
    own = {key: {"lasting": True} | fields for key, fields in _definitions()["own"].items()}
    return Rules(
        pack=pack,
        outcomes={key: _outcome(key, fields, alone) for key, fields in (shared | own).items()},
        evidence_kinds={code: row["name"] for code, row in kinds.items()},
        placements=pack.names("placements"),
        visit_kinds={key: fields["name"] for key, fields in _read("visit_kinds").items()},
        bodies=pack.names("persuasion_bodies"),
    )


def _outcome(key: str, fields: Mapping[str, Any], alone: frozenset[str]) -> Outcome:
    """Evidence that does not close alone (a photo, a visit record) supports an outcome but never carries it."""
    accepted = alone if fields["evidence"] == "any" else alone & set(fields["evidence"].split())
    return Outcome(
        id=key,
        name=fields["name"],
        moves=tuple(fields.get("moves", ())),
        covers=fields["covers"],
        gap_state=fields["gap"],
        how=fields["how"],
        evidence=accepted,
        single=bool(fields.get("single")),
        lasting=bool(fields["lasting"]),
    )


@functools.cache
def _definitions() -> dict[str, Any]:
    return _read("closing")


@functools.cache
def _read(list_id: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DEFINITIONS / f"{list_id}.yaml").read_text(encoding="utf-8"))
    return wordings(data, "name")
