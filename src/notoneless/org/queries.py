"""Reads on staff, places and schools."""

from django.conf import settings
from django.db.models import Q, QuerySet

from notoneless.common.errors import Fault
from notoneless.org.models import Place, School, User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.org.roles import ROLES, Reach
from notoneless.org.scope import Scope
from notoneless.policy.places import code_range, full_code


def list_places(user: User, level: str = "") -> QuerySet[Place]:
    """Places inside the person's own office's area, of one level if named."""
    low, high = Scope.of(user).home
    found = Place.objects.filter(code__gte=low, code__lt=high)
    return found.filter(level=level) if level else found


def list_schools(user: User) -> QuerySet[School]:
    """Schools in sight; a school's people see their own."""
    return School.objects.filter(Scope.of(user).q(school="code"))


def get_school(user: User, code: str) -> School:
    """One school; a foreign one answers exactly like an absent one (Fault E704)."""
    school = list_schools(user).filter(code=code).first()
    if school is None:
        raise Fault("E704", where=code)
    return school


def schools_of_place(place_code: str) -> list[tuple[str, str]]:
    """(code, name) of the schools of a place, for holding names of a list against; not for a screen."""
    low, high = code_range(place_code)
    return list(
        School.objects.filter(place_code__gte=low, place_code__lt=high).order_by("code").values_list("code", "name")
    )


def find_school_code(text: str) -> str:
    """The code of the school that a person means by its code or its whole name; the text itself when none is meant."""
    wanted = text.strip()
    named = list(School.objects.filter(name=wanted).values_list("code", flat=True)[:2])
    return named[0] if len(named) == 1 else wanted


def place_name(code: str) -> str:
    """Full name below the city: 沂南县岸堤镇…; the code itself if unknown."""
    names = []
    place = Place.objects.filter(code=code).first()
    while place is not None and place.level not in (Place.Level.PROVINCE, Place.Level.CITY):
        names.append(place.name)
        place = Place.objects.filter(code=place.parent_code).first()
    return "".join(reversed(names)) or code


def list_staff(user: User) -> QuerySet[User]:
    """Accounts in sight, by name: all for those who keep or grant them, those of the own place for an auditor, who
    sees accounts without a place too when the place is the installation's. Raises Fault E701.
    """
    check_may(user, Permission.STAFF_VIEW)
    found = User.objects.order_by("username")
    if may(user, Permission.ORG_MANAGE) or may(user, Permission.GRANT_DECIDE):
        return found
    scope = Scope.of(user)
    seen = scope.q()
    if scope.covers(full_code(settings.REGION)):
        seen |= Q(place_code="")
    return found.filter(seen)


def get_staff(user: User, user_id: int) -> User:
    """One account; out of sight like absent (E701, E704)."""
    found = list_staff(user).filter(pk=user_id).first()
    if found is None:
        raise Fault("E704", where=str(user_id))
    return found


def list_all_schools(user: User) -> QuerySet[School]:
    """The register of schools, for those who manage it (E701)."""
    check_may(user, Permission.ORG_MANAGE)
    return School.objects.order_by("code")


def list_all_places(user: User) -> QuerySet[Place]:
    """The tree of places, for those who manage it (E701)."""
    check_may(user, Permission.ORG_MANAGE)
    return Place.objects.order_by("code")


def list_workers(user: User) -> QuerySet[User]:
    """Active people whom `user` may put in charge of a case: those who work cases, inside the own reach."""
    if not may(user, Permission.CASE_ASSIGN):
        return User.objects.none()
    workers = [role.id for role in ROLES.values() if Permission.CASE_WORK in role.permissions]
    found = User.objects.filter(is_active=True, role__in=workers)
    scope = Scope.of(user)
    return found.filter(scope.q()).order_by("place_code", "school_code", "username")


def role_names() -> dict[str, str]:
    """Role id to Chinese name, for the trail's sentences."""
    return {role.id: role.name for role in ROLES.values()}


def sees_children(user: User) -> bool:
    """Whether the role may meet any child at all."""
    role = ROLES.get(user.role)
    return bool(role and role.reach is not Reach.NONE and may(user, Permission.CHILD_VIEW))
