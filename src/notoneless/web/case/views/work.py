"""What people do about a case: who owns it, visits, papers, how the child is taught."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.case.core.outcomes import RETURNED, Outcome, Rules
from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.case.records.queries import get_evidence, list_possible_owners, rules_on
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.permissions import Permission
from notoneless.web.case import presenters
from notoneless.web.case.acting import act_page, attempt, back_to, take, take_gap, version
from notoneless.web.case.forms import EvidenceForm, OwnerForm, PlacementForm, VisitForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import send_file

CONTENT_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def assign(request: HttpRequest, case_id: str) -> HttpResponse:
    """派责任人, or another one."""
    case = take(request.user, case_id, Permission.CASE_ASSIGN)
    owners = list_possible_owners(request.user, case)
    form = OwnerForm(request.POST or None, owners=owners, initial={**version(case), "owner_id": case.owner_id})

    def act() -> object:
        return actions.assign(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("已派给责任人")):
        return back_to(case)
    title = _("改责任人") if case.owner else _("派责任人")
    return act_page(request, case, form, title=title, button=_("派给他"), page="assign")


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def visit(request: HttpRequest, case_id: str, corrects_id: int | None = None) -> HttpResponse:
    """记一次走访; a wrong record is not changed but followed by another that corrects it."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    now = timezone.now()
    lines = presenters.visit_lines(case, rules_on(timezone.localdate()))
    corrected = next((line for line in lines if line.visit.pk == corrects_id), None)
    if corrects_id is not None and corrected is None:
        raise Fault("E704", where=Wording("走访"))
    rules = rules_on(timezone.localdate(now))
    form = VisitForm(request.POST or None, rules=rules, initial=VisitForm.blank(request.user, now, rules))

    def act() -> object:
        return actions.record_visit(
            case_id=case.pk, report=form.report(), corrects_id=corrects_id, by=request.user, now=timezone.now()
        )

    if attempt(request, form, act, _("走访已记下")):
        return back_to(case, "visits")
    title = _("更正第 %(n)s 次走访") if corrected else _("记第 %(n)s 次走访")
    number = corrected.n if corrected else len(lines) + 1
    return act_page(
        request, case, form, title=title % {"n": number}, button=_("保存走访"), page="visit", corrected=corrected
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def evidence(request: HttpRequest, case_id: str) -> HttpResponse:
    """登记佐证. The address may say what it is for: ``outcome`` limits the kinds and leads on to the step it carries."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    gap_id = request.GET.get("gap") or None
    if gap_id is not None:
        take_gap(request.user, case_id, gap_id, Permission.CASE_WORK)
    rules = rules_on(timezone.localdate())
    outcome = rules.outcomes.get(request.GET.get("outcome", ""))
    kinds = presenters.known_names(rules.evidence_kinds, outcome.evidence if outcome else rules.evidence_kinds)
    form = EvidenceForm(request.POST or None, request.FILES or None, kinds=kinds)

    def act() -> object:
        return actions.add_evidence(
            case_id=case.pk, gap_id=gap_id, by=request.user, now=timezone.now(), **form.paper()
        )

    if attempt(request, form, act, _("佐证已登记")):
        return _onward(case, outcome, gap_id)
    return act_page(
        request, case, form, title=_("登记佐证"), button=_("保存佐证"), page="evidence",
        outcome=outcome, accepted=_accepted(outcome, rules),
    )  # fmt: skip


@require_safe
@requires(Permission.CASE_VIEW)
def evidence_file(request: HttpRequest, case_id: str, evidence_id: uuid.UUID) -> HttpResponse:
    """The scan of one paper, opened and traced."""
    if get_evidence(request.user, evidence_id).case_id != case_id:
        raise Fault("E704", where=Wording("佐证"))
    paper, content = actions.open_evidence_file(evidence_id=evidence_id, by=request.user, now=timezone.now())
    return send_file(content, paper.file_name, CONTENT_TYPES[paper.file_type])


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def placement(request: HttpRequest, case_id: str) -> HttpResponse:
    """登记安置."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    initial = {**version(case), "from_date": timezone.localdate(), "school_code": case.school_code}
    kinds = rules_on(timezone.localdate()).placements
    form = PlacementForm(request.POST or None, kinds=kinds, initial=initial)

    def act() -> object:
        return actions.set_placement(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("安置已登记")):
        return back_to(case, "placements")
    return act_page(request, case, form, title=_("登记安置"), button=_("保存安置"))


def _accepted(outcome: Outcome | None, rules: Rules) -> str:
    return presenters.accepted_names(outcome, rules) if outcome else ""


def _onward(case: Case, outcome: Outcome | None, gap_id: str | None) -> HttpResponse:
    """Back to the page that sent the person here for a paper."""
    if outcome is None:
        return back_to(case, "papers")
    if outcome.id == RETURNED and not case.returned_date:
        return redirect("case:return", case_id=case.pk)
    page = reverse("case:close_gap", args=[case.pk, gap_id]) if gap_id else reverse("case:closing", args=[case.pk])
    return redirect(f"{page}?{urlencode({'outcome': outcome.id})}")
