"""Whose turn it is: always a person or a role of a unit where somebody with an account can really do it."""

from __future__ import annotations

from typing import Any

from notoneless.case.core.states import table
from notoneless.case.core.stuck import Reason
from notoneless.case.core.units import Unit, unit_of
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope
from notoneless.policy.places import town_of

from ..models import Case

LEADERS = ("principal", "township_officer", "county_clerk", "county_head")
"""Who leads where, the nearest first: the first of them with an account that reaches the unit has the turn."""


class TurnReader:
    """Reads the accounts once; ``of`` says whose turn a stuck case is."""

    def __init__(self) -> None:
        people = User.objects.filter(is_active=True).order_by("pk")
        self._scopes = [(one, Scope.of(one)) for one in people if may(one, Permission.CASE_ASSIGN)]
        self._working = {one.pk: Scope.of(one) for one in people if may(one, Permission.CASE_WORK)}
        self._leading: dict[Unit, str] = {}

    def of(self, case: Case, reason: Reason, receiver: Unit | None) -> dict[str, Any]:
        """``turn_user`` or ``turn_role``, with the place and school of the unit whose turn it is."""
        unit = unit_of(case.place_code, case.school_code)
        at = {"place_code": case.place_code, "school_code": case.school_code}
        if reason.turn == "receiver" and receiver is not None:
            return _of_role(self._leader(receiver), receiver)
        if reason.turn == "owner" and case.owner_id and self._reaches(case.owner_id, case):
            return {"turn_user_id": case.owner_id, **at}
        if reason.turn == "decider":
            return _of_role(self._decider(unit), unit)
        return _of_role(self._leader(unit), unit)

    def _reaches(self, owner_id: int, case: Case) -> bool:
        scope = self._working.get(owner_id)
        return scope is not None and scope.covers(case.place_code, case.school_code)

    def _leader(self, unit: Unit) -> str:
        if unit not in self._leading:
            self._leading[unit] = self._first(unit, LEADERS)
        return self._leading[unit]

    def _decider(self, unit: Unit) -> str:
        deciders = {role for move in table().moves for role in move.decided_by}
        return self._first(unit, tuple(role for role in LEADERS if role in deciders))

    def _first(self, unit: Unit, roles: tuple[str, ...]) -> str:
        """The nearest of these roles that somebody holds there; the last one when nobody does (then it is told above)."""
        here = {one.role for one, scope in self._scopes if scope.covers(unit.place_code, unit.school_code)}
        return next((role for role in roles if role in here), roles[-1])


def _of_role(role: str, unit: Unit) -> dict[str, Any]:
    """The role in its own office: a principal's school, an officer's township, the county."""
    if role == "principal":
        return {"turn_role": role, "place_code": unit.place_code, "school_code": unit.school_code}
    office = town_of(unit.place_code) if role == "township_officer" else unit.county
    return {"turn_role": role, "place_code": office, "school_code": ""}
