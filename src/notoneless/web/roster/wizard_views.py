"""导入向导: choose files, match columns, look at what was found, mend it, import it or give it up."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.common.errors import Fault, error_text
from notoneless.flows import draft_choices, uploads
from notoneless.flows.draft_result import problem_rows
from notoneless.flows.upload_columns import get_columns
from notoneless.jobs.models import Job
from notoneless.jobs.queries import draft_job, draft_stages
from notoneless.jobs.queue import enqueue
from notoneless.jobs.uploads import give_up, start_publish, take_in_and_check
from notoneless.org.permissions import Permission
from notoneless.roster.core import load_kinds
from notoneless.roster.records.actions import check_again, choose_part, choose_sheet
from notoneless.roster.records.models import UploadDraft
from notoneless.roster.records.queries import get_draft, known_senders, list_drafts, list_open_drafts
from notoneless.web.job.presenters import job_line
from notoneless.web.roster import presenters, wizard_presenters
from notoneless.web.roster.downloads import download, errors_name, present
from notoneless.web.roster.forms import PART, ColumnsForm, UploadForm, chosen_kind
from notoneless.web.shell.access import requires
from notoneless.web.shell.language import in_chinese
from notoneless.web.shell.table_paging import list_page


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_UPLOAD)
def upload(request: HttpRequest) -> HttpResponse:
    """Step 1: choose files. Each becomes a draft with a job that checks it; nothing is imported yet.

    The page's script sends one file a request and asks for JSON; without it one request carries them all.
    """
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        today=timezone.localdate(),
        initial=_last_said(request),
    )
    by_script = request.headers.get("Accept") == "application/json"
    if request.method == "POST" and form.is_valid():
        kept = _take_in(request, form)
        if kept:
            url = _after(kept)
            return JsonResponse({"url": url, "drafts": len(kept)}) if by_script else redirect(url)
    if by_script and list(form.errors) == ["files"]:
        return JsonResponse({"error": " ".join(form.errors["files"])}, status=422)
    return render(request, "roster/upload.html", {"form": form, "senders": known_senders(request.user)})


def _take_in(request: HttpRequest, form: UploadForm) -> list[UploadDraft]:
    """The drafts of what was sent. Files that are not taken are named: at the form, or on the next page."""
    asked, kept, faults = form.cleaned_data, [], []
    said = {name: asked[name] for name in ("kind", "as_of", "legal_basis", "supplements")}
    said["sender"] = request.user.sender or asked["sender"]
    said["place_code"] = asked.get("place_code") or request.user.place_code
    for file in asked["files"]:
        try:
            kept += _take_in_one(request, file, said)
        except Fault as fault:
            faults.append(fault)
    for fault in faults:
        if kept:
            messages.warning(request, fault.message)
        else:
            form.add_fault(fault, "files")
    return kept


def _take_in_one(request: HttpRequest, file: UploadedFile, said: dict[str, Any]) -> list[UploadDraft]:
    return take_in_and_check(
        chunks=file.chunks(),
        file_name=Path(str(file.name)).name,
        by=request.user,
        now=timezone.now(),
        door=UploadDraft.Door.WEB,
        **said,
    )


def _last_said(request: HttpRequest) -> dict[str, str]:
    """Sender and legal basis of this person's last upload: mostly the same again."""
    last = list_drafts(request.user).order_by("-created_at", "id").first()
    said = {"sender": last.sender, "legal_basis": last.legal_basis} if last else {}
    return {**said, "kind": request.GET.get("kind", "")}


def _after(kept: list[UploadDraft]) -> str:
    return f"/roster/draft/{kept[0].pk}/" if len(kept) == 1 else "/roster/draft/"


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def drafts(request: HttpRequest) -> HttpResponse:
    """The person's own uploads that are not decided yet, each with its verdict; asks again while one is checked."""
    found = list(list_open_drafts(request.user))
    lines = wizard_presenters.draft_lines(found, draft_stages([str(draft.pk) for draft in found]), timezone.now())
    working = sum(line.status_kind == "doing" for line in lines)
    part = request.headers.get("HX-Request") == "true"
    page = "roster/drafts_table.html" if part else "roster/drafts.html"
    ending = sum(line.is_ending for line in lines)
    return render(request, page, {"lines": lines, "working": working, "ending": ending})


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def draft_page(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Step 3: what the check found. While it runs the page asks again; a published draft leads to its batch."""
    draft = get_draft(request.user, str(draft_id))
    if draft.status == UploadDraft.Status.PUBLISHED and draft.delivery_id:
        return redirect("roster:delivery", delivery_id=draft.delivery_id)
    job = draft_job(str(draft.pk))
    line = job_line(job) if job else None
    running = line is not None and not line.over
    if request.headers.get("HX-Request") == "true":
        if not running:
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(request, "job/progress.html", {"line": line})
    context = {"draft": draft, "result": draft.result, "line": line, "running": running, **_findings(request, draft)}
    return render(request, "roster/draft.html", context)


def _findings(request: HttpRequest, draft: UploadDraft) -> dict[str, Any]:
    result = draft.result
    suggestions, evened = wizard_presenters.suggestion_lines(draft)
    twins = list_open_drafts(request.user).exclude(pk=draft.pk).filter(sender=draft.sender, as_of=draft.as_of)
    same = result.get("file_sha256") and twins.filter(result__file_sha256=result["file_sha256"]).first()
    return {
        "kind_name": presenters.kind_name(draft.kind),
        "columns": presenters.matched_columns(draft.kind, result.get("mapping", {}).get("columns", {})),
        "ignored": presenters.ignored_words(result.get("ignored", {})),
        "hidden": presenters.hidden_words(result.get("sheets", ())),
        "suggestions": suggestions,
        "certain": sum(line.certain for line in suggestions),
        "evened": evened,
        "corrections": wizard_presenters.correction_lines(
            draft.kind, result.get("corrected", ()), result.get("habits", {})
        ),
        "habits": wizard_presenters.habit_words(draft),
        "same_draft": same or None,
        "may_read_again": uploads.is_kept(draft),
    }


@require_http_methods(["GET", "POST"])
@requires(Permission.ROSTER_UPLOAD)
def columns(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Step 2, when wanted or needed: say which kind it is and which column is which, then check again."""
    draft = _undecided(request, draft_id)
    likely = draft.result.get("choices", {}).get("kind", "")
    kind = chosen_kind(request.POST.get("kind") or request.GET.get("kind", ""), draft.kind or likely)
    lines = wizard_presenters.column_lines(kind, draft, get_columns(draft))
    form = ColumnsForm(request.POST or None, kind=kind, columns=lines)
    if request.method == "POST" and form.is_valid():
        remember = form.news() if form.cleaned_data["remember"] else {}
        with transaction.atomic():
            uploads_said = {"kind": kind.id, "mapping": form.mapping(), "remember": remember}
            draft_choices.match_by_hand(draft, by=request.user, now=timezone.now(), **uploads_said)
            _check(request, draft)
        return redirect("roster:draft", draft_id=draft.pk)
    context = {
        "draft": draft,
        "form": form,
        "kind": kind,
        "kinds": load_kinds().values(),
        "missing": wizard_presenters.missing_names(kind, lines),
        "sheet_names": draft.result.get("sheet_names", []),
    }
    return render(request, "roster/columns.html", context)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def sheet(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """换工作表: read that sheet only, or all sheets of the kind."""
    draft = _undecided(request, draft_id)
    wanted = request.POST.get("sheet", "")
    if wanted and wanted not in draft.result.get("sheet_names", []):
        raise Fault("E704", where=wanted)
    with transaction.atomic():
        choose_sheet(draft=draft, sheet=wanted, by=request.user, now=timezone.now())
        _check(request, draft)
    return redirect("roster:draft", draft_id=draft.pk)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def correct(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """接受: one suggestion (``key``), or all certain ones (``all``); ``meant_<key>`` says what a word means."""
    draft = _undecided(request, draft_id)
    key = request.POST.get("key", "")
    chosen = {key: request.POST.get(f"meant_{key}", "")} if key else draft_choices.certain_suggestions(draft)
    remember = bool(request.POST.get("remember"))
    try:
        with transaction.atomic():
            draft_choices.accept(draft, chosen=chosen, remember=remember, by=request.user, now=timezone.now())
            _check(request, draft)
    except Fault as fault:
        messages.warning(request, fault.message)
    return redirect("roster:draft", draft_id=draft.pk)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def undo(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """撤销: take one accepted correction back."""
    draft = _undecided(request, draft_id)
    with transaction.atomic():
        draft_choices.undo(draft, keys=request.POST.getlist("key"), by=request.user, now=timezone.now())
        _check(request, draft)
    return redirect("roster:draft", draft_id=draft.pk)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def part(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The whole list, or a part that is used together with the one before."""
    draft = _undecided(request, draft_id)
    supplements = request.POST.get("supplements") == PART
    choose_part(draft=draft, supplements=supplements, by=request.user, now=timezone.now())
    return redirect("roster:draft", draft_id=draft.pk)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def check(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """再核对一次, after a check that was stopped or broke off."""
    draft = _undecided(request, draft_id)
    with transaction.atomic():
        check_again(draft=draft, by=request.user)
        _check(request, draft)
    return redirect("roster:draft", draft_id=draft.pk)


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def rows(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """看这些行: the rows of one kind of error, masked, page by page."""
    draft = get_draft(request.user, str(draft_id))
    problems = {one["code"]: one for one in draft.result.get("problems", ())}
    code = request.GET.get("code") or next(iter(problems), "")
    problem = problems.get(code)
    if problem is None:
        raise Fault("E704", where=code)
    found = problem_rows(draft, code)
    numbered = [{**row, "order": f"{number:07d}"} for number, row in enumerate(found)]
    page = list_page(numbered, key=lambda row: (row["order"],), query=request.GET)
    context = {"draft": draft, "problem": problem, "text": error_text(code), "page": page, "listed": len(found)}
    return render(request, "roster/draft_rows.html", context)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def publish(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """只导正确行: start the import as a job."""
    draft = _undecided(request, draft_id)
    try:
        job = start_publish(draft=draft, choice="good_rows", by=request.user, now=timezone.now())
    except Fault as fault:
        messages.warning(request, fault.message)
        job = None
    return redirect("job:page", job_id=job.pk) if job else redirect("roster:draft", draft_id=draft.pk)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def abandon(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """全部放弃: the uploaded file is removed at once, nothing was imported."""
    draft = _undecided(request, draft_id)
    try:
        give_up(draft=draft, by=request.user, now=timezone.now())
    except Fault as fault:
        messages.warning(request, fault.message)
        return redirect("roster:draft", draft_id=draft.pk)
    messages.success(request, _("已放弃“%(name)s”，上传的文件已删除，没有导入任何行") % {"name": draft.file_name})
    return redirect("roster:drafts" if list_open_drafts(request.user).exists() else "roster:center")


@require_safe
@requires(Permission.ROSTER_UPLOAD)
@in_chinese
def draft_errors_file(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The wrong rows of a draft as a workbook that can be mended and sent back."""
    draft = get_draft(request.user, str(draft_id))
    data = uploads.draft_errors(draft, by=request.user, now=timezone.now())
    return download(present(data), errors_name(draft.file_name))


def _check(request: HttpRequest, draft: UploadDraft) -> Job:
    return enqueue("check_upload", {"draft": str(draft.pk)}, by=request.user, now=timezone.now())


def _undecided(request: HttpRequest, draft_id: uuid.UUID) -> UploadDraft:
    """An own draft on which something can still be done; a decided one answers like an absent one."""
    draft = get_draft(request.user, str(draft_id))
    if draft.status in (UploadDraft.Status.PUBLISHED, UploadDraft.Status.ABANDONED):
        raise Fault("E704", where=str(draft_id))
    return draft
