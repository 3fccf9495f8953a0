"""Who could be given a case, and which of several cases a person could take over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from notoneless.case.core.states import is_final
from notoneless.case.core.units import Unit
from notoneless.common.wording import Wording
from notoneless.org.models import Place, User
from notoneless.org.permissions import Permission, may
from notoneless.org.roles import ROLES
from notoneless.org.scope import Scope

from ..models import Case
from ..permissions import can_touch
from .cases import visible_cases

CLOSED, OWNED, OUT_OF_REACH = (
    Wording("已经销号"),
    Wording("已由这位责任人负责"),
    Wording("这位责任人管不到孩子所在的乡镇或学校"),
)


@dataclass(frozen=True)
class Split:
    """Cases that one person could be given now, and the others with the reason in words."""

    taken: list[Case]
    left: list[tuple[Case, str]]


def list_possible_owners(user: User, case: Case) -> list[User]:
    """Staff who could work this case, for the choice of an owner; only those who may assign are shown them."""
    if not can_touch(user, case, Permission.CASE_ASSIGN):
        return []
    return [person for person in _staff([case]) if can_touch(person, case, Permission.CASE_WORK)]


def list_owners_at(unit: Unit) -> list[User]:
    """Staff who could work a case of that unit, for the receiver's choice."""
    case = Case(place_code=unit.place_code, school_code=unit.school_code)
    return [person for person in _staff([case]) if can_touch(person, case, Permission.CASE_WORK)]


def list_owners_for_any(user: User, cases: Sequence[Case]) -> list[User]:
    """Staff who could work at least one of these cases; nobody for a person who may not assign."""
    if not may(user, Permission.CASE_ASSIGN):
        return []
    return [person for person in _staff(cases) if any(_reaches(Scope.of(person), case) for case in cases)]


def get_cases(user: User, case_ids: Sequence[str]) -> list[Case]:
    """Those of the named cases that lie in scope, the soonest due first; foreign and absent ones are simply not there."""
    rows = visible_cases(user).filter(pk__in=case_ids).select_related("child", "owner")
    return list(rows.order_by("due_date", "id"))


def split_for_owner(cases: Sequence[Case], owner: User) -> Split:
    """Which of the cases ``owner`` could be given, and why not the others."""
    scope = Scope.of(owner)
    whys = [(case, _why_not(case, owner, scope)) for case in cases]
    return Split([case for case, why in whys if not why], [(case, why) for case, why in whys if why])


def _why_not(case: Case, owner: User, scope: Scope) -> str:
    if is_final(case.state):
        return CLOSED
    if case.owner_id == owner.pk:
        return OWNED
    return "" if _reaches(scope, case) and may(owner, Permission.CASE_WORK) else OUT_OF_REACH


def _reaches(scope: Scope, case: Case) -> bool:
    return scope.covers(case.place_code, case.school_code)


def _staff(cases: Sequence[Case]) -> QuerySet[User]:
    working = [role.id for role in ROLES.values() if Permission.CASE_WORK in role.permissions]
    return reaching(cases).filter(is_active=True, role__in=working).order_by("role", "display_name", "pk")


def reaching(cases: Sequence[Case]) -> QuerySet[User]:
    """Staff of the schools and of the places above these cases: few rows, so that asking each one stays cheap."""
    above = Q(pk__in=[])
    for code in {case.place_code for case in cases}:
        above |= Q(low__lte=code, high__gt=code)
    schools = {case.school_code for case in cases} - {""}
    return User.objects.filter(
        Q(place_code__in=Place.objects.filter(above).values("code")) | Q(school_code__in=schools)
    )
