"""The worker: claims jobs for ever, renews their lease beside the work, gives dead workers' jobs back, and looks into
the drop folders when it is idle."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import OperationalError, close_old_connections, connection

from notoneless.jobs.health import mark_alive
from notoneless.jobs.inbox import Inbox
from notoneless.jobs.models import Job
from notoneless.jobs.nightly import Nightly
from notoneless.jobs.queue import LEASE, claim, reap, renew, run_job

logger = logging.getLogger("notoneless.jobs")

RENEW_SECONDS = LEASE.total_seconds() / 6


def work(*, clock: Callable[[], datetime], stop: threading.Event, idle_seconds: float = 1.0) -> None:
    """Run jobs until ``stop`` is set; the job at hand is finished first. A database that is away is waited for.

    With nothing to do it looks into the drop folders, every few seconds, and does the daily work, once a day.
    """
    inbox, nightly = Inbox(clock), Nightly(clock)
    while not stop.is_set():
        mark_alive()
        if not _step(clock):
            inbox.look_when_due()
            nightly.run_when_due()
            stop.wait(idle_seconds)


def _step(clock: Callable[[], datetime]) -> bool:
    """Run one job if there is one; True when something was done."""
    close_old_connections()
    try:
        reap(now=clock())
        job = claim(now=clock())
        if job is None:
            return False
        with heartbeat(job, clock=clock):
            run_job(job, clock=clock)
    except OperationalError:
        logger.warning("the database did not answer, the worker tries again", exc_info=True)
        return False
    except Exception:  # what a job raises is the job's result; this is the queue itself
        logger.exception("the queue could not be worked, the worker tries again")
        return False
    return True


@contextmanager
def heartbeat(job: Job, *, clock: Callable[[], datetime]) -> Iterator[None]:
    """Renew the lease from a second thread while the block runs: one step of a big sweep is longer than a lease."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(job, clock, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(job: Job, clock: Callable[[], datetime], over: threading.Event) -> None:
    while not over.wait(RENEW_SECONDS):
        try:
            renew(job, now=clock())
        except OperationalError:
            logger.warning("lease of job %s not renewed, next try follows", job.pk)
        finally:
            connection.close()
