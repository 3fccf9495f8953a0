"""Jobs that a person may see: the own ones; with the right to see jobs also those of people in the own place."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from notoneless.common.errors import Fault
from notoneless.jobs.models import Job
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import Scope


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
