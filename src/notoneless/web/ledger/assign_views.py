"""批量派单 from a ledger: choose the person, see who is left out and why, do it (many as a job), take it back."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.case.records import actions
from notoneless.case.records.actions.handing_out import MOST_HANDED_OUT, standing
from notoneless.case.records.models import Case, Handout
from notoneless.case.records.queries import Split, get_cases, list_owners_for_any, split_for_owner
from notoneless.common.errors import Fault
from notoneless.flows.ledger_counts import case_rows
from notoneless.jobs.handing_out import enqueue_handout
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.org.queries import list_workers
from notoneless.web.case.presenters import owner_label
from notoneless.web.ledger.asking import read_query
from notoneless.web.shell.access import requires

MANY = 100
"""More than so many become a job, and are not all written out on the page."""
SHOWN = 200
IDS_AT_ONCE = 500


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def assign(request: HttpRequest, name: str) -> HttpResponse:
    """``?case=`` names cases of the page, ``?all=1`` means everything that the list ``kept`` holds."""
    kept = QueryDict(request.GET.get("kept", ""))
    cases, beyond = _chosen(request, name, kept)
    back = f"{reverse('ledger:page', args=[name])}?{kept.urlencode()}"
    if not cases:
        messages.warning(request, _("还没有勾选孩子；没有个案的孩子不能派"))
        return redirect(back)
    owners = _owners(request.user, cases)
    owner = next((one for one in owners if str(one.pk) == request.GET.get("owner", "")), None)
    split = split_for_owner(cases, owner) if owner else None
    changed = False
    if request.method == "POST" and owner and split and split.taken:
        if request.POST.get("shown") == _digest(split.taken):
            return _hand_out(request, split.taken, owner)
        changed = True
    context = {
        "name": name, "cases": cases[:SHOWN], "number": len(cases), "beyond": beyond, "most": MOST_HANDED_OUT,
        "choices": [(str(one.pk), owner_label(one)) for one in owners], "owner": owner, "split": split,
        "left": _left(split), "taken": split.taken[:SHOWN] if split else [], "shown": SHOWN, "changed": changed,
        "digest": _digest(split.taken) if split else "", "as_job": bool(split and len(split.taken) > MANY),
        "asked": [(key, value) for key in ("all", "kept", "case") for value in request.GET.getlist(key)],
        "back_url": back,
    }  # fmt: skip
    return render(request, "ledger/assign.html", context)


@require_safe
@requires(Permission.CASE_ASSIGN)
def handout(request: HttpRequest, handout_id: uuid.UUID) -> HttpResponse:
    """One's own handout: its cases, and which of them could be taken back now."""
    found = _own(request.user, handout_id)
    lines = standing(found, request.user)
    context = {
        "handout": found,
        "free": [line for line, why in lines if not why],
        "stay": [(line, why) for line, why in lines if why][:SHOWN],
        "staying": sum(1 for _line, why in lines if why),
        "undone": found.lines.filter(undone=True).count(),
        "shown": SHOWN,
    }
    return render(request, "ledger/handout.html", context)


@require_POST
@requires(Permission.CASE_ASSIGN)
def take_back(request: HttpRequest, handout_id: uuid.UUID) -> HttpResponse:
    """撤销这次派单."""
    found = _own(request.user, handout_id)
    try:
        done = actions.take_back(handout_id=found.pk, by=request.user, now=timezone.now())
    except Fault as fault:
        messages.warning(request, fault.message)
    else:
        messages.success(request, _("已撤销 %(done)s 个，责任人恢复原样") % {"done": done})
    return redirect("ledger:handout", handout_id=found.pk)


def _hand_out(request: HttpRequest, taken: Sequence[Case], owner: User) -> HttpResponse:
    wanted, handout_id, now = [(case.pk, case.version) for case in taken], uuid.uuid4(), timezone.now()
    if len(wanted) > MANY:
        job = enqueue_handout(handout_id, wanted, owner, by=request.user, now=now)
        return redirect("job:page", job_id=job.pk)
    done = actions.hand_out(handout_id=handout_id, cases=wanted, owner_id=owner.pk, by=request.user, now=now)
    messages.success(request, _("已把 %(done)s 个派给 %(name)s") % {"done": done, "name": owner.display_name})
    return redirect("ledger:handout", handout_id=handout_id)


def _chosen(request: HttpRequest, name: str, kept: QueryDict) -> tuple[list[Case], int]:
    """(the cases, the soonest due first; how many lie beyond what can be handed out at once)."""
    if "all" in request.GET:
        asked = read_query(request, name, kept)
        ids = case_rows(asked.user, asked.ledger, asked.filters, asked.today)["case"].to_pylist()
    else:
        ids = list(dict.fromkeys(request.GET.getlist("case")))
    parts = [ids[start : start + IDS_AT_ONCE] for start in range(0, min(len(ids), MOST_HANDED_OUT), IDS_AT_ONCE)]
    found = [case for part in parts for case in get_cases(request.user, part)]
    return sorted(found, key=lambda case: (case.due_date, case.pk)), max(0, len(ids) - MOST_HANDED_OUT)


def _owners(user: User, cases: Sequence[Case]) -> list[User]:
    """Who could take at least one of them; for very many, everybody in reach but the teachers of all their schools."""
    if len(cases) <= MANY:
        return list_owners_for_any(user, cases)
    return list(list_workers(user).exclude(role="teacher"))


def _digest(cases: Sequence[Case]) -> str:
    """What the page showed: if anything of it has changed by the time it is sent, it is shown again."""
    return hashlib.sha256(" ".join(f"{case.pk}:{case.version}" for case in cases).encode()).hexdigest()[:16]


def _left(split: Split | None) -> list[tuple[str, int, list[Case]]]:
    """Reason → how many are left out for it, and the first of them."""
    reasons: dict[str, list[Case]] = {}
    for case, why in split.left if split else []:
        reasons.setdefault(why, []).append(case)
    return [(why, len(cases), cases[:SHOWN]) for why, cases in reasons.items()]


def _own(user: User, handout_id: uuid.UUID) -> Handout:
    found = Handout.objects.filter(pk=handout_id, by=user).select_related("owner", "by", "undone_by").first()
    if found is None:
        raise Fault("E704", where="派单")
    return found
