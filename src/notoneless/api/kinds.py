"""名册种类: which lists there are, how their columns may be called, and an empty workbook to fill in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from notoneless.api.access import Scope, allow_query, speaker
from notoneless.api.documents import REFUSALS, XLSX_ANSWER
from notoneless.api.files import send_workbook
from notoneless.api.shapes import KindsShape, kind_shape
from notoneless.common.errors import Fault
from notoneless.roster.core import load_kinds, template

router = Router(tags=["名册种类"])


@router.get("kinds", response={200: KindsShape, **REFUSALS}, summary="列出名册种类")
def index(request: HttpRequest) -> dict[str, Any]:
    """全部名册种类和它们的列。任何有效的令牌都可以看。"""
    allow_query(request)
    speaker(request, Scope.READ, Scope.SEND)
    return {"items": [kind_shape(kind) for kind in load_kinds().values()]}


@router.get(
    "kinds/{kind_id}/template", response={200: None, **REFUSALS}, openapi_extra=XLSX_ANSWER, summary="下载空白模板"
)
def blank(request: HttpRequest, kind_id: str) -> HttpResponse:
    """一种名册的空白工作簿，列名写好，证件号是文本。任何有效的令牌都可以取。"""
    allow_query(request)
    speaker(request, Scope.READ, Scope.SEND)
    kind = load_kinds().get(kind_id)
    if kind is None:
        raise Fault("E704")
    with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as folder:
        path = Path(folder) / "template.xlsx"
        template(kind, path)
        return send_workbook(path.read_bytes(), f"{kind.name}_模板.xlsx")
