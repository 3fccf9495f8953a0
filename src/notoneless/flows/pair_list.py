"""A list of doubtful pairs as a file: what is on the screen, row by row, with a trail event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.timezone import localtime

from notoneless.link.records.models import ReviewPair
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.policy.places import Places, town_of
from notoneless.roster.core import load_kinds
from notoneless.trail.actions import Action
from notoneless.trail.record import record

HEADER = ["编号", "孩子", "可能是同一人的行", "乡镇", "为什么拿不准", "状态", "判定人", "第二人", "判定时间", "说明"]


@transaction.atomic
def export_pairs(
    user: User, pairs: Iterable[ReviewPair], name: str, *, with_verdicts: bool, now: dt.datetime
) -> tuple[list[str], list[list[str]]]:
    """(header, rows) of the pairs as listed. Raises E701.

    Without ``with_verdicts`` the columns of the verdict stay empty: of a pair of the blind sample nobody is to read it.
    """
    check_may(user, Permission.LEDGER_EXPORT)
    check_may(user, Permission.LINK_REVIEW)
    rows = [_cells(pair, with_verdicts) for pair in pairs]
    record(
        Action.LEDGER_EXPORT,
        by=user,
        now=now,
        object_kind="review",
        place_code=user.place_code,
        ledger=name,
        rows=len(rows),
    )
    return HEADER, rows


def _cells(pair: ReviewPair, with_verdicts: bool) -> list[str]:
    verdict = ["", "", "", "", ""]
    if with_verdicts:
        verdict = [
            str(pair.get_status_display()),
            pair.decided_by.display_name if pair.decided_by else "",
            pair.second_by.display_name if pair.second_by else "",
            localtime(pair.decided_at).strftime("%Y-%m-%d %H:%M") if pair.decided_at else "",
            pair.note,
        ]
    return [
        pair.pk,
        pair.right_child.name,
        f"{load_kinds()[pair.left_kind].name} 第 {pair.left_row_no} 行",
        Places.load().label(town_of(pair.place_code)),
        pair.reason,
        *verdict,
    ]
