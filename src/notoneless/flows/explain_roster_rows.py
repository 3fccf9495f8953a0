"""Why two rows of imported rosters are, or are not, one person: what the comparison says and what a person decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.flows.explain_rows import RowPair
from notoneless.link.core import explain_rows
from notoneless.link.core.costs import LinkCosts
from notoneless.link.records.models import LinkDecision
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.policy import load_pack
from notoneless.roster.records.queries import get_delivery, read_source_rows
from notoneless.trail.actions import Action
from notoneless.trail.record import record


@dataclass(frozen=True)
class RosterRow:
    """A row by its delivery and its number in the file."""

    delivery: str
    row_no: int

    @classmethod
    def read(cls, text: str) -> RosterRow:
        """``批次:行号``. Raises E411."""
        delivery, _, number = text.replace("：", ":").rpartition(":")
        if not delivery or not number.isdigit():
            raise Fault("E411", where=text, text=text)
        return cls(delivery, int(number))


@transaction.atomic
def why_rows(user: User, left: RosterRow, right: RosterRow, *, now: dt.datetime) -> RowPair:
    """The answer about two rows of deliveries in this person's sight; a sensitive read, so it leaves a trail event.

    Raises E701 without the right to judge pairs, E704 for a foreign or absent delivery, E410 for an absent row.
    """
    check_may(user, Permission.LINK_REVIEW)
    place_code = get_delivery(user, left.delivery).place_code
    get_delivery(user, right.delivery)
    one, other = _row(left), _row(right)
    record(
        Action.ROWS_COMPARE,
        by=user,
        now=now,
        object_kind="delivery",
        object_id=left.delivery,
        place_code=place_code,
        row=left.row_no,
        other=right.delivery,
        other_row=right.row_no,
    )
    costs = LinkCosts.from_pack(load_pack(settings.REGION, now.date()))
    return RowPair(explain_rows(one, other, costs=costs, decision=_decision(one["row_key"], other["row_key"])), ())


def _row(wanted: RosterRow) -> dict[str, Any]:
    found = next((row for _, row in read_source_rows({wanted.delivery: [wanted.row_no]})), None)
    if found is None:
        raise Fault("E410", where=wanted.delivery, name=wanted.delivery, row=str(wanted.row_no))
    return found


def _decision(one: str, other: str) -> str | None:
    """A person's verdict on these two rows that is in force."""
    pairs = [(one, other), (other, one)]
    for a, b in pairs:
        found = LinkDecision.objects.filter(undone_at=None, row_key_a=a, row_key_b=b).first()
        if found is not None:
            return str(found.verdict)
    return None
