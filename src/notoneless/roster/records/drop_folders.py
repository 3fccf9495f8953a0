"""收件夹: opened and stopped by those who manage accounts, for one account in whose name it takes lists in."""

from __future__ import annotations

import datetime as dt
import re

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from .models import DropFolder
from .permissions import check_can_upload

ID_FORM = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


@transaction.atomic
def add_folder(
    *,
    id: str,
    sender: str,
    place_code: str,
    user: User,
    by: User,
    now: dt.datetime,
    kind: str = "",
    legal_basis: str = "",
    choice: str = DropFolder.Choice.CONFIRM,
) -> DropFolder:
    """Open a folder named ``id``; one that was stopped is opened again as told.

    ``place_code``: twelve digits. Raises Fault E701 without the right, E334 on a bad name, E335 when it is open already,
    E701, E702 when ``user`` may not send this list.
    """
    check_may(by, Permission.ORG_MANAGE)
    if not ID_FORM.fullmatch(id):
        raise Fault("E334", where=id)
    check_can_upload(user, sender=sender, place_code=place_code)
    said = {
        "sender": sender, "place_code": place_code, "kind": kind, "legal_basis": legal_basis, "choice": choice,
        "user": user, "is_active": True, "created_by": by, "created_at": now,
    }  # fmt: skip
    if not DropFolder.objects.filter(pk=id, is_active=False).update(**said):
        try:
            with transaction.atomic():
                DropFolder.objects.create(id=id, **said)
        except IntegrityError as error:
            raise Fault("E335", where=id) from error
    folder = DropFolder.objects.get(pk=id)
    _record(Action.FOLDER_ADD, folder, by, now)
    return folder


@transaction.atomic
def stop_folder(*, folder: DropFolder, by: User, now: dt.datetime) -> DropFolder:
    """Take nothing more out of it; what was taken before goes its way. Raises Fault E701, E336 when stopped before."""
    check_may(by, Permission.ORG_MANAGE)
    if not DropFolder.objects.filter(pk=folder.pk, is_active=True).update(is_active=False):
        raise Fault("E336", where=folder.pk)
    folder.refresh_from_db()
    _record(Action.FOLDER_STOP, folder, by, now)
    return folder


def list_folders(user: User) -> QuerySet[DropFolder]:
    """All of them, for those who manage accounts. Raises Fault E701."""
    check_may(user, Permission.ORG_MANAGE)
    return DropFolder.objects.select_related("user")


def get_folder(user: User, folder_id: str) -> DropFolder:
    """One of them (E701, E704)."""
    folder = list_folders(user).filter(pk=folder_id).first()
    if folder is None:
        raise Fault("E704", where=folder_id)
    return folder


def _record(action: Action, folder: DropFolder, by: User, now: dt.datetime) -> None:
    record(
        action,
        by=by,
        now=now,
        object_kind="folder",
        object_id=folder.pk,
        place_code=folder.place_code,
        sender=folder.sender,
        username=folder.user.username,
    )
