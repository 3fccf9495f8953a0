"""May this person see a sweep, run one?"""

from __future__ import annotations

from notoneless.common.errors import Fault
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.org.scope import Scope


def check_can_run(user: User, region: str) -> None:
    """E701 without the right, E702 when the region is not wholly the person's own."""
    check_may(user, Permission.SWEEP_RUN)
    if not Scope.of(user).may_send_for(region):
        raise Fault("E702", where=region)


def can_run(user: User) -> bool:
    return may(user, Permission.SWEEP_RUN)
