"""意见建议: given from any screen, one's own with their answers, and answering."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.common.errors import Fault
from notoneless.org.models import Opinion
from notoneless.org.opinions import answer_opinion, get_opinion, give_opinion, list_opinions, list_own_opinions
from notoneless.org.permissions import Permission
from notoneless.web.help.forms import AnswerForm, OpinionForm
from notoneless.web.shell.access import requires, signed_in
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.paging import keyset_page


@require_http_methods(["GET", "POST"])
@signed_in
def give(request: HttpRequest) -> HttpResponse:
    """The form. The screen comes from the browser's own word for where the link was (the footer carries no address,
    so that two 404 pages stay equal); ``?code=`` is the code of an unknown fault.
    """
    came_from = {"page": _path(request.headers.get("Referer", "")), "fault_code": request.GET.get("code", "")[:8]}
    form = OpinionForm(request.POST or None, initial=came_from)
    if request.method == "POST" and form.is_valid():
        try:
            give_opinion(**form.cleaned_data, by=request.user, now=timezone.now())
        except Fault as fault:
            form.add_fault(fault, "text")
        else:
            messages.success(request, _("收到了，谢谢。答复会写在下面"))
            return redirect("help:mine")
    return render(request, "help/opinion.html", {"form": form})


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """What this person said, with its state and answer."""
    page = keyset_page(list_own_opinions(request.user), order=("-created_at", "-id"), query=request.GET)
    return render(request, "help/mine.html", {"page": page})


@require_safe
@requires(Permission.OPINION_ANSWER)
def everybody(request: HttpRequest) -> HttpResponse:
    """What everybody said; unanswered unless the address asks for others."""
    facet = Facet("state", _("状态"), [(value, label, None) for value, label in Opinion.State.choices])
    states = chosen(request.GET, facet) or [Opinion.State.OPEN]
    found = list_opinions(request.user).filter(state__in=states)
    page = keyset_page(found, order=("-created_at", "-id"), query=request.GET)
    return render(request, "help/opinions.html", {"page": page, "filters": filter_panel(request.GET, [facet])})


@require_http_methods(["GET", "POST"])
@requires(Permission.OPINION_ANSWER)
def answer(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """Answer one."""
    opinion = get_opinion(request.user, opinion_id)
    form = AnswerForm(request.POST or None, initial={"answer": opinion.answer})
    if request.method == "POST" and form.is_valid():
        try:
            answer_opinion(opinion=opinion, answer=form.cleaned_data["answer"], by=request.user, now=timezone.now())
        except Fault as fault:
            form.add_fault(fault, "answer")
        else:
            messages.success(request, _("已答复"))
            return redirect("help:opinions")
    return render(request, "help/answer.html", {"opinion": opinion, "form": form})


def _path(address: str) -> str:
    """The path of an address: what stands behind it may be somebody's name."""
    return urlsplit(address).path[:200]
