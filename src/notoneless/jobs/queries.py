"""Jobs that a person may see: the own ones; with the right to see jobs also those of people in the own place."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from notoneless.common.errors import Fault
from notoneless.jobs.models import Job
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope

DRAFT_JOBS = ("check_upload", "publish_upload")


def list_jobs(user: User) -> QuerySet[Job]:
    """Newest first."""
    seen = Q(created_by=user)
    if may(user, Permission.JOB_VIEW):
        seen |= Scope.of(user).q(place="created_by__place_code", school="created_by__school_code")
        if may(user, Permission.ORG_MANAGE):
            seen = Q()
    return Job.objects.filter(seen).select_related("created_by")


def get_job(user: User, job_id: str) -> Job:
    """One job; a foreign one answers exactly like an absent one (Fault E704)."""
    try:
        job = list_jobs(user).filter(pk=job_id).first()
    except ValidationError:
        job = None
    if job is None:
        raise Fault("E704", where=str(job_id))
    return job


def draft_job(draft_id: str) -> Job | None:
    """The newest job about an upload draft; the caller has seen that the draft is the person's own."""
    return Job.objects.filter(kind__in=DRAFT_JOBS, arguments__draft=draft_id).order_by("-created_at", "id").first()


def draft_stages(draft_ids: Iterable[str]) -> dict[str, str]:
    """Draft id → how far its check or import is, of those on which one waits or runs; for drafts already seen."""
    wanted = set(draft_ids)
    alive = Job.objects.filter(kind__in=DRAFT_JOBS, state__in=(Job.State.READY, Job.State.RUNNING))
    found = {}
    for job in alive.order_by("created_at", "id"):
        if job.arguments.get("draft") in wanted:
            found[job.arguments["draft"]] = _stage(job)
    return found


def _stage(job: Job) -> str:
    if not job.stage:
        return job.get_state_display()
    return (
        f"{job.stage} {job.done:,} / {job.total:,}"
        if job.total
        else f"{job.stage} {job.done:,}"
        if job.done
        else job.stage
    )
