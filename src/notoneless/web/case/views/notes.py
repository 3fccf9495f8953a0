"""保密记录: written sealed, opened for one look by those who may, after a reason."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from notoneless.case.records import actions
from notoneless.case.records.queries import get_case, get_note, list_possible_readers, note_kinds
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.permissions import Permission
from notoneless.web.case.acting import act_page, attempt, back_to, take
from notoneless.web.case.note_forms import NoteForm, NoteReasonForm
from notoneless.web.shell.access import requires


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_WORK)
def write(request: HttpRequest, case_id: str) -> HttpResponse:
    """写保密记录."""
    case = take(request.user, case_id, Permission.CASE_WORK)
    kinds = note_kinds(timezone.localdate())
    people = [one for one in list_possible_readers(case) if one.pk != request.user.pk]
    form = NoteForm(request.POST or None, kinds=kinds, people=people)

    def act() -> object:
        return actions.add_note(case_id=case.pk, by=request.user, now=timezone.now(), **form.cleaned_data)

    if attempt(request, form, act, _("保密记录已加密保存")):
        return back_to(case, "notes")
    return act_page(request, case, form, title=_("写保密记录"), button=_("加密保存"), page="note")


@require_http_methods(["GET", "POST"])
@requires(Permission.CASE_VIEW)
def read(request: HttpRequest, case_id: str, note_id: uuid.UUID) -> HttpResponse:
    """看保密记录: asks why; the answer to the form is the only page that ever holds the text."""
    case = get_case(request.user, case_id)
    today = timezone.localdate()
    if get_note(request.user, note_id, today).case_id != case.pk:
        raise Fault("E704", where=Wording("保密记录"))
    form, opened = NoteReasonForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        opened = actions.read_note(note_id=note_id, by=request.user, now=timezone.now(), **form.cleaned_data)
    kind = note_kinds(today).get(opened.kind) if opened else None
    return act_page(
        request, case, form, title=_("看保密记录"), button=_("查看"), page="note_read", opened=opened, kind=kind
    )
