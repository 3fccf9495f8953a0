"""The job that writes a long ledger into a file."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from notoneless.flows.ledger import LEDGERS
from notoneless.flows.ledger_file import Wanted, write_export
from notoneless.jobs.models import Job
from notoneless.jobs.queue import enqueue
from notoneless.jobs.registry import Progress
from notoneless.org.models import User


def enqueue_export(wanted: Wanted, *, by: User, now: dt.datetime) -> Job:
    """Put the export in the queue. Its arguments hold ids, codes and conditions, and no name of anybody."""
    arguments = {
        "export": str(uuid.uuid4()),
        "ledger": wanted.ledger.id,
        "filters": wanted.filters,
        "part": list(wanted.part),
        "columns": wanted.columns,
        "conditions": [list(one) for one in wanted.conditions],
        "today": wanted.today.isoformat(),
        "format": wanted.format,
        "reason": wanted.reason,
    }
    return enqueue("export_ledger", arguments, by=by, now=now)


def export(arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress) -> Mapping[str, Any]:
    """Write the file; the answer says where it can be fetched. Running twice writes it anew."""
    wanted = Wanted(
        ledger=LEDGERS[arguments["ledger"]],
        filters=arguments["filters"],
        part=tuple(arguments["part"]),
        columns=arguments["columns"],
        conditions=[(label, value) for label, value in arguments["conditions"]],
        today=dt.date.fromisoformat(arguments["today"]),
        format=arguments["format"],
        reason=arguments["reason"],
    )
    rows = write_export(uuid.UUID(arguments["export"]), wanted, by=by, now=now, progress=progress)
    return {
        "url": reverse("ledger:fetch", args=[arguments["export"]]),
        "sentence": f"{wanted.ledger.name}台账 {rows:,} 行，文件保留七天",
    }


def get_export_job(user: User, export_id: uuid.UUID) -> Job | None:
    """The finished job of one's own export; somebody else's is not there."""
    mine = Job.objects.filter(kind="export_ledger", created_by=user, state=Job.State.DONE)
    return mine.filter(arguments__export=str(export_id)).first()
