"""One press of a key on a doubtful pair: a first verdict, the second person's answer, or a blind reading."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.timezone import localdate

from notoneless.flows.pair_risks import risks_of
from notoneless.link.core.review import is_sampled
from notoneless.link.records.judging import decide_pair, read_blind, second_pair, undo_blind, undo_pair
from notoneless.link.records.models import ReviewPair
from notoneless.link.records.readings import get_own_blind, list_blind_for
from notoneless.org.models import User
from notoneless.policy.pack import load_pack


def judge(*, pair: ReviewPair, verdict: str, reason: str, reading: int | None, by: User, now: dt.datetime) -> None:
    """Record what a person says of a pair in sight. ``verdict``: same, different, unsure; returned by a second person.

    ``reading``: the first verdict that a second person answers; None for everybody else, so that a pair which somebody
    judged in the meantime is never agreed to by chance. Raises E431–E433, E436, E437, E701, E704.
    """
    if reading is not None:
        second_pair(pair=pair, reading=reading, agrees=verdict == "same", reason=reason, by=by, now=now)
    elif list_blind_for(by).filter(pk=pair.pk).exists():
        read_blind(pair=pair, verdict=verdict, reason=reason, by=by, now=now)
    else:
        day = localdate(now)
        percent = load_pack(settings.REGION, day).value("link.blind_percent")
        risks = risks_of(pair, day)
        blind = is_sampled(pair.pk, percent)
        decide_pair(pair=pair, verdict=verdict, reason=reason, by=by, now=now, risks=risks, blind=blind)


def take_back(*, pair: ReviewPair, by: User, now: dt.datetime, blind: bool) -> None:
    """撤销: one's own blind reading when ``blind``, else the verdict on the pair. Raises E434, E701, E704."""
    if blind and get_own_blind(by, pair):
        undo_blind(pair=pair, by=by, now=now)
    else:
        undo_pair(pair=pair, reason="复核时撤销", by=by, now=now)
