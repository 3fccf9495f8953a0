"""Cases in sight of one person: lists by keyset, one case, counts for the first page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from notoneless.case.core.states import State
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope

from ..models import Case, ClosingRequest, Consultation, Evidence, Gap

PAGE = 50
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class CaseFilter:
    """What a list is narrowed to; empty means not narrowed. ``place`` is a half-open interval of place codes."""

    state: str = ""
    standing: str = ""
    check_id: str = ""
    ledger: str = ""
    owner_id: int | None = None
    has_owner: bool | None = None
    place: tuple[str, str] = ("", "")
    school_code: str = ""
    severity: int | None = None
    due_before: dt.date | None = None
    recheck_before: dt.date | None = None
    agreed_before: dt.date | None = None
    waiting: bool = False
    decidable_by: int | None = None
    child_id: str = ""


@dataclass(frozen=True)
class CasePage:
    """One page of a list and the mark to ask for the next one with; the mark is empty on the last page."""

    rows: list[Case]
    next_after: str


def visible_cases(user: User) -> QuerySet[Case]:
    """Every case in this person's scope; none without the right to see cases."""
    if not may(user, Permission.CASE_VIEW):
        return Case.objects.none()
    return Case.objects.filter(Scope.of(user).q())


def find_cases(user: User, filters: CaseFilter) -> QuerySet[Case]:
    """The cases of a list, not yet ordered nor cut into pages, for a screen that narrows them further."""
    return _filtered(user, filters)


def list_cases(user: User, filters: CaseFilter | None = None, after: str = "", size: int = PAGE) -> CasePage:
    """Cases in scope, the soonest due first. ``after`` is the mark of the page before (E612 when it is not one)."""
    rows = _filtered(user, filters or CaseFilter()).select_related("child", "owner").order_by("due_date", "id")
    if after:
        due, case_id = _read_mark(after)
        rows = rows.filter(Q(due_date__gt=due) | Q(due_date=due, pk__gt=case_id))
    found = list(rows[: size + 1])
    page = found[:size]
    mark = f"{page[-1].due_date.isoformat()}_{page[-1].pk}" if len(found) > size else ""
    return CasePage(page, mark)


def count_cases(user: User, filters: CaseFilter | None = None) -> int:
    """How many cases the list would hold in all."""
    return _filtered(user, filters or CaseFilter()).count()


def get_case(user: User, case_id: str) -> Case:
    """One case in scope; E704 for foreign and absent alike."""
    case = visible_cases(user).select_related("child", "owner").filter(pk=case_id).first()
    if case is None:
        raise Fault("E704", where=Wording("个案"))
    return case


def get_gap(user: User, gap_id: UUID | str) -> Gap:
    """One gap of a visible case; E704 for foreign and absent alike."""
    return _one(Gap.objects.filter(case__in=visible_cases(user)).select_related("case"), gap_id, Wording("缺口"))


def get_evidence(user: User, evidence_id: UUID | str) -> Evidence:
    """One piece of evidence of a visible case; E704 for foreign and absent alike."""
    return _one(
        Evidence.objects.filter(case__in=visible_cases(user)).select_related("case"), evidence_id, Wording("佐证")
    )


def get_closing_request(user: User, request_id: int) -> ClosingRequest:
    """One closing request of a visible case; E704 for foreign and absent alike."""
    rows = ClosingRequest.objects.filter(case__in=visible_cases(user)).select_related("case", "evidence", "asked_by")
    return _one(rows, request_id, Wording("销号申请"))


def get_consultation(user: User, consultation_id: int) -> Consultation:
    """One consultation of a visible case; E704 for foreign and absent alike."""
    rows = Consultation.objects.filter(case__in=visible_cases(user)).select_related("case__child", "asked_by")
    return _one(rows, consultation_id, Wording("会商"))


def list_overdue(user: User, today: dt.date, after: str = "", size: int = PAGE) -> CasePage:
    """Open cases whose next step was due before today."""
    return list_cases(user, CaseFilter(standing="open", due_before=today), after, size)


def get_home_counts(user: User, today: dt.date) -> dict[str, int]:
    """The numbers of the first page, each with a list behind it (same filters): one query.

    open, overdue, mine, mine_overdue, to_verify, unowned, rechecks_due, agreed_past (约定返校的日子过了), waiting (closings
    this person may decide).
    """
    is_open, late = Q(closed_at=None), Q(closed_at=None, due_date__lt=today)
    counts = visible_cases(user).aggregate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=late),
        mine=Count("pk", filter=is_open & Q(owner=user)),
        mine_overdue=Count("pk", filter=late & Q(owner=user)),
        to_verify=Count("pk", filter=Q(state=State.TO_VERIFY.value)),
        unowned=Count("pk", filter=is_open & Q(owner=None)),
        rechecks_due=Count("pk", filter=is_open & Q(next_recheck_date__lte=today)),
        agreed_past=Count("pk", filter=is_open & Q(agreed_date__lt=today)),
    )
    decidable = may(user, Permission.CASE_APPROVE)
    counts["waiting"] = count_cases(user, CaseFilter(decidable_by=user.pk)) if decidable else 0
    return counts


def _filtered(user: User, filters: CaseFilter) -> QuerySet[Case]:
    rows = visible_cases(user)
    simple = {
        "state": filters.state,
        "owner_id": filters.owner_id,
        "school_code": filters.school_code,
        "severity": filters.severity,
        "child_id": filters.child_id,
        "place_code__gte": filters.place[0],
        "place_code__lt": filters.place[1],
        "due_date__lt": filters.due_before,
        "next_recheck_date__lte": filters.recheck_before,
        "agreed_date__lt": filters.agreed_before,
    }
    rows = rows.filter(**{key: value for key, value in simple.items() if value not in ("", None)})
    if filters.standing:
        rows = rows.filter(closed_at__isnull=filters.standing == "open")
    if filters.has_owner is not None:
        rows = rows.filter(owner__isnull=not filters.has_owner)
    if filters.check_id or filters.ledger:
        rows = rows.filter(_gap_exists(filters))
    if filters.waiting or filters.decidable_by is not None:
        rows = rows.filter(_request_exists(filters.decidable_by))
    return rows


def _gap_exists(filters: CaseFilter) -> Exists:
    gaps = Gap.objects.filter(case=OuterRef("pk"))
    if filters.check_id:
        gaps = gaps.filter(check_id=filters.check_id)
    if filters.ledger:
        gaps = gaps.filter(ledger=filters.ledger)
    return Exists(gaps)


def _request_exists(decider_id: int | None) -> Exists:
    requests = ClosingRequest.objects.filter(case=OuterRef("pk"), decided_at=None)
    return Exists(requests if decider_id is None else requests.exclude(asked_by=decider_id))


def _read_mark(after: str) -> tuple[dt.date, str]:
    day, _, case_id = after.partition("_")
    try:
        return dt.date.fromisoformat(day), case_id
    except ValueError as error:
        raise Fault(
            "E612", field=Wording("翻页位置"), given=after[:40], hint=Wording("从列表的第一页重新翻")
        ) from error


def _one(rows: QuerySet[Row], key: object, what: str) -> Row:
    """The row with that key; a key that could not be one is answered like one that is not there."""
    try:
        found = rows.filter(pk=key).first()
    except (ValueError, TypeError, ValidationError):
        found = None
    if found is None:
        raise Fault("E704", where=what)
    return found
