"""A ledger as a file and on paper: what is seen, never cut silently; long lists as a job, whole numbers with a reason."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.check.records.queries import get_shown_sweep
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.flows import export_files
from notoneless.flows.ledger import LEDGERS, attach, list_ledger
from notoneless.flows.ledger_columns import Column, columns_of
from notoneless.flows.ledger_counts import count_ledger
from notoneless.flows.ledger_export import note_export
from notoneless.flows.ledger_file import FORMATS, Wanted, file_bytes, file_name
from notoneless.jobs.exports import enqueue_export, get_export_job
from notoneless.org.lists import chosen_columns
from notoneless.org.permissions import Permission, may
from notoneless.web.ledger import cells
from notoneless.web.ledger.asking import Asked, read_address, without
from notoneless.web.ledger.forms import ExportForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import CSV, XLSX, send_file
from notoneless.web.shell.language import in_chinese

MOST_AT_ONCE = 5000
MOST_PRINTED = 1000
TYPES = {"xlsx": XLSX, "csv": CSV}


@require_safe
@requires(Permission.LEDGER_EXPORT)
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The list as a file at once, numbers masked; one of more than 5,000 rows goes by way of the form and a job."""
    asked = read_address(request, name)
    rows = count_ledger(asked.user, asked.ledger, asked.filters, asked.today).total
    if rows > MOST_AT_ONCE:
        return redirect(f"{reverse('ledger:ask', args=[name])}?{request.GET.urlencode()}")
    wanted = request.GET.get("format", "")
    return _file(request, _wanted(request, asked, format=wanted if wanted in FORMATS else "xlsx"), rows)


@require_http_methods(["GET", "POST"])
@requires(Permission.LEDGER_EXPORT)
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """Which kind of file; with a reason whole numbers. A short list is answered at once, a long one becomes a job."""
    asked = read_address(request, name)
    rows = count_ledger(asked.user, asked.ledger, asked.filters, asked.today).total
    form = ExportForm(request.POST or None, initial={"format": "xlsx"})
    if not may(request.user, Permission.CHILD_UNMASK):
        del form.fields["reason"]
    if request.method == "POST" and form.is_valid():
        wanted = _wanted(request, asked, **form.cleaned_data)
        try:
            if rows <= MOST_AT_ONCE:
                return _file(request, wanted, rows)
            job = enqueue_export(wanted, by=request.user, now=timezone.now())
        except Fault as fault:
            form.add_fault(fault)
        else:
            return redirect("job:page", job_id=job.pk)
    context = {
        "ledger": asked.ledger, "form": form, "rows": rows, "conditions": asked.conditions(),
        "columns": [column.title for column in _columns(request, asked)], "as_job": rows > MOST_AT_ONCE,
        "back_url": _list_url(request, asked),
    }  # fmt: skip
    return render(request, "ledger/export.html", context)


@require_safe
@requires(Permission.LEDGER_EXPORT)
def fetch(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """The file of one's own export; the same page for anybody else's, for one too old, for none."""
    job = get_export_job(request.user, export_id)
    if job is None or not export_files.has(export_id):
        raise Fault("E704", where=Wording("导出的文件"))
    ledger, format = LEDGERS[job.arguments["ledger"]], job.arguments["format"]
    name = file_name(ledger, _as_of(request), job.created_at, format)
    response = FileResponse(export_files.reading(export_id), as_attachment=True, filename=name)
    response.headers["Content-Type"], response.headers["Cache-Control"] = TYPES[format], "no-store"
    return response


@require_safe
@requires(Permission.LEDGER_EXPORT)
def print_view(request: HttpRequest, name: str) -> HttpResponse:
    """The whole list on A4 landscape, heads repeated, a line for signatures. Counts as an export in the trail."""
    asked = read_address(request, name)
    children = list_ledger(asked.user, asked.ledger, asked.filters, asked.today)
    rows = children.count()
    if rows > MOST_PRINTED:
        raise Fault("E823", where=asked.ledger.name, rows=f"{rows:,}", limit=f"{MOST_PRINTED:,}")
    columns = _columns(request, asked)
    note_export(request.user, asked.ledger, rows=rows, now=timezone.now())
    context = {
        "ledger": asked.ledger, "head": cells.head(columns), "body": cells.body(columns, attach(children)),
        "rows": rows, "conditions": asked.conditions(), "back_url": _list_url(request, asked),
    }  # fmt: skip
    return render(request, "ledger/print.html", context)


def _columns(request: HttpRequest, asked: Asked) -> list[Column]:
    return columns_of(asked.ledger, chosen_columns(request.user, asked.ledger.id))


@in_chinese
def _wanted(request: HttpRequest, asked: Asked, *, format: str, reason: str = "") -> Wanted:
    """What is seen: the same rows, columns and order. Typed words become the ids of the children that they name."""
    filters = {name: values for name, values in asked.filters.items() if values and name != "q"}
    if "q" in asked.filters:
        named = list_ledger(asked.user, asked.ledger, asked.filters, asked.today)
        filters = {"ids": list(named.values_list("pk", flat=True)) or ["-"]}
    low, high = asked.part.interval
    return Wanted(
        ledger=asked.ledger, filters=filters, part=(low, high, asked.part.school),
        columns=[column.id for column in _columns(request, asked)], conditions=asked.conditions(), today=asked.today,
        format=format, reason=reason.strip(),
    )  # fmt: skip


@in_chinese
def _file(request: HttpRequest, wanted: Wanted, rows: int) -> HttpResponse:
    now = timezone.now()
    content = file_bytes(wanted, rows=rows, by=request.user, now=now)
    return send_file(content, file_name(wanted.ledger, _as_of(request), now, wanted.format), TYPES[wanted.format])


def _as_of(request: HttpRequest) -> dt.date | None:
    sweep = get_shown_sweep(request.user)
    return sweep.as_of if sweep else None


def _list_url(request: HttpRequest, asked: Asked) -> str:
    return f"{reverse('ledger:page', args=[asked.ledger.id])}?{without(request.GET)}"
