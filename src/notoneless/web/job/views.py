"""任务中心: list, one job with its progress, cancel."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.jobs.models import Job
from notoneless.jobs.queries import get_job, list_jobs
from notoneless.jobs.queue import cancel, may_retry, retry
from notoneless.org.permissions import Permission
from notoneless.web.job.presenters import job_line
from notoneless.web.shell.access import requires
from notoneless.web.shell.paging import keyset_page

may_have_jobs = requires(Permission.JOB_VIEW, Permission.ROSTER_UPLOAD, Permission.SWEEP_RUN)


@require_safe
@may_have_jobs
def job_list(request: HttpRequest) -> HttpResponse:
    """Own jobs and, with the right, those of one's place; newest first."""
    page = keyset_page(list_jobs(request.user), order=("-created_at", "id"), query=request.GET)
    return render(request, "job/list.html", {"page": page, "lines": [job_line(job) for job in page.rows]})


@require_safe
@may_have_jobs
def job_page(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """One job: progress while it runs, then its result or what went wrong."""
    job = get_job(request.user, str(job_id))
    context = {
        "line": job_line(job),
        "may_retry": may_retry(job, request.user),
        "retried_as": Job.objects.filter(retry_of=job).first(),
    }
    return render(request, "job/page.html", context)


@require_safe
@may_have_jobs
def progress(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """The part of the page that asks again every second; when the job is over the whole page is loaded once more."""
    line = job_line(get_job(request.user, str(job_id)))
    response = render(request, "job/progress.html", {"line": line})
    if line.over:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@may_have_jobs
def cancel_job(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Ask a job to stop."""
    job = get_job(request.user, str(job_id))
    try:
        cancel(job, by=request.user, now=timezone.now())
    except Fault as fault:
        messages.warning(request, fault.message)
    else:
        messages.success(request, _("已要求停止；进行中的一步做完就停，不会留下半截结果"))
    return redirect("job:page", job_id=job_id)


@require_POST
@may_have_jobs
def retry_job(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Do a failed or cancelled job again, as a new one."""
    job = get_job(request.user, str(job_id))
    try:
        again = retry(job, by=request.user, now=timezone.now())
    except Fault as fault:
        messages.warning(request, fault.message)
        return redirect("job:page", job_id=job_id)
    messages.success(request, _("已重新排队"))
    return redirect("job:page", job_id=again.pk)
