"""Writes on deliveries, upload drafts and senders' habits. Each is one transaction with one trail event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import Delivery, SenderHabit, UploadDraft
from .permissions import check_can_decide, check_can_revoke, check_can_upload
from .queries import UNDECIDED

KEPT = ("habits", "recognised", "sheet_names")
LONGEST_WORD = 120  # characters; as wide as the columns of SenderHabit


def find_same_file(*, kind: str, file_sha256: str, as_of: dt.date, sender: str, place_code: str) -> Delivery | None:
    """The delivery that already holds this very file, if there is one."""
    return Delivery.objects.filter(
        kind=kind,
        file_sha256=file_sha256,
        as_of=as_of,
        sender=sender,
        place_code=place_code,
        status=Delivery.Status.CURRENT,
    ).first()


@transaction.atomic
def record_delivery(*, delivery: Delivery, by: User, now: dt.datetime) -> Delivery:
    """Make a delivery whose files are already in the lake current (E701, E702)."""
    check_can_upload(by, sender=delivery.sender, place_code=delivery.place_code)
    delivery.created_by, delivery.created_at = by, now
    delivery.save(force_insert=True)
    record(
        Action.ROSTER_DELIVER,
        by=by,
        now=now,
        object_kind="delivery",
        object_id=delivery.pk,
        place_code=delivery.place_code,
        kind=delivery.kind,
        sender=delivery.sender,
        accepted=delivery.rows_accepted,
        refused=delivery.rows_refused,
    )
    return delivery


@transaction.atomic
def revoke_delivery(*, delivery: Delivery, reason: str, by: User, now: dt.datetime) -> Delivery:
    """Take a whole delivery back (撤回本批). The lake keeps its files; no later sweep reads them.

    Raises E701/E702 without the right, E331 when already revoked, E332 without a reason.
    """
    check_can_revoke(by, delivery)
    if not reason.strip():
        raise Fault("E332", where=delivery.pk)
    changed = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.CURRENT).update(
        status=Delivery.Status.REVOKED, revoked_by=by, revoked_at=now, revoke_reason=reason.strip()[:300]
    )
    if changed != 1:
        raise Fault("E331", where=delivery.pk)
    delivery.refresh_from_db()
    record(
        Action.ROSTER_REVOKE,
        by=by,
        now=now,
        object_kind="delivery",
        object_id=delivery.pk,
        place_code=delivery.place_code,
        kind=delivery.kind,
        accepted=delivery.rows_accepted,
    )
    return delivery


def start_draft(*, by: User, now: dt.datetime, **fields: Any) -> UploadDraft:
    """Note an uploaded file that is about to be checked; nothing is imported yet (E701, E702)."""
    check_can_upload(by, sender=fields["sender"], place_code=fields["place_code"])
    return UploadDraft.objects.create(created_by=by, created_at=now, **fields)


@transaction.atomic
def finish_check(*, draft: UploadDraft, asked: Mapping[str, Any], **found: Any) -> UploadDraft:
    """Keep what the check of a draft found, for the page that asks the clerk to confirm.

    ``asked`` is what the check went by. When the person has said something else or decided meanwhile, what was found
    answers a question that nobody asks any more: it is dropped, and the check that was started since will tell.
    """
    now = UploadDraft.objects.select_for_update().get(pk=draft.pk)
    if now.status != UploadDraft.Status.CHECKING or asked_of(now) != dict(asked):
        return now
    for name, value in found.items():
        setattr(now, name, value)
    now.save(update_fields=list(found))
    return now


def asked_of(draft: UploadDraft) -> dict[str, Any]:
    """What a person said about how a draft is to be read."""
    return {name: getattr(draft, name) for name in ("kind", "sheet", "mapping", "corrections")}


def close_draft(*, draft: UploadDraft, status: str, delivery: Delivery | None = None) -> UploadDraft:
    draft.status, draft.delivery = status, delivery
    draft.save(update_fields=["status", "delivery"])
    return draft


@transaction.atomic
def match_draft(
    *, draft: UploadDraft, kind: str, mapping: Mapping[str, str], by: User, now: dt.datetime
) -> UploadDraft:
    """Keep the kind and columns that the person named (E701, E702, E333); the draft must be checked again."""
    locked = _undecided(draft, by)
    known = _kept(locked.result if locked.kind == kind else {})
    known.pop("recognised", None)  # it told of other columns
    changes = {"kind": kind, "mapping": dict(mapping), "result": known}
    return _change(locked, Action.DRAFT_MATCH, by, now, changes, kind=kind, columns=len(mapping))


@transaction.atomic
def choose_sheet(*, draft: UploadDraft, sheet: str, by: User, now: dt.datetime) -> UploadDraft:
    """Read one sheet, or all of the kind for "" (E701, E702, E333). Columns are matched afresh: it may have others."""
    locked = _undecided(draft, by)
    names = {key: value for key, value in locked.result.items() if key == "sheet_names"}
    changes = {"sheet": sheet, "mapping": {}, "result": names}
    return _change(locked, Action.DRAFT_SHEET, by, now, changes, sheet=sheet)


@transaction.atomic
def correct_draft(
    *,
    draft: UploadDraft,
    by: User,
    now: dt.datetime,
    added: Sequence[Mapping[str, str]] = (),
    removed: Sequence[Mapping[str, str]] = (),
) -> UploadDraft:
    """Accept corrections or take them back (E701, E702, E333). The same again changes nothing and leaves no trace.

    One writing of a column has one meaning: a new one takes the place of the old.
    """
    locked = _undecided(draft, by)
    gone = {_writing(one) for one in (*added, *removed)}
    kept = [one for one in locked.corrections if _writing(one) not in gone] + [dict(one) for one in added]
    if sorted(map(_sorting, kept)) == sorted(map(_sorting, locked.corrections)):
        return locked
    changes = {"corrections": sorted(kept, key=_sorting), "result": _kept(locked.result)}
    return _change(
        locked, Action.DRAFT_CORRECT, by, now, changes, added=len(added), removed=len(removed), total=len(kept)
    )


@transaction.atomic
def choose_part(*, draft: UploadDraft, supplements: bool, by: User, now: dt.datetime) -> UploadDraft:
    """Say whether the list is whole or a part (E701, E702, E333); the same again leaves no trace."""
    locked = _undecided(draft, by)
    if locked.supplements == supplements:
        return locked
    locked.supplements = supplements
    locked.save(update_fields=["supplements"])
    part = Wording("补充") if supplements else Wording("全部名单")
    _note_draft(locked, Action.DRAFT_PART, by, now, part=part)
    return locked


@transaction.atomic
def check_again(*, draft: UploadDraft, by: User) -> UploadDraft:
    """Put a draft back to be checked (E701, E702, E333); the job that does it leaves the trace."""
    locked = _undecided(draft, by)
    locked.status, locked.result = UploadDraft.Status.CHECKING, _kept(locked.result)
    locked.save(update_fields=["status", "result"])
    return locked


@transaction.atomic
def abandon_draft(*, draft: UploadDraft, by: User, now: dt.datetime) -> UploadDraft:
    """Give a draft up (E701, E702, E333)."""
    locked = _undecided(draft, by)
    _note_draft(locked, Action.DRAFT_ABANDON, by, now)
    return close_draft(draft=locked, status=UploadDraft.Status.ABANDONED)


@transaction.atomic
def purge_draft(*, draft: UploadDraft, days: int, now: dt.datetime) -> bool:
    """Give up a draft that nobody decided for ``days``, as the machine; False when somebody did meanwhile."""
    waiting = UploadDraft.objects.filter(pk=draft.pk, status__in=UNDECIDED)
    if not waiting.update(status=UploadDraft.Status.ABANDONED):
        return False
    _note_draft(draft, Action.DRAFT_PURGE, None, now, days=days)
    return True


@dataclass(frozen=True)
class Meaning:
    """What a heading or a writing stands for; see SenderHabit."""

    sort: str
    column: str
    written: str = ""
    meant: str = ""


@transaction.atomic
def keep_habits(
    *, sender: str, place_code: str, kind: str, meanings: Iterable[Meaning], by: User, now: dt.datetime
) -> int:
    """Remember what a sender means (E701, E702); returns how many were new or other than before.

    Numbers of people are never remembered, and a writing too long to be a word is none.
    """
    check_can_upload(by, sender=sender, place_code=place_code)
    changed = [one for one in meanings if _is_word(one) and _keep_habit(sender, place_code, kind, one, by, now)]
    if changed:
        record(
            Action.HABIT_SET,
            by=by,
            now=now,
            object_kind="habit",
            object_id=sender,
            place_code=place_code,
            kind=kind,
            count=len(changed),
            words="、".join(one.written for one in changed if one.written),
        )
    return len(changed)


@transaction.atomic
def forget_habit(*, habit: SenderHabit, by: User, now: dt.datetime) -> bool:
    """Forget one habit (E701, E702); False when it was forgotten before."""
    check_can_upload(by, sender=habit.sender, place_code=habit.place_code)
    gone, _ = SenderHabit.objects.filter(pk=habit.pk).delete()
    if gone:
        record(
            Action.HABIT_FORGET,
            by=by,
            now=now,
            object_kind="habit",
            object_id=habit.sender,
            place_code=habit.place_code,
            kind=habit.kind,
            word=habit.written,
        )
    return bool(gone)


def _keep_habit(sender: str, place_code: str, kind: str, one: Meaning, by: User, now: dt.datetime) -> bool:
    is_heading = one.sort == SenderHabit.Sort.HEADING
    known = SenderHabit.objects.filter(sender=sender, place_code=place_code, kind=kind, written=one.written)
    known = known.filter(sort=one.sort) if is_heading else known.filter(column=one.column).exclude(sort="heading")
    said = {"sort": one.sort, "column": one.column, "meant": one.meant}
    habit = known.first()
    if habit is None:
        SenderHabit.objects.create(
            sender=sender,
            place_code=place_code,
            kind=kind,
            written=one.written,
            created_by=by,
            created_at=now,
            **said,
        )
        return True
    if all(getattr(habit, name) == value for name, value in said.items()):
        return False
    known.filter(pk=habit.pk).update(created_by=by, created_at=now, **said)
    return True


def _is_word(one: Meaning) -> bool:
    return all(len(text) <= LONGEST_WORD and redact(text) == text for text in (one.written, one.meant))


def _undecided(draft: UploadDraft, by: User) -> UploadDraft:
    """The draft's row, locked; somebody may have decided it in another window."""
    locked = UploadDraft.objects.select_for_update().get(pk=draft.pk)
    check_can_decide(by, locked)
    if locked.status not in UNDECIDED:
        raise Fault("E333", where=locked.file_name, status=locked.get_status_display())
    return locked


def _change(
    draft: UploadDraft, action: Action, by: User, now: dt.datetime, changes: Mapping[str, Any], **detail: Any
) -> UploadDraft:
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.status = UploadDraft.Status.CHECKING
    draft.save(update_fields=["status", *changes])
    _note_draft(draft, action, by, now, **detail)
    return draft


def _note_draft(draft: UploadDraft, action: Action, by: User | None, now: dt.datetime, **detail: Any) -> None:
    record(
        action,
        by=by,
        now=now,
        object_kind="draft",
        object_id=str(draft.pk),
        place_code=draft.place_code,
        sender=draft.sender,
        **detail,
    )


def _kept(result: Mapping[str, Any]) -> dict[str, Any]:
    """What outlives a new check: how the file was recognised, and which habits were brought in (that happens once)."""
    return {name: result[name] for name in KEPT if name in result}


def _writing(correction: Mapping[str, str]) -> tuple[str, str, str]:
    return correction["column"], correction["rule"], correction.get("written", "")


def _sorting(correction: Mapping[str, str]) -> tuple[str, ...]:
    return *_writing(correction), correction.get("meant", "")
