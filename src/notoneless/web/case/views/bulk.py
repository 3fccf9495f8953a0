"""批量派单, from the list of cases or from a ledger: choose the person, see who is left out and why, do it (many as a job)."""

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
from django.views.decorators.http import require_http_methods

from notoneless.case.records import actions
from notoneless.case.records.actions.handing_out import MOST_HANDED_OUT
from notoneless.case.records.models import Case
from notoneless.case.records.queries import Split, get_cases, list_owners_for_any, split_for_owner
from notoneless.jobs.handing_out import enqueue_handout
from notoneless.org.models import User
from notoneless.org.permissions import Permission
from notoneless.org.queries import list_workers
from notoneless.web.case import asking
from notoneless.web.case.presenters import owner_label
from notoneless.web.shell.access import requires

MANY = 100
"""More than so many become a job, and are not all written out on the page."""
SHOWN = 200
IDS_AT_ONCE = 500


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_ASSIGN)
def assign_many(request: HttpRequest) -> HttpResponse:
    """``?case=`` names cases of the list, ``?all=1`` means everything that the list ``kept`` holds."""
    kept = QueryDict(request.GET.get("kept", ""))
    back = f"{reverse('case:list')}?{kept.urlencode()}"
    if "all" in request.GET:
        rows = asking.asked_cases(request.user, kept, timezone.localdate())
        cases = list(rows.select_related("child", "owner").order_by("due_date", "id")[:MOST_HANDED_OUT])
        return hand_out_page(request, cases, rows.count() - len(cases), back)
    cases, beyond = take_cases(request.user, request.GET.getlist("case"))
    return hand_out_page(request, cases, beyond, back)


def take_cases(user: User, ids: Sequence[str]) -> tuple[list[Case], int]:
    """(the cases in sight, the soonest due first; how many ids lie beyond what can be handed out at once)."""
    ids = list(dict.fromkeys(ids))
    parts = [ids[start : start + IDS_AT_ONCE] for start in range(0, min(len(ids), MOST_HANDED_OUT), IDS_AT_ONCE)]
    found = [case for part in parts for case in get_cases(user, part)]
    return sorted(found, key=lambda case: (case.due_date, case.pk)), max(0, len(ids) - MOST_HANDED_OUT)


def hand_out_page(request: HttpRequest, cases: Sequence[Case], beyond: int, back: str) -> HttpResponse:
    """The page of 派单 for these cases, ``&owner=`` the person; POST does what the page showed, or shows it anew."""
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
        "cases": cases[:SHOWN], "number": len(cases), "beyond": beyond, "most": MOST_HANDED_OUT,
        "foreign": 0 if "all" in request.GET else len(set(request.GET.getlist("case"))) - len(cases) - beyond,
        "choices": [(str(one.pk), owner_label(one)) for one in owners], "owner": owner, "split": split,
        "left": _left(split), "taken": split.taken[:SHOWN] if split else [], "shown": SHOWN, "changed": changed,
        "digest": _digest(split.taken) if split else "", "as_job": bool(split and len(split.taken) > MANY),
        "asked": _asked_again(request, cases),
        "back_url": back,
    }  # fmt: skip
    return render(request, "case/hand_out.html", context)


def _asked_again(request: HttpRequest, cases: Sequence[Case]) -> list[tuple[str, str]]:
    """What the form for another person asks for: the same list, or those of the named cases that this person sees."""
    kept = [(key, value) for key in ("all", "kept") for value in request.GET.getlist(key)]
    return kept if "all" in request.GET else kept + [("case", case.pk) for case in cases]


def _hand_out(request: HttpRequest, taken: Sequence[Case], owner: User) -> HttpResponse:
    wanted, handout_id, now = [(case.pk, case.version) for case in taken], uuid.uuid4(), timezone.now()
    if len(wanted) > MANY:
        job = enqueue_handout(handout_id, wanted, owner, by=request.user, now=now)
        return redirect("job:page", job_id=job.pk)
    done = actions.hand_out(handout_id=handout_id, cases=wanted, owner_id=owner.pk, by=request.user, now=now)
    messages.success(request, _("已把 %(done)s 个派给 %(name)s") % {"done": done, "name": owner.display_name})
    return redirect("ledger:handout", handout_id=handout_id)


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
