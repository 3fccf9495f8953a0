"""Two stored sweeps side by side (与上次比): new, gone and unchanged gaps, each with its reason."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core import load_checks, result_file
from notoneless.check.records.models import Sweep
from notoneless.flows.check_drill import Spot
from notoneless.flows.comparison import MEMBERS, PERSONS
from notoneless.flows.differences import Change, Differences, Snapshot, differences
from notoneless.flows.sweep import COLLECTION
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.org.scope import Scope

ANYWHERE = Spot()


def diff_sweeps(earlier: Sweep, later: Sweep) -> Differences:
    """What changed between two sweeps, read from their immutable files."""
    return differences(read_snapshot(earlier), read_snapshot(later))


def changes_in_scope(
    user: User, earlier: Sweep, later: Sweep, found: Differences, spot: Spot = ANYWHERE
) -> list[Change]:
    """The changes in this person's scope, and at the spot, in their order.

    A child is where the later sweep saw it; of a gap that is gone, where the earlier one did: as it was counted.
    """
    low, high = Scope.of(user).bounds()
    before = _towns(earlier, {one.child_id for one in found.changes if one.change == "gone"})
    after = _towns(later, {one.child_id for one in found.changes if one.change != "gone"})
    places = [(before if one.change == "gone" else after).get(one.child_id, "") for one in found.changes]
    pairs = zip(found.changes, places, strict=True)
    return [one for one, town in pairs if low and low <= town < high and spot.holds(town)]


def _towns(sweep: Sweep, children: set[str]) -> dict[str, str]:
    persons = lake().read_table(COLLECTION, sweep.pk, PERSONS, columns=["child_id", "township_code"])
    rows = persons.filter(pc.is_in(persons["child_id"], pa.array(sorted(children), pa.string())))
    return dict(zip(rows["child_id"].to_pylist(), pc.fill_null(rows["township_code"], "").to_pylist(), strict=True))


def read_snapshot(sweep: Sweep) -> Snapshot:
    """The tables of a stored sweep that a difference needs; checks younger than the sweep have no table."""
    stored = {file["name"] for file in lake().manifest(COLLECTION, sweep.pk)["files"]}
    names = {check_id: result_file(check_id) for check_id in load_checks()}
    return Snapshot(
        persons=lake().read_table(COLLECTION, sweep.pk, PERSONS, columns=["child_id", "school_age"]),
        members=lake().read_table(COLLECTION, sweep.pk, MEMBERS),
        results={
            check_id: lake().read_table(COLLECTION, sweep.pk, name)
            for check_id, name in names.items()
            if name in stored
        },
    )
