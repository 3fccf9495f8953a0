"""疑似同一人复核: the queue, one pair side by side, a verdict, taking it back, 再看已判 and 判读质量."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.flows.judge import judge, take_back
from notoneless.flows.pair_list import export_pairs
from notoneless.flows.review_sheet import open_review
from notoneless.link.records.models import ReviewPair
from notoneless.link.records.queries import get_review, list_reviews
from notoneless.link.records.readings import (
    count_read_since,
    list_compared,
    list_judged,
    list_readings,
    list_waiting,
)
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.policy.pack import load_pack
from notoneless.web.review import presenters
from notoneless.web.review.forms import ANSWERS, VERDICTS, VerdictForm
from notoneless.web.review.order import ORDER, next_waiting, standing
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import Described, download_table
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.language import in_chinese
from notoneless.web.shell.paging import keyset_page

Status = ReviewPair.Status
DIFFERING_SHOWN = 50
Narrowed = tuple[QuerySet[ReviewPair], list[Facet]]


@require_safe
@requires(Permission.LINK_REVIEW)
def queue(request: HttpRequest) -> HttpResponse:
    """What this person can judge now, the likeliest first."""
    shown, facets = _narrow_waiting(request)
    page = keyset_page(shown.select_related("right_child"), order=ORDER, query=request.GET)
    first = list_waiting(request.user).order_by(*ORDER).values_list("pk", flat=True).first()
    context = _frame(request, "queue") | {
        "filters": filter_panel(request.GET, facets),
        "page": page,
        "lines": presenters.waiting_lines(page.rows),
        "first": first,
        "total": shown.count(),
    }
    return render(request, "review/queue.html", context)


@require_safe
@requires(Permission.LINK_REVIEW)
def judged(request: HttpRequest) -> HttpResponse:
    """再看已判: every pair with a verdict, who gave it, and taking it back."""
    shown, facets = _narrow_judged(request)
    rows = shown.select_related("right_child", "decided_by", "second_by")
    page = keyset_page(rows, order=("-decided_at", "id"), query=request.GET)
    context = _frame(request, "judged") | {
        "filters": filter_panel(request.GET, facets),
        "page": page,
        "lines": presenters.judged_lines(page.rows),
        "total": shown.count(),
    }
    return render(request, "review/judged.html", context)


@require_safe
@requires(Permission.LINK_REVIEW, Permission.LINK_QUALITY)
def quality(request: HttpRequest) -> HttpResponse:
    """判读质量: how far blind readers agree with the first ones; by person only for whoever may see it."""
    compared = list(list_compared(request.user).order_by("-at", "-id"))
    by_person = may(request.user, Permission.LINK_QUALITY)
    least = load_pack(settings.REGION, timezone.localdate()).value("link.blind_least")
    differing = [one for one in compared if one.against and one.verdict != one.against.verdict]
    seconds = list_readings(request.user).filter(purpose="second", undone_at=None)
    context = _frame(request, "quality") | {
        "measured": presenters.measured(compared),
        "least": least,
        "enough": len(compared) >= least,
        "names": presenters.verdict_names(),
        "table": presenters.verdict_table(compared),
        "readers": presenters.reader_lines(compared, least, None if by_person else request.user),
        "by_person": by_person,
        "differing": differing[:DIFFERING_SHOWN],
        "seconds": seconds.count(),
        "returned": seconds.filter(verdict="returned").count(),
        "may_judge": may(request.user, Permission.LINK_REVIEW),
    }
    return render(request, "review/quality.html", context)


@require_safe
@requires(Permission.LINK_REVIEW)
@in_chinese
def export(request: HttpRequest) -> HttpResponse:
    """The list as it is on the screen (``list=judged`` or what waits), as xlsx or csv."""
    with_verdicts = request.GET.get("list") == "judged"
    shown, facets = _narrow_judged(request) if with_verdicts else _narrow_waiting(request)
    name, now = _("已判的疑似同一人") if with_verdicts else _("待判的疑似同一人"), timezone.now()
    rows = shown.select_related("right_child", "decided_by", "second_by").order_by(*ORDER)
    header, cells = export_pairs(request.user, rows, name, with_verdicts=with_verdicts, now=now)
    about = Described(name, [(facet.label, _words(request, facet)) for facet in facets], None, request.user, now)
    return download_table(request.GET.get("format", ""), header, cells, about)


@require_safe
@requires(Permission.LINK_REVIEW)
def pair_page(request: HttpRequest, pair_id: str) -> HttpResponse:
    """One pair: the sentence first, the rows side by side, buttons with keys."""
    sheet = open_review(request.user, pair_id, now=timezone.now())
    pair, stand = sheet.pair, presenters.stand_of(request.user, sheet.pair)
    waiting = list_waiting(request.user)
    last = list_reviews(request.user).filter(pk=request.GET.get("last", "")).exclude(pk=pair.pk).first()
    context = _frame(request, "") | {
        "sheet": sheet,
        "pair": pair,
        "stand": stand,
        "status_kind": presenters.STATUS_KINDS[pair.status],
        "standing": standing(waiting if stand.mode in ("judge", "second") else list_judged(request.user), pair),
        "verdicts": ANSWERS if stand.mode == "second" else VERDICTS,
        "form": VerdictForm(),
        "last": presenters.just_judged(request.user, last),
        "own": presenters.just_judged(request.user, pair),
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
        judge(pair=pair, **form.cleaned_data, by=request.user, now=timezone.now())
    except Fault as fault:
        messages.error(request, fault.message)
        return redirect("review:pair", pair_id=pair.pk)
    following = next_waiting(list_waiting(request.user), pair)
    if not following:
        messages.success(request, _("已记下。等您判的都判完了，下次摸排按判定合并或拆开"))
        return redirect("review:queue")
    return redirect(f"{reverse('review:pair', args=[following])}?last={pair.pk}")


@require_POST
@requires(Permission.LINK_REVIEW)
def undo(request: HttpRequest, pair_id: str) -> HttpResponse:
    """撤销: the pair waits again; the verdict stays in the history as taken back."""
    pair = get_review(request.user, pair_id)
    try:
        take_back(pair=pair, by=request.user, now=timezone.now(), blind=bool(request.POST.get("blind")))
    except Fault as fault:
        messages.error(request, fault.message)
    else:
        messages.success(request, _("已撤销，这一对重新待判定"))
    if request.POST.get("back") == "judged":
        return redirect("review:judged")
    return redirect("review:pair", pair_id=pair.pk)


def _frame(request: HttpRequest, tab: str) -> dict[str, object]:
    """What all pages of the screen show: the tabs with their numbers, and today's work of this person."""
    user: User = request.user
    return {
        "tab": tab,
        "waiting": list_waiting(user).count(),
        "judged_total": list_judged(user).count(),
        "today": count_read_since(user, _midnight()),
        "may_export": may(user, Permission.LEDGER_EXPORT),
        "query": request.GET.urlencode(),
    }


def _narrow_waiting(request: HttpRequest) -> Narrowed:
    """What waits as the address narrows it, and the filter. What is to be read blind counts as open."""
    waiting = list_waiting(request.user)
    groups = {
        Status.OPEN.value: waiting.exclude(status=Status.SECOND),
        Status.SECOND.value: waiting.filter(status=Status.SECOND),
    }
    facet = Facet("status", _("状态"), [(key, Status(key).label, rows.count()) for key, rows in groups.items()])
    picked = chosen(request.GET, facet)
    return groups[picked[0]] if len(picked) == 1 else waiting, [facet]


def _narrow_judged(request: HttpRequest) -> Narrowed:
    """The judged pairs as the address narrows them, and the filters: the verdict, and whose it is."""
    pairs = list_judged(request.user)
    verdicts = [one for one in Status if one != Status.OPEN]
    whose = {"me": pairs.filter(decided_by=request.user), "others": pairs.exclude(decided_by=request.user)}
    facets = [
        Facet("status", _("结论"), [(one.value, one.label, pairs.filter(status=one).count()) for one in verdicts]),
        Facet(
            "who", _("谁判的"), [("me", _("我"), whose["me"].count()), ("others", _("别人"), whose["others"].count())]
        ),
    ]
    status, who = (chosen(request.GET, facet) for facet in facets)
    shown = whose[who[0]] if len(who) == 1 else pairs
    return shown.filter(status__in=status) if status else shown, facets


def _words(request: HttpRequest, facet: Facet) -> str:
    labels = {value: label for value, label, _count in facet.values}
    return "、".join(str(labels[value]) for value in chosen(request.GET, facet)) or _("全部")


def _midnight() -> dt.datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
