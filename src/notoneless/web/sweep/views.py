"""摸排: the sweeps, one sweep as numbers, what changed since the last one, starting and proving one."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.check.core import load_checks
from notoneless.check.records import queries
from notoneless.check.records.permissions import can_run, check_can_run
from notoneless.common.errors import Fault
from notoneless.flows.change_counts import changed_towns, changes_at
from notoneless.flows.check_drill import Spot, place_name, spot_of
from notoneless.flows.coverage import coverage_of_sweep
from notoneless.flows.differences import Change
from notoneless.flows.sweep_diff import changes_in_scope, diff_sweeps
from notoneless.jobs.models import Job
from notoneless.jobs.queries import list_jobs
from notoneless.jobs.queue import enqueue
from notoneless.link.records.models import ReviewPair
from notoneless.link.records.queries import list_children, list_reviews
from notoneless.org.permissions import Permission, may
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import list_deliveries
from notoneless.web.check.presenters import spot_query
from notoneless.web.roster.presenters import kind_lines
from notoneless.web.roster.quality_presenters import coverage_summaries, worth_saying
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.paging import keyset_page
from notoneless.web.shell.table_paging import list_page
from notoneless.web.sweep import presenters
from notoneless.web.sweep.forms import StartForm


@require_safe
@requires(Permission.SWEEP_VIEW)
def sweep_list(request: HttpRequest) -> HttpResponse:
    """Every sweep in sight, newest first."""
    page = keyset_page(queries.list_sweeps(request.user), order=("-created_at", "id"), query=request.GET)
    lines = [(sweep, presenters.revoked_inputs(sweep).count()) for sweep in page.rows]
    context = {"page": page, "lines": lines, "may_run": can_run(request.user)}
    return render(request, "sweep/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.SWEEP_RUN)
def start(request: HttpRequest) -> HttpResponse:
    """开始摸排: which lists are in and which are missing, the day, then a job."""
    today = timezone.localdate()
    form = StartForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            check_can_run(request.user, request.user.place_code)
        except Fault as fault:
            form.add_fault(fault)
        else:
            arguments = {"as_of": form.cleaned_data["as_of"].isoformat()}
            job = enqueue("sweep", arguments, by=request.user, now=timezone.now())
            return redirect("job:page", job_id=job.pk)
    lists = kind_lines(list_deliveries(request.user).filter(status=Delivery.Status.CURRENT), today)
    context = {"form": form, "lists": lists, "missing": [line for line in lists if line.latest is None]}
    return render(request, "sweep/start.html", context)


@require_safe
@requires(Permission.SWEEP_VIEW)
def sweep_page(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """D4: missing lists first, then every comparison as numbers that open lists."""
    sweep = queries.get_sweep(request.user, sweep_id)
    counts = queries.get_counts_by_place(request.user, sweep, check_id=None)
    spot = spot_of((row.place_code for row in counts), request.GET.get("county", ""), "", None)
    heads, level, places = presenters.place_lines(counts, spot)
    changes = changes_at(request.user, sweep, Spot())
    reviews = list_reviews(request.user).filter(status=ReviewPair.Status.OPEN)
    proofs = list_jobs(request.user).filter(kind="verify_sweep", arguments__sweep=sweep.pk)
    context = {
        "sweep": sweep,
        "lines": presenters.check_lines(queries.get_counts(request.user, sweep), sweep, changes),
        "missing": presenters.missing_lists(sweep),
        "stale": worth_saying(coverage_summaries(coverage_of_sweep(request.user, sweep))),
        "revoked": presenters.revoked_inputs(sweep),
        "heads": heads,
        "level": level,
        "places": places,
        "county": place_name(spot.county, "county") if spot.county else "",
        "steps": presenters.step_lines(sweep),
        "reviews": reviews.count() if may(request.user, Permission.LINK_REVIEW) else None,
        "may_see_rows": may(request.user, Permission.CHILD_VIEW),
        "may_run": can_run(request.user),
        "proof": proofs.filter(state=Job.State.DONE).first(),
        "proving": proofs.filter(state__in=[Job.State.READY, Job.State.RUNNING]).first(),
        "change": _sum_of(changes) if changes else None,
        "may_see_quality": may(request.user, Permission.LINK_QUALITY),
    }
    return render(request, "sweep/page.html", context)


@require_safe
@requires(Permission.SWEEP_VIEW)
def diff(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """与上次比: new, gone and unchanged gaps with their causes; the children behind them if they may be seen."""
    sweep = queries.get_sweep(request.user, sweep_id)
    if sweep.previous is None:
        raise Fault("E704", where=sweep_id)
    earlier = queries.get_sweep(request.user, sweep.previous_id or "")
    towns = changed_towns(request.user, sweep)
    spot = spot_of(towns, request.GET.get("county", ""), request.GET.get("town", ""), None)
    changes = changes_in_scope(request.user, earlier, sweep, diff_sweeps(earlier, sweep), spot)
    names = presenters.change_names()
    counted = Counter(change.change for change in changes)
    facets = [
        Facet("change", _("变化"), [(key, name, counted[key]) for key, name in names.items()]),
        Facet("check", _("核查"), [(check.id, check.name, None) for check in presenters.checks_in_order()]),
    ]
    shown = [change for change in changes if _is_chosen(request, change, facets)]
    page = list_page(shown, key=lambda one: (one.check_id, one.change, one.child_id), query=request.GET)
    context = {
        "sweep": sweep,
        "earlier": earlier,
        "where": presenters.spot_name(spot),
        "here": spot_query(spot),
        "lines": presenters.diff_lines([vars(change) for change in changes]),
        "filters": filter_panel(request.GET, facets),
        "page": page,
        "rows": _diff_rows(request, page.rows),
        "total": len(shown),
        "may_see_rows": may(request.user, Permission.CHILD_VIEW),
    }
    return render(request, "sweep/diff.html", context)


@require_POST
@requires(Permission.SWEEP_RUN)
def verify(request: HttpRequest, sweep_id: str) -> HttpResponse:
    """重算验证 as a job: everything is computed again from the deliveries and compared byte by byte."""
    sweep = queries.get_sweep(request.user, sweep_id)
    check_can_run(request.user, sweep.region)
    waiting = list_jobs(request.user).filter(
        kind="verify_sweep", arguments__sweep=sweep.pk, state__in=[Job.State.READY, Job.State.RUNNING]
    )
    if job := waiting.first():
        messages.info(request, _("这次摸排正在重算"))
    else:
        job = enqueue("verify_sweep", {"sweep": sweep.pk}, by=request.user, now=timezone.now())
    return redirect("job:page", job_id=job.pk)


def _sum_of(changes: dict[str, dict[str, int]]) -> dict[str, int]:
    """新增, 减少, 不变 over all checks."""
    return {key: sum(one[key] for one in changes.values()) for key in presenters.change_names()}


def _is_chosen(request: HttpRequest, change: Change, facets: list[Facet]) -> bool:
    wanted = [chosen(request.GET, facet) for facet in facets]
    found = (change.change, change.check_id)
    return all(not values or value in values for values, value in zip(wanted, found, strict=True))


def _diff_rows(request: HttpRequest, changes: list[Change]) -> list[dict[str, object]]:
    """The page's changes with the child where it still can be opened."""
    if not may(request.user, Permission.CHILD_VIEW):
        return []
    children = list_children(request.user).in_bulk([change.child_id for change in changes])
    names, checks = presenters.change_names(), load_checks()
    return [
        {
            "change": change,
            "change_name": names[change.change],
            "check": checks[change.check_id],
            "child": children.get(change.child_id),
        }
        for change in changes
    ]
