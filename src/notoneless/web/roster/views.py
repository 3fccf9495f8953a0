"""名册: which lists are in, upload, check result, publish or give up, one batch, revoke."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.flows import uploads
from notoneless.jobs.queue import enqueue
from notoneless.org.permissions import Permission, may
from notoneless.roster.core import load_kinds, template
from notoneless.roster.records.actions import revoke_delivery
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.roster.records.permissions import can_revoke
from notoneless.roster.records.queries import get_delivery, get_draft, list_deliveries, list_drafts
from notoneless.web.roster import presenters
from notoneless.web.roster.forms import ColumnsForm, UploadForm, chosen_kind
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.forms import ReasonForm
from notoneless.web.shell.paging import keyset_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires(Permission.ROSTER_VIEW)
def center(request: HttpRequest) -> HttpResponse:
    """名册中心: every kind, how fresh its newest list is."""
    current = list_deliveries(request.user).filter(status=Delivery.Status.CURRENT)
    context = {
        "lines": presenters.kind_lines(current, timezone.localdate(), presenters.unit_of(request.user)),
        "may_upload": may(request.user, Permission.ROSTER_UPLOAD),
        "waiting": _open_drafts(request).count(),
    }
    return render(request, "roster/center.html", context)


@require_safe
@requires(Permission.ROSTER_VIEW)
def batches(request: HttpRequest) -> HttpResponse:
    """All deliveries in sight, newest first; kind and status are filters in the address."""
    facets = [
        Facet("kind", _("种类"), [(kind.id, kind.name, None) for kind in load_kinds().values()]),
        Facet("status", _("状态"), [(value, label, None) for value, label in Delivery.Status.choices]),
    ]
    found = list_deliveries(request.user)
    for facet in facets:
        if values := chosen(request.GET, facet):
            found = found.filter(**{f"{facet.param}__in": values})
    page = keyset_page(found, order=("-created_at", "id"), query=request.GET)
    lines = [(delivery, presenters.kind_name(delivery.kind)) for delivery in page.rows]
    context = {"filters": filter_panel(request.GET, facets), "page": page, "lines": lines}
    return render(request, "roster/batches.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_UPLOAD)
def upload(request: HttpRequest) -> HttpResponse:
    """Step 1: choose files. Each becomes a draft with a job that checks it; nothing is imported yet."""
    today = timezone.localdate()
    initial = {"kind": request.GET.get("kind", "")}
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user, today=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = [_keep(request, form, file) for file in form.cleaned_data["files"]]
        except Fault as fault:
            form.add_fault(fault)
        else:
            return redirect("roster:draft", draft_id=kept[0].pk) if len(kept) == 1 else redirect("roster:drafts")
    return render(request, "roster/upload.html", {"form": form})


@require_safe
@requires(Permission.ROSTER_VIEW)
def template_file(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty workbook with the right headings."""
    definition = chosen_kind(kind, "")
    with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as folder:
        path = Path(folder) / "template.xlsx"
        template(definition, path)
        return _download(path.read_bytes(), f"{definition.name}_模板.xlsx")


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def drafts(request: HttpRequest) -> HttpResponse:
    """The person's own uploads that are not decided yet."""
    lines = [(draft, presenters.kind_name(draft.kind)) for draft in _open_drafts(request)]
    checking = any(draft.status == UploadDraft.Status.CHECKING for draft, _kind in lines)
    part = request.headers.get("HX-Request") == "true"
    page = "roster/drafts_table.html" if part else "roster/drafts.html"
    return render(request, page, {"lines": lines, "checking": checking})


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def draft_page(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Step 3: what the check found. While it runs the page asks again; a published draft leads to its batch."""
    draft = get_draft(request.user, str(draft_id))
    if draft.status == UploadDraft.Status.PUBLISHED and draft.delivery_id:
        return redirect("roster:delivery", delivery_id=draft.delivery_id)
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        if draft.status != UploadDraft.Status.CHECKING:
            response["HX-Refresh"] = "true"
        return response
    result = draft.result
    context = {
        "draft": draft,
        "result": result,
        "kind_name": presenters.kind_name(draft.kind),
        "columns": presenters.matched_columns(draft.kind, result.get("mapping", {}).get("columns", {})),
        "ignored": presenters.ignored_words(result.get("ignored", {})),
    }
    return render(request, "roster/draft.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_UPLOAD)
def columns(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Step 2, when wanted or needed: say which kind it is and which column is which, then check again."""
    draft = _undecided(request, draft_id)
    choices = draft.result.get("choices") or draft.result.get("mapping", {})
    matched = choices.get("columns", {})
    labels = choices.get("labels") or [*matched, *choices.get("extra", [])]
    kind = chosen_kind(request.POST.get("kind") or request.GET.get("kind", ""), draft.kind or choices.get("kind", ""))
    form = ColumnsForm(request.POST or None, kind=kind, labels=labels, matched=matched)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            uploads.match_by_hand(draft, kind=kind.id, mapping=form.mapping())
            _check(request, draft)
        return redirect("roster:draft", draft_id=draft.pk)
    context = {"draft": draft, "form": form, "kind": kind, "kinds": load_kinds().values()}
    return render(request, "roster/columns.html", context)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def publish(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """只导正确行: start the import as a job."""
    draft = _undecided(request, draft_id)
    if draft.status != UploadDraft.Status.READY:
        return redirect("roster:draft", draft_id=draft.pk)
    arguments = {"draft": str(draft.pk), "choice": "good_rows"}
    job = enqueue("publish_upload", arguments, by=request.user, now=timezone.now())
    return redirect("job:page", job_id=job.pk)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def abandon(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """全部放弃: the uploaded file is removed at once, nothing was imported."""
    draft = uploads.abandon_upload(_undecided(request, draft_id))
    messages.success(request, _("已放弃“%(name)s”，上传的文件已删除，没有导入任何行") % {"name": draft.file_name})
    return redirect("roster:center")


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def draft_errors_file(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The wrong rows of a draft as a workbook that can be mended and sent back."""
    draft = get_draft(request.user, str(draft_id))
    data = uploads.draft_errors(draft, by=request.user, now=timezone.now())
    return _download(_present(data), _errors_name(draft.file_name))


@require_safe
@requires(Permission.ROSTER_VIEW)
def delivery_page(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """One batch: where it came from, what was in it, what rests on it."""
    delivery = get_delivery(request.user, delivery_id)
    context = {
        "delivery": delivery,
        "kind_name": presenters.kind_name(delivery.kind),
        "problems": presenters.problem_lines(delivery),
        "columns": presenters.matched_columns(delivery.kind, delivery.mapping.get("columns", {})),
        "extra": delivery.mapping.get("extra", []),
        "sweeps": [used.sweep for used in delivery.sweeps.select_related("sweep").order_by("-sweep__created_at")],
        "may_revoke": delivery.status == Delivery.Status.CURRENT and can_revoke(request.user, delivery),
        "may_fetch_rows": delivery.rows_refused and may(request.user, Permission.ROSTER_UPLOAD),
    }
    return render(request, "roster/delivery.html", context)


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def delivery_errors_file(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """The wrong rows of a batch; fetching them is in the trail."""
    delivery = get_delivery(request.user, delivery_id)
    data = uploads.delivery_errors(delivery, by=request.user, now=timezone.now())
    return _download(_present(data), _errors_name(delivery.file_name))


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_REVOKE)
def revoke(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """撤回本批: the whole batch, with a reason; asks first and says what rests on it."""
    delivery = get_delivery(request.user, delivery_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            revoke_delivery(delivery=delivery, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Fault as fault:
            form.add_fault(fault)
        else:
            messages.success(request, _("已撤回本批；下次摸排不再用它"))
            return redirect("roster:delivery", delivery_id=delivery.pk)
    context = {
        "delivery": delivery,
        "kind_name": presenters.kind_name(delivery.kind),
        "sweeps": delivery.sweeps.count(),
        "form": form,
        "button": _("撤回本批 %(rows)s 行") % {"rows": f"{delivery.rows_accepted:,}"},
        "back_url": f"/roster/{delivery.pk}/",
    }
    return render(request, "roster/revoke.html", context)


def _keep(request: HttpRequest, form: UploadForm, file: UploadedFile) -> UploadDraft:
    asked = form.cleaned_data
    with transaction.atomic():
        draft = uploads.keep_upload(
            chunks=file.chunks(),
            file_name=Path(file.name).name,
            kind=asked["kind"],
            sender=request.user.sender or asked["sender"],
            as_of=asked["as_of"],
            place_code=request.user.place_code,
            legal_basis=asked["legal_basis"],
            by=request.user,
            now=timezone.now(),
        )
        _check(request, draft)
    return draft


def _check(request: HttpRequest, draft: UploadDraft) -> None:
    enqueue("check_upload", {"draft": str(draft.pk)}, by=request.user, now=timezone.now())


def _open_drafts(request: HttpRequest) -> QuerySet[UploadDraft]:
    decided = [UploadDraft.Status.PUBLISHED, UploadDraft.Status.ABANDONED]
    return list_drafts(request.user).exclude(status__in=decided)


def _undecided(request: HttpRequest, draft_id: uuid.UUID) -> UploadDraft:
    """An own draft on which something can still be done; a decided one answers like an absent one."""
    draft = get_draft(request.user, str(draft_id))
    if draft.status in (UploadDraft.Status.PUBLISHED, UploadDraft.Status.ABANDONED):
        raise Fault("E704", where=str(draft_id))
    return draft


def _present(data: bytes | None) -> bytes:
    if data is None:
        raise Fault("E704")
    return data


def _errors_name(file_name: str) -> str:
    return f"{Path(file_name).stem}_错误行.xlsx"


def _download(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
