"""留痕: what was done and who looked, as sentences; and whether the chain is whole."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from notoneless.common.errors import Fault
from notoneless.org.events import list_events, note_trail_read
from notoneless.org.permissions import Permission
from notoneless.org.queries import role_names
from notoneless.trail.chain import parse_line, verify_chain
from notoneless.web.shell.access import requires
from notoneless.web.shell.filters import chosen, filter_panel
from notoneless.web.shell.paging import keyset_page
from notoneless.web.trail.forms import ChainForm, EventFilter
from notoneless.web.trail.presenters import event_lines, group_facet, narrowed


@require_safe
@requires(Permission.TRAIL_VIEW)
def event_list(request: HttpRequest) -> HttpResponse:
    """Events of one's place, newest first; the filters are the address, also for “who saw this child”."""
    form, facet = EventFilter(request.GET), group_facet()
    asked = form.cleaned_data if form.is_valid() else {}
    events = narrowed(list_events(request.user), asked, chosen(request.GET, facet))
    page = keyset_page(events, order=("-id",), query=request.GET)
    note_trail_read(by=request.user, now=timezone.now())
    context = {
        "form": form,
        "filters": filter_panel(request.GET, [facet]),
        "kinds": chosen(request.GET, facet),
        "page": page,
        "lines": event_lines(page.rows, role_names()),
        "object_id": asked.get("object_id", ""),
    }
    return render(request, "trail/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.TRAIL_VIEW)
def chain(request: HttpRequest) -> HttpResponse:
    """Read the whole chain and hold it against its hashes and the checkpoints given by hand."""
    form, report = ChainForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        lines = [line for line in form.cleaned_data["lines"].splitlines() if line.strip()]
        try:
            report = verify_chain([parse_line(line) for line in lines])
        except Fault as fault:
            form.add_fault(fault, "lines")
    return render(request, "trail/chain.html", {"form": form, "report": report})
