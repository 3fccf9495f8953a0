"""Finding children by a name, initials, a village, or a whole number. Searching by number is a sensitive read."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from notoneless.flows.daily_limits import check_daily_limit
from notoneless.flows.ledger import pasted_condition, search_condition
from notoneless.link.records.models import Child
from notoneless.link.records.queries import list_children
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.trail.actions import Action
from notoneless.trail.record import record

PASTE_LIMIT = 500
BREAKS = str.maketrans(",，、;；\t", " " * 6)


def search_children(user: User, words: str, *, now: dt.datetime) -> QuerySet[Child]:
    """Children in scope that ``words`` fit, in the order (place, id). Raises E701, E822 (too many numbers today)."""
    check_may(user, Permission.CHILD_VIEW)
    found = list_children(user).filter(search_condition(words)).order_by("place_code", "id")
    if is_number(words):
        note_number_search(user, numbers=1, found=found.count(), now=now)
    return found


def find_pasted(user: User, text: str, *, now: dt.datetime) -> list[str]:
    """Child ids in scope for a pasted list of names, child ids and numbers, the first ``PASTE_LIMIT`` parts of it.

    Only the ids go on from here, so that no number stands in an address. Raises E701, E822.
    """
    check_may(user, Permission.CHILD_VIEW)
    parts = pasted_parts(text)
    if not parts:
        return []
    found = sorted(list_children(user).filter(pasted_condition(parts)).values_list("pk", flat=True))
    if numbers := sum(is_number(part) for part in parts):
        note_number_search(user, numbers=numbers, found=len(found), now=now)
    return found


def pasted_parts(text: str) -> list[str]:
    """The parts of a pasted list, each once, in order."""
    return list(dict.fromkeys(text.translate(BREAKS).split()))[:PASTE_LIMIT]


def is_number(words: str) -> bool:
    """Whether the words are looked up as a number of a person; a child's own id (C…) is not one."""
    return any(character.isdigit() for character in words) and not words.strip().upper().startswith("C")


@transaction.atomic
def note_number_search(user: User, *, numbers: int, found: int, now: dt.datetime) -> None:
    """Leave the event of a search by number; nothing of the number is kept. Raises E822 beyond the day's limit."""
    check_daily_limit(Action.CHILD_SEARCH, by=user, now=now, amount=numbers)
    record(Action.CHILD_SEARCH, by=user, now=now, object_kind="child", found=found, numbers=numbers)
