"""What the worker does once a day, while it has nothing else to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime

from django.db import OperationalError
from django.utils.timezone import localdate

from notoneless.case.records.actions.stuck import find_stuck
from notoneless.flows import export_files
from notoneless.flows.stale_uploads import purge_stale_uploads

logger = logging.getLogger("notoneless.jobs")


class Nightly:
    """Remembers the day on which it was done; after a start it is done again, which changes nothing."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._done: date | None = None

    def run_when_due(self) -> None:
        """Once a day. A database that is away is asked again at the next idle moment."""
        now = self._clock()
        if self._done == localdate(now):
            return
        try:
            purged = purge_stale_uploads(now=now)
            stuck = find_stuck(now=now)
        except OperationalError:
            logger.warning("the database did not answer, the daily work waits", exc_info=True)
            return
        export_files.purge()
        self._done = localdate(now)
        logger.info("%s reasons why cases do not move were found", stuck)
        if purged:
            logger.info("%s uploads that nobody confirmed were cleared away", purged)
