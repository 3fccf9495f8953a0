"""Looking at one case: what stands in it is about a child, so it leaves the same trace as the child's own file."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from notoneless.org.models import User
from notoneless.trail.actions import Action
from notoneless.trail.record import record

from ..models import Case, Referral
from ..queries import get_case, get_referral


@transaction.atomic
def read_case(*, case_id: str, by: User, now: dt.datetime) -> Case:
    """The case for its page; E704 for foreign and absent alike, and then nothing is written."""
    case = get_case(by, case_id)
    record(
        Action.CHILD_VIEW, by=by, now=now, object_kind="child", object_id=case.child_id, place_code=case.place_code,
        case=case.pk,
    )  # fmt: skip
    return case


@transaction.atomic
def read_referral(*, referral_id: int, by: User, now: dt.datetime) -> Referral:
    """A hand-over for its page, with what the receiver must know of the child; E704 for foreign and absent alike."""
    referral = get_referral(by, referral_id)
    case = referral.case
    record(
        Action.CHILD_VIEW, by=by, now=now, object_kind="child", object_id=case.child_id, place_code=case.place_code,
        case=case.pk,
    )  # fmt: skip
    return referral
