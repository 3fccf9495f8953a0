"""意见建议: given by anybody from any screen, answered by the system administrator."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.db.models import QuerySet

from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.org.models import Opinion, User
from notoneless.org.permissions import Permission, check_may
from notoneless.trail.actions import Action
from notoneless.trail.record import record

MOST = 1000
_CODE = re.compile(r"[0-9A-F]{6}|E\d{3}")


@transaction.atomic
def give_opinion(*, text: str, page: str, fault_code: str, by: User, now: dt.datetime) -> Opinion:
    """What a person says; numbers of people are taken out of it. The same words again the same day are kept once.

    ``page`` is cut to its path. Raises Fault E743 when nothing is said.
    """
    said = redact(text.strip())[:MOST]
    if not said:
        raise Fault("E743")
    path = page.partition("?")[0].partition("#")[0][:200]
    code = fault_code if _CODE.fullmatch(fault_code) else ""
    known = Opinion.objects.filter(
        created_by=by, text=said, page=path, fault_code=code, created_at__gt=now - dt.timedelta(days=1)
    ).first()
    if known is not None:
        return known
    opinion = Opinion.objects.create(text=said, page=path, fault_code=code, created_by=by, created_at=now)
    record(
        Action.OPINION_GIVE, by=by, now=now, object_kind="opinion", object_id=str(opinion.pk), page=path, code=code
    )
    return opinion


@transaction.atomic
def answer_opinion(*, opinion: Opinion, answer: str, by: User, now: dt.datetime) -> Opinion:
    """Answer, or answer anew; the same again changes nothing. Raises Fault E701, E744."""
    check_may(by, Permission.OPINION_ANSWER)
    said = redact(answer.strip())[:MOST]
    if not said:
        raise Fault("E744")
    if opinion.answer == said:
        return opinion
    opinion.answer, opinion.answered_by, opinion.answered_at = said, by, now
    opinion.state = Opinion.State.ANSWERED
    opinion.save(update_fields=["answer", "answered_by", "answered_at", "state"])
    record(
        Action.OPINION_ANSWER, by=by, now=now, object_kind="opinion", object_id=str(opinion.pk),
        place_code=opinion.created_by.place_code,
    )  # fmt: skip
    return opinion


def list_own_opinions(user: User) -> QuerySet[Opinion]:
    """What this person said, newest first."""
    return Opinion.objects.filter(created_by=user).select_related("answered_by")


def list_opinions(user: User) -> QuerySet[Opinion]:
    """What everybody said, for who answers (E701)."""
    check_may(user, Permission.OPINION_ANSWER)
    return Opinion.objects.select_related("created_by", "answered_by")


def get_opinion(user: User, opinion_id: int) -> Opinion:
    """One opinion, for who answers (E701, E704)."""
    opinion = list_opinions(user).filter(pk=opinion_id).first()
    if opinion is None:
        raise Fault("E704", where=str(opinion_id))
    return opinion
