"""保密记录: written down sealed, opened by few, each time with a reason that stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.trail.actions import Action

from ..models import Case, NoteReading, SealedNote
from ..permissions import can_touch
from ..queries import get_note, note_kinds
from .taking import check_open, lock_case, need_text, note

LONGEST = 4000


@transaction.atomic
def add_note(
    *, case_id: str, kind: str, text: str, by: User, now: dt.datetime, reader_ids: Sequence[int] = ()
) -> SealedNote:
    """Seal one note. The writer and the named readers may open it, and the roles that the policy pack gives the kind.

    E609 without a text, E611 for an unknown kind, E637 for a reader who does not reach the case, E616 for a closed case.
    """
    case = lock_case(by=by, case_id=case_id, permission=Permission.CASE_WORK)
    check_open(case)
    if kind not in note_kinds(localdate(now)):
        raise Fault("E611", list=Wording("保密记录的种类"), given=kind)
    sealed = SealedNote.objects.create(
        case=case, kind=kind, text=need_text(Wording("内容"), text, LONGEST), by=by, at=now
    )
    sealed.readers.set([by, *(_reader(case, one) for one in reader_ids)])
    note(Action.NOTE_ADD, case, by, now, note=str(sealed.pk))
    return sealed


@transaction.atomic
def read_note(*, note_id: UUID | str, reason: str, by: User, now: dt.datetime) -> SealedNote:
    """Open one note: E704 for anybody who may not know of it, E609 without a reason. Who, when and why stay on record."""
    sealed = get_note(by, note_id, localdate(now))
    why = need_text(Wording("理由"), reason, 200)
    NoteReading.objects.create(note=sealed, by=by, at=now, reason=why)
    note(Action.NOTE_READ, sealed.case, by, now, note=str(sealed.pk), reason=why)
    return sealed


def _reader(case: Case, reader_id: int) -> User:
    reader = User.objects.filter(pk=reader_id).first()
    if reader is None or not can_touch(reader, case, Permission.CASE_VIEW):
        raise Fault("E637", reader=reader.display_name if reader else Wording("（查无此人）"))
    return reader
