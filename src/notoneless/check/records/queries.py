"""Sweeps and their results, always cut to what the person may see."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.db.models import Q, QuerySet, Sum

from notoneless.check.core import result_file
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.link.records.models import Child
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope
from notoneless.policy.places import Places, code_range

from .models import CheckCount, Sweep

COLLECTION = "sweeps"
STATES = ("expected", "met", "gap", "excused", "unknown")


def list_sweeps(user: User) -> QuerySet[Sweep]:
    """Sweeps whose region meets the person's place, newest first."""
    if not may(user, Permission.SWEEP_VIEW):
        return Sweep.objects.none()
    return Sweep.objects.filter(_around(user)).select_related("previous", "created_by")


def get_sweep(user: User, sweep_id: str) -> Sweep:
    """One sweep in sight; E704 for foreign and absent alike."""
    sweep = list_sweeps(user).filter(pk=sweep_id).first()
    if sweep is None:
        raise Fault("E704", where=Wording("摸排"))
    return sweep


def get_current_sweep(region: str) -> Sweep | None:
    """The current sweep of a region (12-digit code)."""
    return Sweep.objects.filter(region=region, status=Sweep.Status.CURRENT).first()


def get_sweeps_within(region: str) -> dict[str, str]:
    """Every sweep of a region (12-digit code) and of the places in it → the current sweep of its own region."""
    low, high = code_range(region)
    found = list(Sweep.objects.filter(region__gte=low, region__lt=high).order_by("pk"))
    current = {sweep.region: sweep.pk for sweep in found if sweep.status == Sweep.Status.CURRENT}
    return {sweep.pk: current[sweep.region] for sweep in found}


def get_last_sweep(child: Child) -> str:
    """The last sweep that saw a child: of one who is not gone, the current sweep of the region that holds the child."""
    if child.gone:
        return child.last_sweep
    regions = Sweep.objects.filter(pk=child.last_sweep).values("region")
    return Sweep.objects.get(region__in=regions, status=Sweep.Status.CURRENT).pk


def get_shown_sweep(user: User) -> Sweep | None:
    """The sweep a person's pages speak of: the current one of the region around them (only its date and id)."""
    return Sweep.objects.filter(_around(user), status=Sweep.Status.CURRENT).order_by("-created_at", "id").first()


def _around(user: User) -> Q:
    """Sweeps of the person's own place, of a region it lies in, or of a region in it."""
    low, high = Scope.of(user).home
    if not low:
        return Q(pk__in=[])
    above = [place.code for place in Places.load().ancestors(low)]
    return Q(region__in=above) | Q(region__gte=low, region__lt=high)


def get_counts(user: User, sweep: Sweep) -> list[dict[str, Any]]:
    """Per check: the five numbers summed over the townships in scope, and the missing lists.

    School staff get nothing here: counts are kept by township, and a school is less than that.
    """
    low, high = Scope.of(user).bounds()
    rows = CheckCount.objects.filter(sweep=sweep, place_code__gte=low, place_code__lt=high)
    sums = rows.values("check_id").annotate(**{f"sum_{state}": Sum(state) for state in STATES}).order_by("check_id")
    missing = {row.check_id: row.missing_lists for row in rows if row.missing_lists}
    return [
        {"check_id": row["check_id"], "missing_lists": missing.get(row["check_id"], [])}
        | {state: row[f"sum_{state}"] for state in STATES}
        for row in sums
    ]


def get_counts_by_place(user: User, sweep: Sweep, check_id: str | None) -> list[CheckCount]:
    """The counts of each township in scope, of one check or (None) of all."""
    low, high = Scope.of(user).bounds()
    rows = CheckCount.objects.filter(sweep=sweep, place_code__gte=low, place_code__lt=high)
    return list(rows.filter(check_id=check_id) if check_id else rows)


def read_results(sweep: Sweep, check_id: str, states: list[str] | None = None) -> pa.Table:
    """child_id, state, reason, period of one check, from the sweep's immutable files."""
    filters = [("state", "in", states)] if states else None
    return lake().read_table(COLLECTION, sweep.pk, result_file(check_id), filters=filters)


def has_results(sweep: Sweep, check_id: str) -> bool:
    """Whether the sweep ran this check; checks younger than the sweep have no file in it."""
    return any(file["name"] == result_file(check_id) for file in get_manifest(sweep)["files"])


def get_results_of_child(sweep: Sweep, child_id: str, check_ids: list[str]) -> list[dict[str, Any]]:
    """What each check says of one child in one sweep."""
    found = []
    for check_id in check_ids:
        if not has_results(sweep, check_id):
            continue
        table = lake().read_table(COLLECTION, sweep.pk, result_file(check_id), filters=[("child_id", "=", child_id)])
        found += [dict(row, check_id=check_id) for row in table.to_pylist() if row["child_id"] == child_id]
    return found


def get_manifest(sweep: Sweep) -> dict[str, Any]:
    return lake().manifest(COLLECTION, sweep.pk)
