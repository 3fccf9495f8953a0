"""账号表: many accounts from a workbook, looked at row by row before any is made."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notoneless.common.errors import Fault
from notoneless.files.xlsx_write import Sheet, write_workbook
from notoneless.org.permissions import Permission
from notoneless.org.roles import ROLES
from notoneless.org.staff_list import COLUMNS, StaffRow, check_staff, create_staff, read_staff
from notoneless.web.shell.access import requires
from notoneless.web.shell.downloads import XLSX, send_file
from notoneless.web.shell.language import in_chinese
from notoneless.web.system.forms import StaffConfirmForm, StaffListForm

EXAMPLES = (
    ("lishi", "李老师", "教师", "", "岸堤镇中心小学", ""),
    ("wangjb", "王经办", "县局经办", "沂南县", "", ""),
    ("canlian", "周联系", "部门联系人", "沂南县", "", "县残疾人联合会"),
)


@require_safe
@requires(Permission.ORG_MANAGE)
@in_chinese
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in, with the roles to pick from and examples on a second sheet."""
    header, roles = list(COLUMNS.values()), [role.name for role in ROLES.values()]
    blank = Sheet(_("账号"), header, [], widths=[16, 12, 14, 20, 26, 24], choices={header.index("角色"): roles})
    shown = Sheet(_("例子"), header, EXAMPLES, widths=[16, 12, 14, 20, 26, 24])
    with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as folder:
        path = Path(folder) / "template"
        write_workbook(path, [blank, shown])
        return send_file(path.read_bytes(), _("账号表模板.xlsx"), XLSX)


@require_http_methods(["GET", "POST"])
@requires(Permission.ORG_MANAGE)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose the workbook; the answer shows what each row would become."""
    form = StaffListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = read_staff(file.read(), str(file.name), timezone.now())
        except Fault as fault:
            form.add_fault(fault, "file")
        else:
            return _preview(request, rows)
    return render(request, "system/staff_upload.html", {"form": form})


@require_POST
@requires(Permission.ORG_MANAGE)
def confirm(request: HttpRequest) -> HttpResponse:
    """Make the accounts of the good rows; their one-time passwords are shown on this answer and nowhere else."""
    form = StaffConfirmForm(request.POST)
    rows = check_staff(_given(form.cleaned_data["rows"]), timezone.now()) if form.is_valid() else []
    if not any(row.user for row in rows):
        return _preview(request, rows) if rows else redirect("system:staff_upload")
    made = create_staff(rows=rows, reason=form.cleaned_data["reason"], by=request.user, now=timezone.now())
    return render(request, "system/passwords.html", {"made": made, "is_new": True})


def _preview(request: HttpRequest, rows: list[StaffRow]) -> HttpResponse:
    good = [row for row in rows if row.user]
    carried = json.dumps([row.to_dict() for row in good], ensure_ascii=False)
    context = {
        "rows": rows,
        "good": len(good),
        "wrong": len(rows) - len(good),
        "form": StaffConfirmForm(initial={"rows": carried}),
    }
    return render(request, "system/staff_preview.html", context)


def _given(text: str) -> list[StaffRow]:
    """The rows of the form; anything that is not of their shape counts as no rows."""
    try:
        listed: list[dict[str, Any]] = json.loads(text)
        return [
            StaffRow(int(one["number"]), {name: str(one["fields"].get(name, "")) for name in COLUMNS})
            for one in listed
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []
