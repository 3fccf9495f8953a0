"""The job that gives many cases to one person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from notoneless.case.records import actions
from notoneless.case.records.models import HandoutLine
from notoneless.jobs.models import Job
from notoneless.jobs.queue import enqueue
from notoneless.jobs.registry import Progress
from notoneless.org.models import User

AT_ONCE = 200


def enqueue_handout(
    handout_id: uuid.UUID, cases: Sequence[tuple[str, int]], owner: User, *, by: User, now: dt.datetime
) -> Job:
    """Put a handout in the queue: the cases with the versions that were shown."""
    arguments = {"handout": str(handout_id), "owner": owner.pk, "cases": [list(one) for one in cases]}
    return enqueue("hand_out", arguments, by=by, now=now)


def hand_out(arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress) -> Mapping[str, Any]:
    """Give the cases in steps; running again goes on where it stopped."""
    handout, owner = uuid.UUID(arguments["handout"]), arguments["owner"]
    cases = [(case_id, version) for case_id, version in arguments["cases"]]
    for start in range(0, len(cases), AT_ONCE):
        part = cases[start : start + AT_ONCE]
        actions.hand_out(handout_id=handout, cases=part, owner_id=owner, by=by, now=now)
        progress("派单", min(start + AT_ONCE, len(cases)), len(cases))
    done = HandoutLine.objects.filter(handout=handout).count()
    left = len(cases) - done
    said = f"派出 {done:,} 个" + (f"；{left:,} 个其间有人改动，没有派" if left else "")
    return {"url": reverse("ledger:handout", args=[str(handout)]), "sentence": said}
