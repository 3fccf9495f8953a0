"""Why a check says what it says: its question, the numbers of policy and the lists behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from notoneless.check.core import STATE_NAMES, STATES, CheckDefinition, load_checks
from notoneless.check.core.lists import list_name
from notoneless.check.records.models import Sweep
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.flows.check_drill import DrillLine, Spot, place_name
from notoneless.org.roles import ROLES
from notoneless.policy.pack import Pack, load_pack
from notoneless.web.shell.filters import EMPTY, Facet

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

    @property
    def first_day(self) -> str:
        """The oldest as-of date of its deliveries."""
        return min(day for _id, day, _rows in self.deliveries)

    @property
    def last_day(self) -> str:
        """The newest as-of date of its deliveries."""
        return max(day for _id, day, _rows in self.deliveries)


@dataclass(frozen=True)
class Crumb:
    """One step of the way from the whole down to where the reader stands."""

    name: str
    url: str


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


def state_facet(numbers: Mapping[str, int]) -> Facet:
    """The four states with what is counted of each where the reader stands."""
    return Facet("state", _("结果"), [(state, STATE_NAMES[state], numbers[state]) for state in STATES])


def spot_query(spot: Spot) -> str:
    """Where the reader stands as the beginning of a query; a school is left out, changes are counted by township."""
    return f"town={spot.town}&" if spot.town else f"county={spot.county}&" if spot.county else ""


def state_urls(spot: Spot) -> dict[str, str]:
    """State → the address of its children where the reader stands."""
    school = "" if spot.school is None else f"school={spot.school or EMPTY}&"
    return {state: f"?{spot_query(spot)}{school}state={state}#rows" for state in STATES}


def crumbs(spot: Spot, counties: int, lines: Sequence[DrillLine]) -> list[Crumb]:
    """The way down to where the reader stands, without the last step, and the last step by itself (url "")."""
    way = [Crumb(_("全部"), "?")]
    if spot.county and counties > 1:
        way.append(Crumb(place_name(spot.county, "county"), f"?county={spot.county}"))
    if spot.town:
        way.append(Crumb(place_name(spot.town, "town"), f"?town={spot.town}"))
    if spot.school is not None:
        name = next((line.name for line in lines if line.code == spot.school), "") or _("没有学校")
        way.append(Crumb(name, ""))
    return [*way[:-1], Crumb(way[-1].name, "")]


def drill_rows(lines: Sequence[DrillLine], spot: Spot) -> list[dict[str, Any]]:
    """Each part with the address that opens it and the one of its gaps."""
    rows = []
    for line in lines:
        place = {"county": f"county={line.code}", "town": f"town={line.code}"}.get(
            line.level, f"town={spot.town}&school={line.code or EMPTY}"
        )
        rows.append(
            {"line": line, "name": line.name or _("没有学校"), "url": f"?{place}", "gap": f"?{place}&state=gap"}
        )
    return rows


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
