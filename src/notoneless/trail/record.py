"""Writing the trail: in the transaction of the act itself, so that there is no act without its trace, nor the
reverse.

Every event carries the hash of the one before it. Writers queue at one head row: locked with SELECT … FOR UPDATE on
PostgreSQL, by the IMMEDIATE transaction on SQLite, and moved on by an UPDATE that must hit exactly one row on both.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.trail.actions import Action
from notoneless.trail.many_rows import insert_all
from notoneless.trail.models import ChainHead, Event


class Actor(Protocol):
    """Whoever acts; org.User fits. Kept as text, so that the trail needs no table of people."""

    username: str
    display_name: str
    role: str
    place_code: str


@dataclass(frozen=True)
class Entry:
    """One thing to record, for `record_all`."""

    action: Action
    object_kind: str = ""
    object_id: str = ""
    place_code: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def record(
    action: Action,
    *,
    by: Actor | None,
    now: dt.datetime,
    object_kind: str = "",
    object_id: str = "",
    place_code: str = "",
    **detail: Any,
) -> Event:
    """Append one event inside the caller's transaction. `by` is None for the machine itself and for unknown people.

    `detail` holds counts, codes and reasons, never a child's values; numbers of people in its texts are shortened.
    Raises Fault E720 outside a transaction, E721 if the chain has no head row or moved under us, TypeError on a
    detail that has no exact JSON form (floats, dates).
    """
    entry = Entry(action, object_kind, str(object_id), place_code, detail)
    return record_all([entry], by=by, now=now)[0]


def record_all(entries: Iterable[Entry], *, by: Actor | None, now: dt.datetime) -> list[Event]:
    """Append many events by one person at one moment, with one lock and few statements. Raises as `record`."""
    wanted = list(entries)
    if not transaction.get_connection().in_atomic_block:
        raise Fault("E720")
    if not wanted:
        return []
    head = ChainHead.objects.select_for_update().filter(id=1).first()
    if head is None:
        raise Fault("E721")
    events, previous = [], head.hash
    for offset, entry in enumerate(wanted, start=1):
        event = _event(head.size + offset, entry, by, now, previous)
        previous = event.hash
        events.append(event)
    insert_all(events)
    moved = ChainHead.objects.filter(id=1, size=head.size).update(size=head.size + len(events), hash=previous)
    if moved != 1:
        raise Fault("E721")
    return events


def event_hash(event: Event) -> str:
    """SHA-256 over a canonical JSON of every column but the hash itself: the same on every database."""
    parts = [
        event.id,
        event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        event.actor,
        event.actor_name,
        event.role,
        event.place_code,
        event.action,
        event.object_kind,
        event.object_id,
        event.detail,
        event.prev_hash,
    ]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _event(number: int, entry: Entry, by: Actor | None, now: dt.datetime, previous: str) -> Event:
    event = Event(
        id=number,
        at=now,
        actor=by.username if by else "",
        actor_name=by.display_name if by else "",
        role=by.role if by else "",
        place_code=entry.place_code or (by.place_code if by else ""),
        action=Action(entry.action).value,
        object_kind=entry.object_kind,
        object_id=redact(entry.object_id),
        detail=_clean(entry.detail),
        prev_hash=previous,
    )
    event.hash = event_hash(event)
    return event


def _clean(value: Any) -> Any:
    """`value` with an exact JSON form only, and without ID, card and phone numbers in texts."""
    if isinstance(value, str):
        # NUL cannot be stored by PostgreSQL; a StrEnum becomes its plain text.
        return redact(str(value).replace("\x00", ""))
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dict):
        return {str(key): _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    raise TypeError(f"a trail detail cannot hold a {type(value).__name__}: write it as text or as a whole number")
