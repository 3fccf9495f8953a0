"""移交: hand a case to another unit, accept one or send it back; a receiver outside is written to."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.case.core.policies import find_move
from notoneless.case.core.states import State
from notoneless.case.core.units import Unit, unit_of
from notoneless.case.records import actions
from notoneless.case.records.models import Referral
from notoneless.case.records.permissions import (
    can_receive,
    can_touch,
    check_may_make,
    check_may_receive,
    check_may_withdraw,
)
from notoneless.case.records.queries import (
    get_referral,
    incoming_referrals,
    list_counties_at_work,
    list_owners_at,
    list_receivers,
    outgoing_referrals,
    rules_on,
)
from notoneless.common.errors import Fault
from notoneless.org.permissions import Permission
from notoneless.web.case import presenters, unit_presenters
from notoneless.web.case.acting import act_page, attempt, back_to, take, version
from notoneless.web.case.referral_forms import AcceptForm, AnswerForm, OutsideAnswerForm, OutsideForm, ReferForm
from notoneless.web.shell.access import requires
from notoneless.web.shell.forms import DeskForm
from notoneless.web.shell.paging import keyset_page


@require_safe
@requires(Permission.CASE_ASSIGN)
def referrals(request: HttpRequest) -> HttpResponse:
    """移交 that wait: those for this person's unit, and (``?side=out``) those of its own cases."""
    side = "out" if request.GET.get("side") == "out" else "in"
    rows = {"in": incoming_referrals(request.user), "out": outgoing_referrals(request.user)}
    found = rows[side].select_related("case__child", "asked_by")
    page = keyset_page(found, order=("asked_at", "id"), query=request.GET)
    context = {
        "side": side,
        "page": page,
        "lines": unit_presenters.referral_lines(page.rows),
        "counts": {name: some.count() for name, some in rows.items()},
    }
    return render(request, "case/referrals.html", context)


@require_safe
@requires(Permission.CASE_ASSIGN)
def referral(request: HttpRequest, referral_id: int) -> HttpResponse:
    """One hand-over: what the receiver must know before it answers; opening it is in the trail."""
    found = actions.read_referral(referral_id=referral_id, by=request.user, now=timezone.now())
    return render(request, "case/referral.html", _about(request, found))


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def accept(request: HttpRequest, referral_id: int) -> HttpResponse:
    """接收: from now on the case is this unit's."""
    found = _incoming(request, referral_id)
    form = AcceptForm(request.POST or None, owners=list_owners_at(Unit(found.to_place, found.to_school)))

    def act() -> object:
        return actions.accept_referral(referral_id=found.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("已接收，个案现在由本单位负责")):
        return back_to(found.case)
    return _answer_page(request, found, form, title=_("接收个案"), button=_("接收"))


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def send_back(request: HttpRequest, referral_id: int) -> HttpResponse:
    """退回: with a reason; the case stays where it is."""
    found = _incoming(request, referral_id)
    form = AnswerForm(request.POST or None)

    def act() -> object:
        return actions.return_referral(referral_id=found.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("已退回")):
        return redirect("case:referrals")
    return _answer_page(request, found, form, title=_("退回移交"), button=_("退回"))


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def withdraw(request: HttpRequest, referral_id: int) -> HttpResponse:
    """撤回: on the sender's side, while there is no answer."""
    found = get_referral(request.user, referral_id)
    check_may_withdraw(request.user, found)
    form = AnswerForm(request.POST or None)

    def act() -> object:
        return actions.withdraw_referral(
            referral_id=found.pk, by=request.user, now=timezone.now(), **form.cleaned_data
        )

    if attempt(request, form, act, _("移交已撤回")):
        return back_to(found.case)
    return _answer_page(request, found, form, title=_("撤回移交"), button=_("撤回"))


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def refer(request: HttpRequest, case_id: str) -> HttpResponse:
    """移交 to a unit of this installation; ``?county=`` says in which county it is."""
    case = take(request.user, case_id, Permission.CASE_ASSIGN)
    unit = unit_of(case.place_code, case.school_code)
    counties = list_counties_at_work()
    wanted = request.GET.get("county", unit.county)
    county = next((one for one in counties if one.code == wanted), None)
    if county is None:
        raise Fault("E629", given=wanted)
    form = ReferForm(request.POST or None, receivers=list_receivers(county), initial=version(case))

    def act() -> object:
        return actions.refer(case_id=case.pk, by=request.user, now=timezone.now(), **form.wanted())

    if attempt(request, form, act, _("已提出移交，等对方接收；在此之前仍由本单位负责")):
        return back_to(case)
    others = [one for one in counties if one != county]
    return act_page(
        request, case, form, title=_("移交"), button=_("提出移交"), page="refer", county=county, others=others
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def refer_outside(request: HttpRequest, case_id: str) -> HttpResponse:
    """转出，请接收方确认: the receiver has no account here."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    check_may_make(request.user, find_move("ask_receiver", State(case.state)))
    form = OutsideForm(request.POST or None, initial=version(case))

    def act() -> object:
        return actions.refer_outside(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("已转出，等接收方答复；在此之前仍由本单位负责")):
        return back_to(case)
    title = _("转出，请接收方确认")
    return act_page(request, case, form, title=title, button=_("转出"), page="refer_outside")


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def outside_answer(request: HttpRequest, case_id: str) -> HttpResponse:
    """登记接收方答复: yes leads on to the closing, no back to verifying."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    check_may_make(request.user, find_move("receiver_denies", State(case.state)))
    form = OutsideAnswerForm(request.POST or None, initial=version(case))

    def act() -> object:
        return actions.answer_outside(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("答复已登记")):
        return back_to(case)
    return act_page(request, case, form, title=_("登记接收方答复"), button=_("保存答复"))


def _incoming(request: HttpRequest, referral_id: int) -> Referral:
    """A hand-over that this person may answer. E704, E633; E632 when it has an answer."""
    found = get_referral(request.user, referral_id)
    check_may_receive(request.user, found)
    if found.answered_at:
        raise Fault("E632", where=found.case_id)
    return found


def _about(request: HttpRequest, found: Referral) -> dict[str, Any]:
    """What both sides see of a hand-over."""
    case, today = found.case, timezone.localdate()
    return {
        "referral": found,
        "line": unit_presenters.referral_lines([found])[0],
        "case": case,
        "child": case.child,
        "age": presenters.age(case.child.birth_date, today),
        "school": presenters.school_name(case),
        "gaps": presenters.gap_blocks(case, rules_on(today)),
        "visits": presenters.visit_lines(case, rules_on(today)),
        "may_receive": found.answered_at is None and can_receive(request.user, found),
        "may_see_case": can_touch(request.user, case, Permission.CASE_VIEW),
    }


def _answer_page(request: HttpRequest, found: Referral, form: DeskForm, *, title: str, button: str) -> HttpResponse:
    context = {**_about(request, found), "form": form, "title": title, "button": button}
    return render(request, "case/referral_answer.html", context)
