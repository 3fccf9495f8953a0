"""A delivered 学校名录 brings the register of schools up to date."""

from __future__ import annotations

import datetime as dt

from notoneless.org import actions as org
from notoneless.policy.places import code_range
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import read_rows


def take_schools(delivery: Delivery, *, now: dt.datetime) -> int:
    """Add or update the schools of a delivery that lie in its own place; returns how many.

    Whoever may deliver the list may set these rows, and the delivery's own trail event names that person; so this runs
    as the machine, in the delivery's transaction. Schools without a place in the delivery's place are left out.
    """
    low, high = code_range(delivery.place_code)
    columns = ["school_code", "school_name", "stage", "addr_code", "address"]
    rows = read_rows(delivery, columns).to_pylist()
    schools = [
        {
            "code": row["school_code"],
            "name": row["school_name"],
            "place_code": row["addr_code"],
            "stage": row["stage"] or "",
            "address": row["address"] or "",
        }
        for row in rows
        if row["school_code"] and low <= (row["addr_code"] or "") < high
    ]
    return org.load_schools(schools=schools, by=None, now=now)
