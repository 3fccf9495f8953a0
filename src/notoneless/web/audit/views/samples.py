"""抽样: drawn with a seed, printed on A4, checked on paper, entered one by one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.audit.records.actions import enter_result
from notoneless.audit.records.queries import get_item, get_sample, list_samples
from notoneless.check.records.queries import get_sweep, list_sweeps
from notoneless.common.errors import Fault
from notoneless.flows.audit_sample import draw
from notoneless.flows.evidence_pack import pack_sample
from notoneless.org.permissions import Permission
from notoneless.web.audit import presenters
from notoneless.web.audit.forms import ResultForm, SampleForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import send_file
from notoneless.web.shell.language import in_chinese
from notoneless.web.shell.paging import keyset_page

ZIP = "application/zip"


@require_safe
@requires(Permission.AUDIT)
def sample_list(request: HttpRequest) -> HttpResponse:
    """The samples of one's place."""
    page = keyset_page(list_samples(request.user), order=("-created_at", "id"), query=request.GET)
    return render(request, "audit/samples.html", {"page": page})


@require_http_methods(["GET", "POST"])
@requires(Permission.AUDIT)
def new(request: HttpRequest) -> HttpResponse:
    """Draw a sample."""
    form = SampleForm(request.POST or None, sweeps=list(list_sweeps(request.user)[:24]))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            sample = draw(
                subject=data["subject"], seed=data["seed"], size=data["size"], check_id=data["check_id"],
                sweep=get_sweep(request.user, data["sweep"]) if data["sweep"] else None,
                by=request.user, now=timezone.now(),
            )  # fmt: skip
        except Fault as fault:
            form.take(fault)
        else:
            return redirect("audit:sample", sample_id=sample.pk)
    return render(request, "audit/sample_new.html", {"form": form})


@require_safe
@requires(Permission.AUDIT)
def page(request: HttpRequest, sample_id: str) -> HttpResponse:
    """One sample: its seed, its members, what was entered."""
    return render(request, "audit/sample.html", _context(request, sample_id) | {"result_form": ResultForm()})


@require_safe
@requires(Permission.AUDIT)
def sheet(request: HttpRequest, sample_id: str) -> HttpResponse:
    """The A4 sheet to take along."""
    return render(request, "audit/sample_sheet.html", _context(request, sample_id))


@require_POST
@requires(Permission.AUDIT)
def enter(request: HttpRequest, sample_id: str, number: int) -> HttpResponse:
    """Enter what the paper said of one item."""
    get_item(request.user, sample_id, number)
    try:
        item = enter_result(
            sample_id=sample_id, number=number, outcome=request.POST.get("outcome", ""),
            note=request.POST.get("note", ""), by=request.user, now=timezone.now(),
        )  # fmt: skip
    except Fault as fault:
        if fault.code == "E704":
            raise
        messages.warning(request, _("第 %(n)s 件：%(what)s") % {"n": number, "what": fault.message})
    else:
        messages.success(
            request, _("第 %(n)s 件：已登记“%(what)s”") % {"n": number, "what": item.get_outcome_display()}
        )
    return redirect(f"/audit/sample/{sample_id}/#n{number}")


@require_POST
@requires(Permission.AUDIT)
@in_chinese
def pack(request: HttpRequest, sample_id: str) -> HttpResponse:
    """The sample as an evidence pack; a post, for it is an act that the trail keeps."""
    name, data = pack_sample(request.user, sample_id, now=timezone.now())
    return send_file(data, name, ZIP)


def _context(request: HttpRequest, sample_id: str) -> dict[str, object]:
    sample = get_sample(request.user, sample_id)
    items = list(sample.items.select_related("entered_by"))
    return {
        "sample": sample,
        "check_name": presenters.check_name(sample),
        "lines": presenters.item_lines(items),
        "tally": presenters.tally(items),
    }
