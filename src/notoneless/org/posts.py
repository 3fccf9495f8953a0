"""What a role needs to be given to an account: its place, school or sending unit, all of them in use."""

from __future__ import annotations

from dataclasses import dataclass

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import Place, School, User
from notoneless.org.roles import OFFICERS, ROLES, Reach

WITHOUT_PLACE = ("system_admin", "security_admin")


@dataclass(frozen=True)
class Post:
    """A role with where it counts; fields that the role does not need are empty."""

    role: str
    place_code: str = ""
    school_code: str = ""
    sender: str = ""

    @classmethod
    def of(cls, holder: object) -> Post:
        """The post that a User holds or a Grant asks for."""
        return cls(*(getattr(holder, name) for name in ("role", "place_code", "school_code", "sender")))


def checked_post(role_id: str, place_code: str = "", school_code: str = "", sender: str = "") -> Post:
    """The post with what the role needs, and no more; a school's people get the school's place.

    Raises Fault E710 (something lacks), E711 (no such role), E712 (no such place or school), E737 (not in use).
    """
    role = ROLES.get(role_id)
    if role is None:
        raise Fault("E711", role=role_id)
    if role.id in WITHOUT_PLACE:
        return Post(role.id)
    if role.reach is Reach.SCHOOL:
        school = _school(role.name, school_code)
        return Post(role.id, school.place_code, school.code)
    _check_place(role.name, place_code)
    if role.id != "partner":
        return Post(role.id, place_code)
    if not sender:
        raise Fault("E710", role=role.name, lacking=Wording("送达单位"))
    return Post(role.id, place_code, sender=sender)


def check_officer(user: User, post: Post) -> None:
    """三员 stay apart: no account passes from one officer's role to another's, nor do two of them bear one name.

    Raises Fault E731.
    """
    if post.role not in OFFICERS:
        return
    others = [role for role in OFFICERS if role != post.role]
    if user.pk and user.role in others:
        raise Fault("E731", name=user.display_name, role=ROLES[user.role].name)
    namesake = User.objects.filter(display_name=user.display_name, role__in=others, is_active=True).first()
    if namesake is not None:
        raise Fault("E731", name=user.display_name, role=ROLES[namesake.role].name)


def _school(role_name: str, code: str) -> School:
    if not code:
        raise Fault("E710", role=role_name, lacking=Wording("学校"))
    school = School.objects.filter(code=code).first()
    if school is None:
        raise Fault("E712", number=code, kind=Wording("学校"))
    if not school.is_active:
        raise Fault("E737", where=school.name)
    return school


def _check_place(role_name: str, code: str) -> None:
    if not code:
        raise Fault("E710", role=role_name, lacking=Wording("辖区"))
    place = Place.objects.filter(code=code).first()
    if place is None:
        raise Fault("E712", number=code, kind=Wording("辖区"))
    if not place.is_active:
        raise Fault("E737", where=place.name)
