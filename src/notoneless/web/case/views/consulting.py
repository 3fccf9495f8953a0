"""会商: put a question to several bodies, then write down what they decided."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notoneless.case.records import actions
from notoneless.case.records.models import Gap
from notoneless.case.records.queries import get_consultation, rules_on
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.permissions import Permission
from notoneless.web.case import presenters
from notoneless.web.case.acting import act_page, attempt, back_to, take
from notoneless.web.case.consultation_forms import ConsultationForm, DecisionRecordForm
from notoneless.web.shell.access import requires


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def ask(request: HttpRequest, case_id: str) -> HttpResponse:
    """提请会商."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    today = timezone.localdate()
    rules = rules_on(today)
    initial = {"bodies": rules.bodies_of(request.user.role), "meet_date": today}
    form = ConsultationForm(request.POST or None, rules=rules, initial=initial)

    def act() -> object:
        return actions.ask_consultation(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("已提请会商")):
        return back_to(case, "consultations")
    return act_page(request, case, form, title=_("提请会商"), button=_("提请会商"), page="consultation")


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def decide(request: HttpRequest, case_id: str, consultation_id: int) -> HttpResponse:
    """登记会商决定, once, with the measures that follow."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    asked = get_consultation(request.user, consultation_id)
    if asked.case_id != case.pk:
        raise Fault("E704", where=Wording("会商"))
    if asked.recorded_at:
        raise Fault("E636", where=case.pk)
    gaps = case.gaps.filter(state=Gap.State.OPEN).order_by("-severity", "opened_at")
    choices = [(str(gap.pk), f"{presenters.check_name(gap.check_id)}：{gap.reason}") for gap in gaps]
    initial = {"decided_date": min(asked.meet_date, timezone.localdate())}
    form = DecisionRecordForm(request.POST or None, gaps=choices, initial=initial)

    def act() -> object:
        return actions.record_decision(consultation_id=asked.pk, by=request.user, now=timezone.now(), **form.said())

    if attempt(request, form, act, _("会商决定已登记")):
        return back_to(case, "consultations")
    bodies = rules_on(asked.meet_date).body_names(asked.bodies)
    return act_page(
        request, case, form, title=_("登记会商决定"), button=_("保存决定"), page="consultation_decision",
        asked=asked, bodies=bodies,
    )  # fmt: skip
