"""移交 in sight of one person: what waits for the own unit, what was handed over, and which units could receive."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from notoneless.case.core.units import Unit
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import Place, School, User
from notoneless.org.permissions import Permission, may
from notoneless.org.roles import ROLES
from notoneless.org.scope import Scope
from notoneless.policy.places import code_range, full_code

from ..models import Referral
from .cases import visible_cases

LEADING = [role.id for role in ROLES.values() if Permission.CASE_ASSIGN in role.permissions]
"""Roles that may accept a case for their unit."""


@dataclass(frozen=True)
class Receivers:
    """The units of one county that a case may be proposed to: its own office, townships, schools by township."""

    county: Place
    towns: list[Place]
    schools: list[School]


def incoming_referrals(user: User) -> QuerySet[Referral]:
    """Open cases proposed to this person's unit and not answered; without those the person proposed."""
    if not may(user, Permission.CASE_ASSIGN):
        return Referral.objects.none()
    waiting = Referral.objects.filter(answered_at=None, to_outside="", case__closed_at=None)
    mine = Scope.of(user).q(place="to_place", school="to_school")
    return waiting.filter(mine).exclude(asked_by=user)


def outgoing_referrals(user: User) -> QuerySet[Referral]:
    """Referrals of cases that are still in this person's sight and wait for an answer, inside and outside."""
    rows = Referral.objects.filter(answered_at=None, case__closed_at=None)
    return rows.filter(case__in=visible_cases(user))


def get_referral(user: User, referral_id: int) -> Referral:
    """One referral, for the sender's side always, for the receiver's while it waits; E704 for any other."""
    seen = Q(pk__in=incoming_referrals(user).values("pk")) | Q(case__in=visible_cases(user))
    rows = Referral.objects.filter(seen, pk=referral_id)
    found = rows.select_related("case__child", "case__owner", "asked_by", "answered_by").first()
    if found is None:
        raise Fault("E704", where=Wording("移交"))
    return found


def find_unit(place_code: str, school_code: str = "") -> Unit:
    """The unit of that school, or the office of that place; E629 when this installation does not know it."""
    if school_code:
        school = School.objects.filter(code=school_code).first()
        if school is None:
            raise Fault("E629", given=school_code)
        return Unit(school.place_code, school.code)
    office = Place.objects.filter(code=place_code, level__in=[Place.Level.COUNTY, Place.Level.TOWN]).first()
    if office is None:
        raise Fault("E629", given=place_code or Wording("（空）"))
    return Unit(office.code)


def list_receiving_staff(unit: Unit) -> list[User]:
    """Active people who could accept a case for this unit: those who lead there or above."""
    leading = User.objects.filter(is_active=True, role__in=LEADING)
    above = Place.objects.filter(low__lte=unit.place_code, high__gt=unit.place_code).values("code")
    near = leading.filter(Q(place_code__in=above) | ~Q(school_code="") & Q(school_code=unit.school_code))
    return [person for person in near if Scope.of(person).covers(unit.place_code, unit.school_code)]


def list_counties_at_work() -> list[Place]:
    """Counties of this installation in which somebody could accept a case."""
    codes = {full_code(code[:6]) for code in _codes_of_leaders() if code}
    return list(Place.objects.filter(code__in=codes, level=Place.Level.COUNTY).order_by("code"))


def list_receivers(county: Place) -> Receivers:
    """The units of one county, townships by code, schools by township and name."""
    low, high = code_range(county.code)
    inside = {"place_code__gte": low, "place_code__lt": high}
    towns = Place.objects.filter(code__gte=low, code__lt=high, level=Place.Level.TOWN).order_by("code")
    return Receivers(county, list(towns), list(School.objects.filter(**inside).order_by("place_code", "name")))


def unit_name(place_code: str, school_code: str = "") -> str:
    """岸堤镇中心小学, 岸堤镇, 沂南县: a unit as people call it; its code when it is not known any more."""
    if school_code:
        name = School.objects.filter(code=school_code).values_list("name", flat=True).first()
        return name or school_code
    return Place.objects.filter(code=place_code).values_list("name", flat=True).first() or place_code


def _codes_of_leaders() -> list[str]:
    leaders = User.objects.filter(is_active=True, role__in=LEADING)
    schools = School.objects.filter(code__in=leaders.exclude(school_code="").values("school_code"))
    return [*leaders.values_list("place_code", flat=True), *schools.values_list("place_code", flat=True)]
