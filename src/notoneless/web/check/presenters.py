"""Why a check says what it says: its question, the numbers of policy and the lists behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from notoneless.check.core import STATES, CheckDefinition, load_checks
from notoneless.check.core.lists import list_name
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.flows.check_rows import STATE_NAMES
from notoneless.org.roles import ROLES
from notoneless.policy.pack import Pack, load_pack
from notoneless.policy.places import Places
from notoneless.web.shell.filters import Facet

SEVERITY_NAMES = {3: Wording("重"), 2: Wording("中"), 1: Wording("轻")}
STATUS_KINDS = {"met": "done", "gap": "bad", "excused": "doing", "unknown": "warn"}


@dataclass(frozen=True)
class PolicyNumber:
    """One number of policy that the check used on the sweep's day."""

    name: str
    value: str
    unit: str
    source: str


@dataclass(frozen=True)
class ListUsed:
    """One kind of list that the check reads; ``deliveries`` are (id, as-of date, rows), none when it had not come."""

    name: str
    needed: bool
    deliveries: list[tuple[str, str, int]]


@dataclass(frozen=True)
class Why:
    """The right-hand side of the page: 为什么."""

    check: CheckDefinition
    severity: str
    owner: str
    numbers: list[PolicyNumber]
    lists: list[ListUsed]
    excuses: list[str]
    policy_changed: bool

    @property
    def missing(self) -> list[ListUsed]:
        """Lists that had not come; the needed ones first."""
        return sorted((one for one in self.lists if not one.deliveries), key=lambda one: not one.needed)


def get_check(check_id: str) -> CheckDefinition:
    """The check of that id. Raises E704 like anything else that is not there."""
    check = load_checks().get(check_id)
    if check is None:
        raise Fault("E704", where=check_id)
    return check


def why(check: CheckDefinition, sweep: Sweep) -> Why:
    """What the answer of this check in this sweep rests on."""
    pack = load_pack(sweep.region, sweep.as_of)
    outcomes = {row["code"]: row["name"] for row in pack.table("outcomes")}
    return Why(
        check=check,
        severity=SEVERITY_NAMES[check.severity],
        owner=ROLES[check.owner_role].name,
        numbers=_numbers(check, pack),
        lists=[_list_used(kind, kind in check.needs, sweep) for kind in (*check.needs, *check.optional)],
        excuses=[outcomes.get(code, code) for code in check.excuses],
        policy_changed=pack.digest != sweep.policy_digest,
    )


def _numbers(check: CheckDefinition, pack: Pack) -> list[PolicyNumber]:
    wanted = dict.fromkeys([*check.parameters.values(), check.deadline_days])
    found = [pack.parameters[name] for name in wanted if name in pack.parameters]
    return [PolicyNumber(one.name, _written(one.on(pack.as_of)), one.unit, one.source) for one in found]


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _list_used(kind: str, needed: bool, sweep: Sweep) -> ListUsed:
    used = [one for one in sweep.summary.get("lists", []) if one["kind"] == kind]
    return ListUsed(list_name(kind), needed, [(one["delivery_id"], one["as_of"], one["rows"]) for one in used])


def facets(states: Mapping[str, int], towns: Mapping[str, int]) -> list[Facet]:
    """State and township with their counts; a township without any row of the check is left out."""
    places = Places.load()
    named = [(code, places.label(code) or _("（空）"), count) for code, count in sorted(towns.items()) if count]
    found = [Facet("state", _("结果"), [(state, STATE_NAMES[state], states[state]) for state in STATES])]
    return [*found, Facet("town", _("乡镇"), named)] if named else found


def row_lines(rows: Sequence[Mapping[str, Any]], openable: set[str]) -> list[dict[str, Any]]:
    """Rows with the state in words and whether the child's file can be opened by this reader today."""
    return [
        {
            **row,
            "state_name": STATE_NAMES[row["state"]],
            "state_kind": STATUS_KINDS[row["state"]],
            "openable": row["child_id"] in openable,
        }
        for row in rows
    ]
