"""卡住的个案: why an open case does not move, and since when. Days and words are data (policy table ``stuck_cases``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from notoneless.policy.pack import Pack

from .states import State


@dataclass(frozen=True)
class Reason:
    """One row of the table: what it is called, after how many days, whose turn it is, what is to be done."""

    code: str
    name: str
    days: int
    turn: str
    todo: str


@dataclass(frozen=True)
class Signs:
    """What the nightly look sees of one open case; a day is None when there is nothing of the kind."""

    state: State
    since: dt.date
    last_act: dt.date
    has_owner: bool
    owner_works: bool
    referred: dt.date | None = None
    sent_outside: dt.date | None = None
    asked: dt.date | None = None
    agreed: dt.date | None = None
    recheck: dt.date | None = None
    consulted: dt.date | None = None


def load_reasons(pack: Pack) -> dict[str, Reason]:
    """The table in file order, by code."""
    return {row["code"]: Reason(**row) for row in pack.table("stuck_cases")}


def find_reasons(signs: Signs, reasons: Mapping[str, Reason], today: dt.date) -> list[tuple[Reason, dt.date]]:
    """(reason, since when) of everything that holds this case up on ``today``, in the table's order.

    What somebody else owes (an answer, a decision) or a day names comes before mere silence: silence is told only of a
    case that nothing else is told of.
    """
    days = _days(signs)
    found = [(reason, days[code]) for code, reason in reasons.items() if _is_over(days.get(code), reason, today)]
    named = [one for one in found if not one[0].code.startswith("idle_")]
    return [(reason, since) for reason, since in named or found if since is not None]


def _days(signs: Signs) -> dict[str, dt.date | None]:
    """Since when each reason could be told of the case."""
    is_waiting = signs.referred or signs.sent_outside or signs.asked
    return {
        "owner_gone": signs.last_act if signs.has_owner and not signs.owner_works else None,
        "no_owner": None if signs.has_owner else signs.since,
        "referral_waiting": signs.referred,
        "outside_waiting": signs.sent_outside,
        "closing_waiting": signs.asked,
        "agreed_passed": signs.agreed,
        "recheck_due": signs.recheck,
        "consultation_waiting": signs.consulted,
        f"idle_{signs.state}": None if is_waiting else signs.last_act,
    }


def _is_over(since: dt.date | None, reason: Reason, today: dt.date) -> bool:
    return since is not None and (today - since).days > reason.days
