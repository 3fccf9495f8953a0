"""Workbooks as answers."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from notoneless.common.errors import Fault

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def present(data: bytes | None) -> bytes:
    """The bytes; Fault E704 when there are none."""
    if data is None:
        raise Fault("E704")
    return data


def errors_name(file_name: str) -> str:
    """What the workbook of wrong rows is called."""
    return f"{Path(file_name).stem}_错误行.xlsx"


def download(data: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under that name."""
    response = HttpResponse(data, content_type=XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
