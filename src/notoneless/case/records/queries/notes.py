"""保密记录: who may open one, and what a case's page may tell whom about them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.roles import ROLES
from notoneless.org.scope import Scope

from ..models import Case, NoteReading, SealedNote
from .cases import visible_cases
from .owners import reaching
from .rules import rules_on


@dataclass(frozen=True)
class NoteKind:
    """One kind of note: its name, who may open it by role, what must be done besides writing it down."""

    code: str
    name: str
    roles: frozenset[str]
    hint: str


@dataclass(frozen=True)
class KnownNote:
    """A note that this person may know of; ``readable`` when the person may also open it."""

    note: SealedNote
    readable: bool
    readings: list[NoteReading]


def note_kinds(day: dt.date) -> dict[str, NoteKind]:
    """The kinds in force on a day, by code."""
    rows = rules_on(day).pack.table("sealed_notes")
    return {
        row["code"]: NoteKind(row["code"], row["name"], frozenset(row["roles"].split()), row["hint"]) for row in rows
    }


def list_notes(user: User, case: Case, day: dt.date) -> list[KnownNote]:
    """The notes of a case in sight that this person may know of: those it may open, and for the owner all of them."""
    found = case.notes.select_related("by").prefetch_related("readers", "readings__by")
    known = [KnownNote(one, _may_open(user, one, day), list(one.readings.all())) for one in found]
    return [one for one in known if one.readable or case.owner_id == user.pk]


def get_note(user: User, note_id: UUID | str, day: dt.date) -> SealedNote:
    """One note that this person may open; E704 for every other, whether it is there or not."""
    found = SealedNote.objects.filter(case__in=visible_cases(user), pk=note_id).select_related("case__child").first()
    if found is None or not _may_open(user, found, day):
        raise Fault("E704", where=Wording("保密记录"))
    return found


def list_possible_readers(case: Case) -> list[User]:
    """Staff who reach the case and see cases, for the writer's choice."""
    seeing = [role.id for role in ROLES.values() if Permission.CASE_VIEW in role.permissions]
    people = reaching([case]).filter(is_active=True, role__in=seeing).order_by("role", "display_name", "pk")
    return [one for one in people if Scope.of(one).covers(case.place_code, case.school_code)]


def _may_open(user: User, note: SealedNote, day: dt.date) -> bool:
    kind = note_kinds(day).get(note.kind)
    named = any(reader.pk == user.pk for reader in note.readers.all())
    return may(user, Permission.CASE_VIEW) and (named or (kind is not None and user.role in kind.roles))
