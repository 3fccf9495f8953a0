"""Two stored sweeps side by side (与上次比): new, gone and unchanged gaps, each with its reason."""

from __future__ import annotations

from notoneless.check.core import load_checks
from notoneless.check.records.models import Sweep
from notoneless.flows.comparison import MEMBERS, PERSONS
from notoneless.flows.differences import Change, Differences, Snapshot, differences
from notoneless.flows.sweep import COLLECTION
from notoneless.link.records.queries import ids_in_scope
from notoneless.org.keys import lake
from notoneless.org.models import User


def diff_sweeps(earlier: Sweep, later: Sweep) -> Differences:
    """What changed between two sweeps, read from their immutable files."""
    return differences(read_snapshot(earlier), read_snapshot(later))


def changes_in_scope(user: User, found: Differences) -> list[Change]:
    """The changes of children in this person's scope, in their order."""
    seen = ids_in_scope(user, (change.child_id for change in found.changes))
    return [change for change in found.changes if change.child_id in seen]


def read_snapshot(sweep: Sweep) -> Snapshot:
    """The tables of a stored sweep that a difference needs; checks younger than the sweep have no table."""
    stored = {file["name"] for file in lake().manifest(COLLECTION, sweep.pk)["files"]}
    names = {check_id: f"results_{check_id}.parquet" for check_id in load_checks()}
    return Snapshot(
        persons=lake().read_table(COLLECTION, sweep.pk, PERSONS, columns=["child_id", "school_age"]),
        members=lake().read_table(COLLECTION, sweep.pk, MEMBERS),
        results={
            check_id: lake().read_table(COLLECTION, sweep.pk, name)
            for check_id, name in names.items()
            if name in stored
        },
    )
