"""送达习惯: what senders' lists mean, as people said it once; each can be forgotten."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.org.permissions import Permission
from notoneless.roster.records.actions import forget_habit
from notoneless.roster.records.queries import get_habit, list_habits
from notoneless.web.roster.wizard_presenters import habit_lines
from notoneless.web.shell.access import requires
from notoneless.web.shell.paging import keyset_page


@require_safe
@requires(Permission.ROSTER_UPLOAD)
def habits(request: HttpRequest) -> HttpResponse:
    """Sender by sender; ``?sender=`` shows those of one."""
    found = list_habits(request.user)
    sender = request.GET.get("sender", "")
    if sender:
        found = found.filter(sender=sender)
    page = keyset_page(found, order=("sender", "kind", "sort", "column", "written", "id"), query=request.GET)
    context = {"page": page, "lines": habit_lines(page.rows), "sender": sender}
    return render(request, "roster/habits.html", context)


@require_POST
@requires(Permission.ROSTER_UPLOAD)
def forget(request: HttpRequest, habit_id: int) -> HttpResponse:
    """不再沿用: the next list of this sender is read without it; lists that are in stay as they are."""
    habit = get_habit(request.user, habit_id)
    forget_habit(habit=habit, by=request.user, now=timezone.now())
    messages.success(request, _("“%(sender)s”下一份名册起不再这样读") % {"sender": habit.sender})
    return redirect("roster:habits")
