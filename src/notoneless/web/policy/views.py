"""政策参数, 字典, and 谁会受影响: a trial that saves nothing."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.flows.policy_preview import MOST_ROWS, changed_on, checks_of, read_value
from notoneless.jobs.models import Job
from notoneless.jobs.queries import get_job
from notoneless.jobs.queue import enqueue
from notoneless.link.records.queries import list_children
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.policy.pack import Pack, Parameter, load_pack
from notoneless.web.policy import presenters
from notoneless.web.policy.forms import TrialForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import chosen, filter_panel
from notoneless.web.shell.paging import keyset_page

KIND = "preview_policy"


def _pack(user: User) -> Pack:
    """The pack of the person's place, as it is today."""
    return load_pack(user.place_code or settings.REGION, timezone.localdate())


@require_safe
@requires(Permission.POLICY_VIEW)
def parameter_list(request: HttpRequest) -> HttpResponse:
    """Every parameter in force here today."""
    pack, facet, words = _pack(request.user), presenters.status_facet(), request.GET.get("q", "").strip()
    lines = presenters.parameter_lines(pack, timezone.localdate())
    shown = presenters.narrowed(lines, chosen(request.GET, facet), words)
    context = {"pack": pack, "lines": shown, "filters": filter_panel(request.GET, [facet]), "words": words}
    return render(request, "policy/list.html", context | {"kept": chosen(request.GET, facet)})


@require_safe
@requires(Permission.POLICY_VIEW)
def parameter_page(request: HttpRequest, parameter: str) -> HttpResponse:
    """One parameter with its history, what uses it, and the form for a trial."""
    return _page(request, parameter, TrialForm())


@require_POST
@requires(Permission.POLICY_PREVIEW)
def try_value(request: HttpRequest, parameter: str) -> HttpResponse:
    """Start the trial as a job."""
    pack, known, form = _pack(request.user), _known(request.user, parameter), TrialForm(request.POST)
    if not form.is_valid():
        return _page(request, parameter, form)
    data = form.cleaned_data
    try:
        value = read_value(known, data["value"], pack) if data["value"] else changed_on(pack, known.id, data["day"])
        if value == pack.value(known.id) or not checks_of(known.id):
            raise Fault("E530", where=known.id)
    except Fault as fault:
        form.add_fault(fault, "value")
        return _page(request, parameter, form)
    job = enqueue(KIND, {"parameter": known.id, "value": value}, by=request.user, now=timezone.now())
    return redirect("policy:preview", preview_id=job.pk)


@require_safe
@requires(Permission.POLICY_PREVIEW)
def preview_page(request: HttpRequest, preview_id: uuid.UUID) -> HttpResponse:
    """What the trial found; the job's own page while it runs or when it failed."""
    job = _job(request.user, preview_id)
    if job.state != Job.State.DONE:
        return redirect("job:page", job_id=job.pk)
    found = job.result["preview"]
    context = {
        "job": job,
        "found": found,
        "parameter": _known(request.user, found["parameter"]),
        "lines": presenters.move_lines(found["counts"]),
        "most": MOST_ROWS,
        "cut": found["changed"] > len(found["rows"]),
    }
    return render(request, "policy/preview.html", context)


@require_safe
@requires(Permission.POLICY_PREVIEW)
def preview_rows(request: HttpRequest, preview_id: uuid.UUID, check_id: str) -> HttpResponse:
    """The children of one check that would change, as far as they are in one's own scope."""
    job = _job(request.user, preview_id)
    if job.state != Job.State.DONE:
        return redirect("job:page", job_id=job.pk)
    moves = presenters.trial_rows(job.result["preview"], check_id)
    children = list_children(request.user).filter(pk__in=list(moves))
    page = keyset_page(children, order=("place_code", "id"), query=request.GET)
    lines = [(child, *moves[child.pk]) for child in page.rows]
    names = {line.check_id: line.check for line in presenters.move_lines(job.result["preview"]["counts"])}
    context = {
        "job": job,
        "page": page,
        "lines": lines,
        "total": children.count(),
        "check": names.get(check_id, check_id),
    }
    return render(request, "policy/preview_rows.html", context)


@require_safe
@requires(Permission.POLICY_VIEW)
def code_lists(request: HttpRequest) -> HttpResponse:
    """字典: all code lists; words are looked for in every one."""
    words = request.GET.get("q", "").strip()
    lists = presenters.code_lists(_pack(request.user))
    hits = (
        [(one, presenters.found_rows(one, words)) for one in lists] if words else [(one, one.rows) for one in lists]
    )
    context = {"hits": [(one, rows) for one, rows in hits if rows], "words": words}
    return render(request, "policy/codes.html", context)


@require_safe
@requires(Permission.POLICY_VIEW)
def code_list(request: HttpRequest, list_id: str) -> HttpResponse:
    """One code list."""
    one = next((one for one in presenters.code_lists(_pack(request.user)) if one.id == list_id), None)
    if one is None:
        raise Fault("E704", where=list_id)
    words = request.GET.get("q", "").strip()
    return render(
        request, "policy/code.html", {"list": one, "rows": presenters.found_rows(one, words), "words": words}
    )


def _page(request: HttpRequest, parameter: str, form: TrialForm) -> HttpResponse:
    pack, known = _pack(request.user), _known(request.user, parameter)
    stale = known.id in {entry.id for entry in pack.stale(timezone.localdate())}
    line = presenters.parameter_line(known, pack, stale)
    context = {"line": line, "form": form, "history": list(reversed(known.values)), "pack": pack}
    context["may_try"] = may(request.user, Permission.POLICY_PREVIEW) and bool(line.checks)
    return render(request, "policy/parameter.html", context)


def _known(user: User, parameter: str) -> Parameter:
    found = _pack(user).parameters.get(parameter)
    if found is None:
        raise Fault("E704", where=parameter)
    return found


def _job(user: User, preview_id: uuid.UUID) -> Job:
    job = get_job(user, str(preview_id))
    if job.kind != KIND:
        raise Fault("E704", where=str(preview_id))
    return job
