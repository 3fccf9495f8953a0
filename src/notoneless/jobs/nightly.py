"""What the worker does once a day, while it has nothing else to do."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import date, datetime

from django.db import OperationalError
from django.utils.timezone import localdate

from notoneless.case.records.actions.stuck import find_stuck
from notoneless.common.errors import Fault
from notoneless.flows import export_files
from notoneless.flows.stale_uploads import purge_stale_uploads
from notoneless.jobs.models import Job
from notoneless.jobs.registry import NIGHTLY

logger = logging.getLogger("notoneless.jobs")


class Nightly:
    """Remembers the day on which it was done; after a start it is done again, which changes nothing."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._done: date | None = None

    def run_when_due(self) -> None:
        """Once a day. A database that is away is asked again at the next idle moment; any other fault of one work is
        shown in 任务中心 as a failed job, the other works are done, and the next day tries again."""
        now = self._clock()
        if self._done == localdate(now):
            return
        try:
            for work in (_purge_uploads, _find_stuck, _purge_exports):
                _do(work, now)
        except OperationalError:
            logger.warning("the database did not answer, the daily work waits", exc_info=True)
            return
        self._done = localdate(now)


def _do(work: Callable[[datetime], None], now: datetime) -> None:
    try:
        work(now)
    except OperationalError:
        raise
    except Exception:
        code = secrets.token_hex(3).upper()
        logger.exception("daily work %s failed, code %s", work.__name__, code)
        error = Fault("E804", fault_code=code).to_dict()
        Job.objects.create(
            kind=NIGHTLY,
            state=Job.State.FAILED,
            result={"error": error},
            created_at=now,
            started_at=now,
            finished_at=now,
        )


def _purge_uploads(now: datetime) -> None:
    if purged := purge_stale_uploads(now=now):
        logger.info("%s uploads that nobody confirmed were cleared away", purged)


def _find_stuck(now: datetime) -> None:
    logger.info("%s reasons why cases do not move were found", find_stuck(now=now))


def _purge_exports(_now: datetime) -> None:
    export_files.purge()
