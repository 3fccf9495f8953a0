"""What people keep of their lists: views to come back to, and the columns they want to see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import ListColumns, SavedView, User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.trail.actions import Action
from notoneless.trail.record import record

MOST_VIEWS = 30


def list_views(user: User, list_id: str) -> QuerySet[SavedView]:
    """The person's own views of a list, and those that colleagues of the same unit share; own ones first."""
    if not may(user, Permission.LEDGER_VIEW):
        return SavedView.objects.none()
    unit = Q(shared=True, place_code=user.place_code, school_code=user.school_code, owner__is_active=True)
    seen = SavedView.objects.filter(Q(owner=user) | unit, list_id=list_id)
    return seen.select_related("owner").order_by("shared", "name", "id")


def get_own_view(user: User, view_id: int) -> SavedView:
    """One of the person's own views; anybody else's answers like an absent one (Fault E704)."""
    view = SavedView.objects.filter(pk=view_id, owner=user).first() if may(user, Permission.LEDGER_VIEW) else None
    if view is None:
        raise Fault("E704", where=Wording("视图"))
    return view


def chosen_columns(user: User, list_id: str) -> list[str]:
    """The columns this person has chosen for a list; empty when the list's own ones apply."""
    found = ListColumns.objects.filter(user=user, list_id=list_id).values_list("columns", flat=True).first()
    return list(found or [])


@transaction.atomic
def save_view(
    *, list_id: str, list_name: str, name: str, query: str, shared: bool, by: User, now: dt.datetime
) -> SavedView:
    """Keep a view under a name; one's own view of that name is replaced. The same again changes nothing.

    Raises E701, E798 (no name), E799 (too many).
    """
    check_may(by, Permission.LEDGER_VIEW)
    called = " ".join(name.split())
    if not called or len(called) > 30:
        raise Fault("E798", where=list_name)
    wanted = {"query": query, "shared": shared, "place_code": by.place_code, "school_code": by.school_code}
    known = SavedView.objects.filter(owner=by, list_id=list_id, name=called).first()
    if known is not None and all(getattr(known, field) == value for field, value in wanted.items()):
        return known
    if known is None and SavedView.objects.filter(owner=by, list_id=list_id).count() >= MOST_VIEWS:
        raise Fault("E799", where=list_name, most=MOST_VIEWS)
    view, _made = SavedView.objects.update_or_create(
        owner=by, list_id=list_id, name=called, defaults={**wanted, "saved_at": now}
    )
    _note(Action.VIEW_SAVE, by, now, list_name, name=called, shared=Wording("，共享给本单位") if shared else "")
    return view


@transaction.atomic
def remove_view(*, view_id: int, list_name: str, by: User, now: dt.datetime) -> None:
    """Forget one's own view. Raises E701, E704."""
    check_may(by, Permission.LEDGER_VIEW)
    view = get_own_view(by, view_id)
    view.delete()
    _note(Action.VIEW_REMOVE, by, now, list_name, name=view.name)


@transaction.atomic
def choose_columns(*, list_id: str, list_name: str, columns: Sequence[str], by: User, now: dt.datetime) -> None:
    """Remember which columns this person wants, in their order; none puts back the list's own. Raises E701."""
    check_may(by, Permission.LEDGER_VIEW)
    if chosen_columns(by, list_id) == list(columns):
        return
    ListColumns.objects.update_or_create(user=by, list_id=list_id, defaults={"columns": list(columns)})
    _note(Action.COLUMNS_CHOOSE, by, now, list_name, count=len(columns))


def _note(action: Action, by: User, now: dt.datetime, list_name: str, **detail: object) -> None:
    record(action, by=by, now=now, object_kind="list", place_code=by.place_code, list=list_name, **detail)
