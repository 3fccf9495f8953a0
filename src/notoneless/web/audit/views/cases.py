"""取证: one case as the trail tells it, evidence packs, and who saw a child."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.flows.evidence_pack import open_case, pack_case, verify_pack
from notoneless.flows.who_saw import who_saw
from notoneless.org.permissions import Permission
from notoneless.org.queries import role_names
from notoneless.trail.sentence import sentence
from notoneless.web.audit.forms import CaseForm, ChildForm, PackForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import send_file
from notoneless.web.shell.language import in_chinese

ZIP = "application/zip"


@require_safe
@requires(Permission.AUDIT)
def find(request: HttpRequest) -> HttpResponse:
    """From a case's number to its page."""
    form = CaseForm(request.GET or None)
    if form.is_valid():
        return redirect("audit:case", audited_case=form.cleaned_data["case"].strip())
    return render(request, "audit/case_find.html", {"form": form})


@require_safe
@requires(Permission.AUDIT)
def page(request: HttpRequest, audited_case: str) -> HttpResponse:
    """One case, masked: gaps, closings, and every act about it from the trail."""
    case, facts, events = open_case(request.user, audited_case, now=timezone.now())
    roles = role_names()
    lines = [(event, sentence(event, roles)) for event in reversed(events)]
    return render(request, "audit/case.html", {"case": case, "facts": facts, "lines": lines})


@require_POST
@requires(Permission.AUDIT)
@in_chinese
def pack(request: HttpRequest, audited_case: str) -> HttpResponse:
    """The case as an evidence pack."""
    name, data = pack_case(request.user, audited_case, now=timezone.now())
    return send_file(data, name, ZIP)


@require_http_methods(["GET", "POST"])
@requires(Permission.AUDIT)
def verify(request: HttpRequest) -> HttpResponse:
    """Hold a pack against itself and against what is stored here."""
    form, report = PackForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = verify_pack(request.user, file.read(), str(file.name))
        except Fault as fault:
            form.add_fault(fault, "file")
    return render(request, "audit/pack.html", {"form": form, "report": report})


@require_safe
@requires(Permission.AUDIT)
def who(request: HttpRequest) -> HttpResponse:
    """谁看过这个孩子: ``?child=`` names the child by number."""
    form, found = ChildForm(request.GET or None), None
    if form.is_valid() and (child := form.cleaned_data["child"].strip()):
        try:
            found = who_saw(request.user, child, now=timezone.now())
        except Fault as fault:
            form.add_fault(fault, "child")
    roles = role_names()
    context = {
        "form": form,
        "found": found,
        "lines": [(event, sentence(event, roles)) for event in found.events] if found else [],
        "exports": [(event, sentence(event, roles)) for event in found.exports] if found else [],
    }
    return render(request, "audit/who.html", context)
