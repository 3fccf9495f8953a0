"""任务队列: a row is claimed by conditional UPDATE, kept by a lease, and given back when its worker dies.

Every change asks for the state and the attempt it expects, so a worker that lost its lease (it hung, the machine
slept) can no longer finish, fail or move a job that somebody else runs by now. Jobs must be safe to run again.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from notoneless.common.errors import Fault
from notoneless.jobs.models import Job
from notoneless.jobs.registry import job_kind
from notoneless.trail.actions import Action
from notoneless.trail.record import record

logger = logging.getLogger("notoneless.jobs")

LEASE = timedelta(minutes=2)  # technical: a worker renews every few seconds; two minutes of silence mean it is dead
MOST_ATTEMPTS = 3
Clock = Callable[[], datetime]


def enqueue(kind: str, arguments: Mapping[str, Any], *, by: Any, now: datetime) -> Job:
    """Put one job in the queue, in the caller's transaction if there is one. Raises E801 for an unknown kind."""
    name = job_kind(kind).name
    with transaction.atomic():
        job = Job.objects.create(kind=kind, arguments=dict(arguments), created_by=by, created_at=now)
        record(Action.JOB_START, by=by, now=now, object_kind="job", object_id=str(job.pk), name=name)
    return job


def claim(*, now: datetime) -> Job | None:
    """Take the oldest ready job, or None. Two workers never get the same one: the second UPDATE changes no row."""
    for job in list(Job.objects.filter(state=Job.State.READY).order_by("created_at", "id")[:5]):
        taken = Job.objects.filter(pk=job.pk, state=Job.State.READY).update(
            state=Job.State.RUNNING, lease_until=now + LEASE, started_at=now, attempts=F("attempts") + 1, stage=""
        )
        if taken:
            job.refresh_from_db()
            return job
    return None


def renew(job: Job, *, now: datetime) -> bool:
    """Prolong the lease; False when the job is no longer ours."""
    return bool(_mine(job).update(lease_until=now + LEASE))


def report(job: Job, *, stage: str, done: int, total: int, now: datetime) -> None:
    """Write progress and prolong the lease. Raises Fault E802 when the user asked to stop or the lease was lost."""
    ours = _mine(job).filter(cancel_requested=False)
    if not ours.update(stage=stage[:100], done=done, total=total, lease_until=now + LEASE):
        raise Fault("E802")


def finish(job: Job, result: Mapping[str, Any], *, now: datetime) -> None:
    """Mark the job done with what its function returned."""
    _mine(job).update(state=Job.State.DONE, result=dict(result), finished_at=now, lease_until=None)


def fail(job: Job, fault: Fault, *, now: datetime) -> None:
    """Mark the job failed (or cancelled, for E802) with the error as the user will read it."""
    state = Job.State.CANCELLED if fault.code == "E802" else Job.State.FAILED
    _mine(job).update(state=state, result={"error": fault.to_dict()}, finished_at=now, lease_until=None)


@transaction.atomic
def cancel(job: Job, *, by: Any, now: datetime) -> None:
    """Stop a waiting job at once, a running one at its next progress report. Raises Fault E805 when it has ended."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.READY)
    running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
    stopped = waiting.update(state=Job.State.CANCELLED, finished_at=now, cancel_requested=True)
    if not stopped and not running.update(cancel_requested=True):
        raise Fault("E805")
    record(Action.JOB_CANCEL, by=by, now=now, object_kind="job", object_id=str(job.pk))


@transaction.atomic
def retry(job: Job, *, by: Any, now: datetime) -> Job:
    """Do again what failed or was cancelled, as a new job; only by who started it, and once (E808)."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not may_retry(job, by):
        raise Fault("E808")
    again = Job.objects.create(kind=job.kind, arguments=job.arguments, created_by=by, created_at=now, retry_of=job)
    record(
        Action.JOB_RETRY, by=by, now=now, object_kind="job", object_id=str(again.pk), name=job_kind(job.kind).name,
        before=str(job.pk),
    )  # fmt: skip
    return again


def may_retry(job: Job, by: Any) -> bool:
    """Whether this person may try that job again now."""
    ended = job.state in (Job.State.FAILED, Job.State.CANCELLED)
    return ended and job.created_by_id == by.pk and not Job.objects.filter(retry_of=job).exists()


def reap(*, now: datetime) -> int:
    """Give abandoned jobs back to the queue, or fail them after the last attempt; returns how many were touched."""
    abandoned = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now)
    worn_out = abandoned.filter(attempts__gte=MOST_ATTEMPTS)
    error = {"error": Fault("E803", attempts=MOST_ATTEMPTS).to_dict()}
    stopped = abandoned.filter(cancel_requested=True).update(
        state=Job.State.CANCELLED, finished_at=now, lease_until=None
    )
    failed = worn_out.update(state=Job.State.FAILED, result=error, finished_at=now, lease_until=None)
    returned = abandoned.update(state=Job.State.READY, lease_until=None, stage="")
    return stopped + failed + returned


def run_job(job: Job, *, clock: Clock) -> None:
    """Run a claimed job to its end; an error of the program gets a short code that the log carries too."""

    def progress(stage: str, done: int = 0, total: int = 0) -> None:
        report(job, stage=stage, done=done, total=total, now=clock())

    try:
        result = job_kind(job.kind).run(job.arguments, by=job.created_by, now=clock(), progress=progress)
    except Fault as fault:
        fail(job, fault, now=clock())
    except Exception:
        code = secrets.token_hex(3).upper()
        logger.exception("job %s (%s) failed, code %s", job.pk, job.kind, code)
        fail(job, Fault("E804", fault_code=code), now=clock())
    else:
        finish(job, result, now=clock())


def run_pending(*, clock: Clock, limit: int | None = None) -> int:
    """Run ready jobs one after another until none is left (or ``limit``); returns how many ran."""
    ran = 0
    while limit is None or ran < limit:
        job = claim(now=clock())
        if job is None:
            break
        run_job(job, clock=clock)
        ran += 1
    return ran


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
