"""

May this person do it at all? Rights are read from the role at every question, so that a changed role counts at once.
"""

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.models import User
from notoneless.org.roles import PERMISSION_NAMES, ROLES, Permission

__all__ = ["Permission", "check_may", "may"]


def may(user: User, permission: Permission) -> bool:
    """Whether the role of an active `user` holds `permission`; an unknown role holds nothing."""
    role = ROLES.get(getattr(user, "role", ""))
    return bool(user.is_active and role and permission in role.permissions)


def check_may(user: User, permission: Permission) -> None:
    """As `may`, but raises Fault E701."""
    if not may(user, permission):
        role = ROLES.get(getattr(user, "role", ""))
        raise Fault("E701", role=role.name if role else Wording("未登录"), act=PERMISSION_NAMES[permission])
