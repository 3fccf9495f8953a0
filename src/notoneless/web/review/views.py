"""疑似同一人复核: the queue, one pair side by side, a verdict, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.flows.review_sheet import open_review
from notoneless.link.records.actions import decide_pair, undo_pair
from notoneless.link.records.models import ReviewPair
from notoneless.link.records.queries import get_review, list_reviews
from notoneless.org.permissions import Permission
from notoneless.policy.places import town_of
from notoneless.roster.core import load_kinds
from notoneless.web.review.forms import VERDICTS, VerdictForm
from notoneless.web.review.order import ORDER, next_open, standing
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.paging import keyset_page

STATUS_KINDS = {"open": "todo", "same": "done", "different": "done", "unsure": "warn"}


@require_safe
@requires(Permission.LINK_REVIEW)
def queue(request: HttpRequest) -> HttpResponse:
    """All pairs in sight; without a filter those that wait, with one also those already judged (再看已判)."""
    pairs = list_reviews(request.user)
    counts = {value: pairs.filter(status=value).count() for value, _label in ReviewPair.Status.choices}
    facet = Facet("status", _("状态"), [(value, label, counts[value]) for value, label in ReviewPair.Status.choices])
    shown = pairs.filter(status__in=chosen(request.GET, facet) or [ReviewPair.Status.OPEN])
    page = keyset_page(shown.select_related("right_child", "decided_by"), order=ORDER, query=request.GET)
    first = pairs.filter(status=ReviewPair.Status.OPEN).order_by(*ORDER).values_list("pk", flat=True).first()
    lines = [
        {
            "pair": pair,
            "kind": load_kinds()[pair.left_kind].name,
            "town": town_of(pair.place_code),
            "status_kind": STATUS_KINDS[pair.status],
        }
        for pair in page.rows
    ]
    context = {
        "filters": filter_panel(request.GET, [facet]),
        "page": page,
        "lines": lines,
        "first": first,
        "waiting": counts[ReviewPair.Status.OPEN],
        "total": shown.count(),
    }
    return render(request, "review/queue.html", context)


@require_safe
@requires(Permission.LINK_REVIEW)
def pair_page(request: HttpRequest, pair_id: str) -> HttpResponse:
    """One pair: the sentence first, the rows side by side, three buttons with keys."""
    sheet = open_review(request.user, pair_id, now=timezone.now())
    pairs = list_reviews(request.user)
    pair = sheet.pair
    last = pairs.exclude(status=ReviewPair.Status.OPEN).filter(pk=request.GET.get("last", "")).first()
    context = {
        "sheet": sheet,
        "pair": pair,
        "status_kind": STATUS_KINDS[pair.status],
        "standing": standing(pairs.filter(status=pair.status), pair),
        "verdicts": VERDICTS,
        "form": VerdictForm(),
        "last": last,
        "undo": last or (pair if pair.status != ReviewPair.Status.OPEN else None),
    }
    return render(request, "review/pair.html", context)


@require_POST
@requires(Permission.LINK_REVIEW)
def decide(request: HttpRequest, pair_id: str) -> HttpResponse:
    """Record the verdict and go on to the next pair that waits; the page there offers to take this one back."""
    pair = get_review(request.user, pair_id)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        raise Fault("E433", where=pair.pk)
    try:
        decide_pair(pair=pair, **form.cleaned_data, by=request.user, now=timezone.now())
    except Fault as fault:
        messages.error(request, fault.message)
        return redirect("review:pair", pair_id=pair.pk)
    following = next_open(list_reviews(request.user), pair)
    if not following:
        messages.success(request, _("已记下。待判定的都判完了，下次摸排按判定合并或拆开"))
        return redirect("review:queue")
    return redirect(f"{reverse('review:pair', args=[following])}?last={pair.pk}")


@require_POST
@requires(Permission.LINK_REVIEW)
def undo(request: HttpRequest, pair_id: str) -> HttpResponse:
    """撤销: the pair waits again; the verdict stays in the history as taken back."""
    pair = get_review(request.user, pair_id)
    try:
        undo_pair(pair=pair, reason=_("复核时撤销"), by=request.user, now=timezone.now())
    except Fault as fault:
        messages.error(request, fault.message)
    else:
        messages.success(request, _("已撤销，这一对重新待判定"))
    return redirect("review:pair", pair_id=pair.pk)
