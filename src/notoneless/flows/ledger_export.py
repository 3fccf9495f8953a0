"""A ledger as rows for a file or for paper: exactly what is listed, in its columns, with its trail event.

Rows are read in steps and handed on one by one, so that a list of any length needs little memory.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet

from notoneless.flows.daily_limits import check_daily_limit
from notoneless.flows.ledger import Ledger, attach
from notoneless.flows.ledger_columns import WHOLE, Column, texts
from notoneless.link.records.models import Child
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.trail.actions import Action
from notoneless.trail.record import record

ROWS_AT_ONCE = 2000


def read_rows(children: QuerySet[Child], columns: Sequence[Column], *, whole: bool = False) -> Iterator[list[str]]:
    """The cells of every child of a list, in its order."""
    for chunk in _chunks(children):
        for row in attach(chunk):
            yield texts(columns, row, whole=whole)


@transaction.atomic
def note_export(
    user: User, ledger: Ledger, *, rows: int, now: dt.datetime, columns: Sequence[Column] = (), reason: str = ""
) -> None:
    """Leave the event of an export. With a reason the numbers are whole: that needs its own right and has a limit a day.

    Raises E701, E822.
    """
    check_may(user, Permission.LEDGER_EXPORT)
    whole = [column.title for column in columns if reason and column.id in WHOLE]
    if whole:
        check_may(user, Permission.CHILD_UNMASK)
        check_daily_limit(Action.LEDGER_EXPORT_WHOLE, by=user, now=now, amount=rows)
    action = Action.LEDGER_EXPORT_WHOLE if whole else Action.LEDGER_EXPORT
    detail: dict[str, object] = {"ledger": ledger.name, "rows": rows}
    if whole:
        detail |= {"purpose": reason, "fields": "、".join(whole), "numbers": rows}
    record(action, by=user, now=now, object_kind="ledger", object_id=ledger.id, place_code=user.place_code, **detail)


def _chunks(children: QuerySet[Child]) -> Iterator[list[Child]]:
    """The list read once from its beginning to its end, some thousand rows in memory at a time."""
    rows = children.iterator(chunk_size=ROWS_AT_ONCE)
    while chunk := list(itertools.islice(rows, ROWS_AT_ONCE)):
        yield chunk
