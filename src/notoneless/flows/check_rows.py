"""The children behind one number of a sweep: the rows of one check with the persons as that sweep saw them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from notoneless.check.core import STATE_NAMES, STATES, CheckDefinition
from notoneless.check.records import queries as checks
from notoneless.check.records.models import Sweep
from notoneless.common import resident_id
from notoneless.common.wording import Wording
from notoneless.flows.comparison import PERSONS
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.scope import Scope
from notoneless.policy.places import Places
from notoneless.roster.core.people import SEX_NAMES
from notoneless.trail.actions import Action
from notoneless.trail.record import record

PERSON_COLUMNS = [
    "child_id", "name", "sex", "dob", "id_no", "place_code", "township_code", "school_code", "school_name", "grade",
    "class_no",
]  # fmt: skip
ORDER = ("place_code", "child_id")


@dataclass(frozen=True)
class RowFilter:
    """What the rows are narrowed to; empty means not narrowed. ``towns`` are 12-digit codes of townships; "" among
    ``schools`` is no school."""

    states: Sequence[str] = ()
    towns: Sequence[str] = ()
    schools: Sequence[str] = ()


def read_check_rows(user: User, sweep: Sweep, check_id: str, chosen: RowFilter) -> pa.Table:
    """child_id, state, reason, period and the person's columns, in order of place and child; only what is in scope.

    Scope is the township as of the sweep, so the rows are exactly those that were counted. School staff, whose scope
    is less than a township, see none. Raises E701.
    """
    check_may(user, Permission.SWEEP_VIEW)
    check_may(user, Permission.CHILD_VIEW)
    return rows_in_scope(user, sweep, check_id, chosen)


def narrow_rows(rows: pa.Table, chosen: RowFilter) -> pa.Table:
    """Rows that were read already, narrowed to the states and schools of ``chosen``."""
    if chosen.states:
        rows = rows.filter(pc.is_in(rows["state"], pa.array(list(chosen.states))))
    if chosen.schools:
        rows = rows.filter(pc.is_in(pc.fill_null(rows["school_code"], ""), pa.array(list(chosen.schools))))
    return rows


def rows_in_scope(user: User, sweep: Sweep, check_id: str, chosen: RowFilter) -> pa.Table:
    """The same rows for a caller that has asked for its own right (an audit, which shows them masked)."""
    results = checks.read_results(sweep, check_id, list(chosen.states) or None)
    joined = persons_in_scope(user, sweep, chosen.towns).join(results, "child_id", join_type="inner")
    return narrow_rows(joined, chosen).sort_by([(column, "ascending") for column in ORDER])


def persons_in_scope(user: User, sweep: Sweep, towns: Iterable[str]) -> pa.Table:
    """The children of a sweep whose township, as of that sweep, lies in scope and in ``towns`` (all when empty); the
    caller has asked for the right."""
    low, high = Scope.of(user).bounds()
    filters = [("township_code", ">=", low), ("township_code", "<", high)]
    persons = lake().read_table(checks.COLLECTION, sweep.pk, PERSONS, columns=PERSON_COLUMNS, filters=filters)
    codes = persons["township_code"]
    kept = pc.and_(pc.greater_equal(codes, low), pc.less(codes, high))
    if towns := list(towns):
        kept = pc.and_(kept, pc.is_in(codes, pa.array(towns)))
    return persons.filter(kept) if low else persons.slice(0, 0)


def count_rows(user: User, sweep: Sweep, check_id: str, chosen: RowFilter) -> tuple[dict[str, int], dict[str, int]]:
    """(state → rows, township → rows) for the filters' own choices, each counted with the other filter applied."""
    states, towns = dict.fromkeys(STATES, 0), dict[str, int]()
    for row in checks.get_counts_by_place(user, sweep, check_id):
        if not chosen.towns or row.place_code in chosen.towns:
            for state in STATES:
                states[state] += getattr(row, state)
        towns[row.place_code] = sum(getattr(row, state) for state in chosen.states or STATES)
    return states, towns


HEADER: list[str] = [
    Wording("孩子编号"),
    Wording("姓名"),
    Wording("性别"),
    Wording("出生日期"),
    Wording("身份证号"),
    Wording("辖区"),
    Wording("学校"),
    Wording("年级"),
    Wording("班级"),
    Wording("结果"),
    Wording("理由"),
]


@transaction.atomic
def export_check_rows(
    user: User, sweep: Sweep, check: CheckDefinition, chosen: RowFilter, *, now: dt.datetime
) -> tuple[list[str], list[list[str]]]:
    """(header, rows) of exactly what is listed, ID numbers masked. Leaves a trail event. Raises E701."""
    check_may(user, Permission.LEDGER_EXPORT)
    rows = [_cells(row) for row in read_check_rows(user, sweep, check.id, chosen).to_pylist()]
    record(
        Action.LEDGER_EXPORT,
        by=user,
        now=now,
        object_kind="sweep",
        object_id=sweep.pk,
        place_code=user.place_code,
        ledger=check.name,
        rows=len(rows),
    )
    return HEADER, rows


def _cells(row: dict[str, object]) -> list[str]:
    dob = row["dob"]
    return [
        str(row["child_id"]),
        str(row["name"] or ""),
        SEX_NAMES.get(str(row["sex"]), ""),
        dob.isoformat() if isinstance(dob, dt.date) else "",
        resident_id.mask(str(row["id_no"])) if row["id_no"] else "",
        Places.load().label(str(row["place_code"] or "")),
        str(row["school_name"] or ""),
        str(row["grade"] or ""),
        str(row["class_no"] or ""),
        STATE_NAMES[str(row["state"])],
        str(row["reason"] or ""),
    ]
