"""How many gaps are new, gone or unchanged against the sweep before, per check and township: counted once, then kept.

A sweep's files never change, so neither do these numbers.
"""

from __future__ import annotations

import functools
from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core import load_checks, result_file
from notoneless.check.records.models import Sweep
from notoneless.flows.check_drill import Spot
from notoneless.flows.comparison import PERSONS
from notoneless.flows.differences import CHANGE_NAMES
from notoneless.flows.sweep import COLLECTION
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.org.scope import Scope

KEPT = 16
"""Pairs of sweeps whose numbers one process keeps; a page asks for the current sweep and the one before."""

Counts = Counter[tuple[str, str, str]]
"""(check, change, township) → gaps. A gap that is gone counts where the earlier sweep saw the child."""


def changes_at(user: User, later: Sweep, spot: Spot) -> dict[str, dict[str, int]] | None:
    """Check → new, gone, unchanged at the spot, as far as this person may look; None for a first sweep."""
    if later.previous_id is None:
        return None
    found: dict[str, dict[str, int]] = {check: dict.fromkeys(CHANGE_NAMES, 0) for check in load_checks()}
    for (check, change, town), number in _in_sight(user, later).items():
        if spot.holds(town):
            found[check][change] += number
    return found


def changed_towns(user: User, later: Sweep) -> set[str]:
    """Every township in this person's scope where a gap was or is."""
    return {town for _check, _change, town in _in_sight(user, later)}


def _in_sight(user: User, later: Sweep) -> Counts:
    low, high = Scope.of(user).bounds()
    if not low or later.previous_id is None:
        return Counter()
    every = change_counts(later.previous_id, later.pk)
    return Counter({key: number for key, number in every.items() if low <= key[2] < high})


@functools.lru_cache(maxsize=KEPT)
def change_counts(earlier: str, later: str) -> Counts:
    """The counts of two stored sweeps; the same as the lists of :func:`flows.sweep_diff.diff_sweeps` are long."""
    before, after = _Stored(earlier), _Stored(later)
    counts: Counts = Counter()
    for check in load_checks():
        old, new = before.gaps(check), after.gaps(check)
        for change, children, where in (
            ("new", new - old, after),
            ("unchanged", new & old, after),
            ("gone", old - new, before),
        ):
            for town, number in where.towns(children).items():
                counts[check, change, town] += number
    return counts


class _Stored:
    """One sweep's files, as far as they are needed to count."""

    def __init__(self, sweep_id: str) -> None:
        self._id = sweep_id
        self._files = {file["name"] for file in lake().manifest(COLLECTION, sweep_id)["files"]}
        self._persons = lake().read_table(COLLECTION, sweep_id, PERSONS, columns=["child_id", "township_code"])

    def gaps(self, check: str) -> set[str]:
        name = result_file(check)
        if name not in self._files:
            return set()
        table = lake().read_table(COLLECTION, self._id, name, columns=["child_id"], filters=[("state", "=", "gap")])
        return set(table["child_id"].to_pylist())

    def towns(self, children: set[str]) -> Counter[str]:
        if not children:
            return Counter()
        rows = self._persons.filter(pc.is_in(self._persons["child_id"], pa.array(sorted(children), pa.string())))
        return Counter(pc.fill_null(rows["township_code"], "").to_pylist())
