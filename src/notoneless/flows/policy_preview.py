"""谁会受影响: one parameter of policy with another value, tried on the lists of the last sweep; nothing is saved.

The comparison is worked out anew with the changed pack, exactly as a sweep would, and held against what the sweep says.
Where rules or policy changed since that sweep, the present ones are worked out too, so that only the trial differs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core import load_checks
from notoneless.check.records.models import Sweep
from notoneless.check.records.queries import get_manifest, get_shown_sweep, has_results, read_results
from notoneless.common.errors import Fault
from notoneless.flows.rules import rules_digest
from notoneless.flows.sweep import compute
from notoneless.flows.verify import inputs_of
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.policy.pack import Pack, Parameter

COMMON = ("school_age.", "calendar.", "link.")
"""Parameters that every check rests on: who is of age, which year it is, who is linked."""
MOST_ROWS = 1_000
"""Changed children that are kept by number for the lists; the counts are always whole."""
NOWHERE = ""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Preview:
    """What would change: check id → {"from>to": children}, and up to MOST_ROWS (check, child, from, to)."""

    sweep: str
    parameter: str
    before: str
    after: str
    counts: dict[str, dict[str, int]]
    rows: list[list[str]]
    changed: int

    def to_dict(self) -> dict[str, Any]:
        """Counts and pseudonyms only, for a job's result."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def checks_of(parameter: str) -> list[str]:
    """The checks that a parameter can move: those that name it, or all when every check rests on it."""
    if parameter.startswith(COMMON):
        return list(load_checks())
    return [check.id for check in load_checks().values() if parameter in check.parameters.values()]


def with_value(pack: Pack, parameter: str, value: Any) -> Pack:
    """The pack with that value in force on its day. Raises E521 (no such parameter)."""
    if parameter not in pack.parameters:
        raise Fault("E521", where=parameter, parameter=parameter)
    known = pack.parameters[parameter]
    changed = replace(known, values=(*[one for one in known.values if one[0] < pack.as_of], (pack.as_of, value)))
    return replace(pack, parameters={**pack.parameters, parameter: changed})


def read_value(parameter: Parameter, text: str, pack: Pack) -> Any:
    """What a person typed, as the parameter's own kind: a whole number. Raises E527 (another kind), E528."""
    now = parameter.on(pack.as_of)
    if isinstance(now, bool) or not isinstance(now, int):
        raise Fault("E527", where=parameter.id, name=parameter.name)
    try:
        return int(text.strip())
    except ValueError as error:
        raise Fault("E528", where=parameter.id, text=text.strip()[:20]) from error


def preview(*, parameter: str, value: Any, by: User, progress: Progress | None = None) -> Preview:
    """Try ``value`` on the sweep that the person's pages speak of. Raises E701, E521, E529 (no sweep), E530 (the same
    value, or one that no check asks), E812.
    """
    check_may(by, Permission.POLICY_PREVIEW)
    sweep = get_shown_sweep(by)
    if sweep is None:
        raise Fault("E529")
    inputs = inputs_of(sweep)
    changed = with_value(inputs.pack, parameter, value)
    before = inputs.pack.value(parameter)
    if before == value or not checks_of(parameter):
        raise Fault("E530", where=parameter)
    now = None if _is_todays(sweep, inputs.pack) else compute(inputs, progress=progress).results
    trial = compute(replace(inputs, pack=changed), progress=progress).results
    counts, rows, total = _differences(sweep, now, trial)
    return Preview(sweep.pk, parameter, str(before), str(value), counts, rows, total)


def _is_todays(sweep: Sweep, pack: Pack) -> bool:
    """Whether the sweep was made with the rules and the policy of today."""
    manifest = get_manifest(sweep)
    return (manifest.get("rules_digest"), manifest["policy_digest"]) == (rules_digest(), pack.digest)


def _differences(
    sweep: Sweep, now: Mapping[str, pa.Table] | None, trial: Mapping[str, pa.Table]
) -> tuple[dict[str, dict[str, int]], list[list[str]], int]:
    counts: dict[str, dict[str, int]] = {}
    rows: list[list[str]] = []
    total = 0
    for check_id, table in trial.items():
        before = now[check_id] if now else read_results(sweep, check_id) if has_results(sweep, check_id) else None
        for row in moved(before, table) if before is not None else []:
            move = f"{row['state']}>{row['state_after']}"
            counts.setdefault(check_id, {}).setdefault(move, 0)
            counts[check_id][move] += 1
            total += 1
            if len(rows) < MOST_ROWS:
                rows.append([check_id, row["child_id"], row["state"], row["state_after"]])
    return counts, rows, total


def moved(before: pa.Table, after: pa.Table) -> list[dict[str, str]]:
    """Rows whose state is another; a child that only one of the two knows has "" on the other side."""
    left = _keyed(before, "state")
    joined = left.join(_keyed(after, "state_after"), "child_id", join_type="full outer")
    states = [pc.fill_null(joined[name], NOWHERE) for name in ("state", "state_after")]
    joined = pa.table({"child_id": joined["child_id"], "state": states[0], "state_after": states[1]})
    found = joined.filter(pc.not_equal(joined["state"], joined["state_after"]))
    return found.sort_by([("child_id", "ascending")]).to_pylist()


def _keyed(table: pa.Table, name: str) -> pa.Table:
    return pa.table({"child_id": table["child_id"].cast(pa.string()), name: table["state"].cast(pa.string())})


def changed_on(pack: Pack, parameter: str, day: dt.date) -> Any:
    """The value that will be in force on another day. Raises E521, E522."""
    return pack.on(day).value(parameter)
