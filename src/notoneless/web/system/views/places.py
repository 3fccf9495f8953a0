"""组织: the register of schools and the tree of places; each can be taken out of use and back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.org.actions import switch_place, switch_school
from notoneless.org.models import Place
from notoneless.org.permissions import Permission
from notoneless.org.queries import list_all_places, list_all_schools
from notoneless.policy.places import code_range
from notoneless.roster.core import load_kinds, template
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import XLSX, send_file
from notoneless.web.shell.filters import Facet, chosen, filter_panel
from notoneless.web.shell.language import in_chinese
from notoneless.web.shell.paging import keyset_page
from notoneless.web.system import presenters
from notoneless.web.system.forms import FindForm

ON, OFF = "on", "off"


def _in_use() -> Facet:
    return Facet("state", _("状态"), [(ON, _("在用"), None), (OFF, _("停用"), None)])


@require_safe
@requires(Permission.ORG_MANAGE)
def school_list(request: HttpRequest) -> HttpResponse:
    """The schools; words are looked for in name and code."""
    stages = list_all_schools(request.user).order_by("stage").values_list("stage", flat=True).distinct()
    names = presenters.stage_names()
    facets = [Facet("stage", _("学段"), [(one, names.get(one, one), None) for one in stages if one]), _in_use()]
    found, form = list_all_schools(request.user), FindForm(request.GET)
    if wanted := chosen(request.GET, facets[0]):
        found = found.filter(stage__in=wanted)
    if wanted := chosen(request.GET, facets[1]):
        found = found.filter(is_active__in=[state == ON for state in wanted])
    if form.is_valid() and (words := form.cleaned_data["q"]):
        found = found.filter(Q(name__icontains=words) | Q(code=words))
    context = _listed(request, found, ("code",), form, facets) | {"stages": names}
    return render(request, "system/schools.html", context)


@require_safe
@requires(Permission.ORG_MANAGE)
def place_list(request: HttpRequest) -> HttpResponse:
    """The places of the installation's region, towns and above unless the address asks for villages."""
    facets = [Facet("level", _("层级"), [(value, label, None) for value, label in Place.Level.choices]), _in_use()]
    low, high = code_range(settings.REGION)
    found, form = list_all_places(request.user).filter(code__gte=low, code__lt=high), FindForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    if wanted := chosen(request.GET, facets[0]):
        found = found.filter(level__in=wanted)
    elif not words:
        found = found.exclude(level=Place.Level.VILLAGE)
    if wanted := chosen(request.GET, facets[1]):
        found = found.filter(is_active__in=[state == ON for state in wanted])
    if words:
        found = found.filter(Q(name__icontains=words) | Q(code=words))
    return render(request, "system/places.html", _listed(request, found, ("code",), form, facets))


@require_safe
@requires(Permission.ORG_MANAGE)
def templates(request: HttpRequest) -> HttpResponse:
    """Every workbook that is to be filled in, and the words of the letters that go back."""
    letters = presenters.letter_words(timezone.localdate())
    return render(request, "system/templates.html", {"kinds": load_kinds().values(), "letters": letters})


@require_safe
@requires(Permission.ORG_MANAGE)
@in_chinese
def template_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty workbook of one kind of list."""
    definition = load_kinds().get(kind)
    if definition is None:
        raise Fault("E704", where=kind)
    with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as folder:
        path = Path(folder) / "template"
        template(definition, path)
        return send_file(path.read_bytes(), f"{definition.name}_{_('模板')}.xlsx", XLSX)


@require_POST
@requires(Permission.ORG_MANAGE)
def switch_one_school(request: HttpRequest, school_code: str) -> HttpResponse:
    """停用 or 恢复 one school (``active`` is 1 or 0)."""
    school = list_all_schools(request.user).filter(code=school_code).first()
    if school is None:
        raise Fault("E704", where=school_code)
    active = request.POST.get("active") == "1"
    switch_school(school=school, active=active, by=request.user, now=timezone.now())
    messages.success(request, _switched(school.name, active))
    return redirect("system:schools")


@require_POST
@requires(Permission.ORG_MANAGE)
def switch_one_place(request: HttpRequest, place_code: str) -> HttpResponse:
    """停用 or 恢复 one place."""
    place = list_all_places(request.user).filter(code=place_code).first()
    if place is None:
        raise Fault("E704", where=place_code)
    active = request.POST.get("active") == "1"
    switch_place(place=place, active=active, by=request.user, now=timezone.now())
    messages.success(request, _switched(place.name, active))
    return redirect("system:places")


def _switched(name: str, active: bool) -> str:
    return (_("%(name)s 已恢复使用") if active else _("%(name)s 已停用，不再给新账号")) % {"name": name}


def _listed(
    request: HttpRequest, found: QuerySet[Any], order: Sequence[str], form: FindForm, facets: list[Facet]
) -> dict[str, Any]:
    return {
        "form": form,
        "filters": filter_panel(request.GET, facets),
        "kept": [(facet.param, value) for facet in facets for value in chosen(request.GET, facet)],
        "page": keyset_page(found, order=order, query=request.GET),
        "total": found.count(),
    }
