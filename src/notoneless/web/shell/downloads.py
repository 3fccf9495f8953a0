"""A list as a file: exactly the rows, columns and order on the screen, and a sheet that says what they are."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from notoneless.files.csv_write import write_csv
from notoneless.files.xlsx_write import Sheet, write_workbook
from notoneless.org.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
WIDTHS = {"孩子编号": 16.0, "身份证号": 22.0, "辖区": 22.0, "学校": 24.0, "理由": 60.0, "原因": 60.0, "缺口": 24.0}


@dataclass(frozen=True)
class Described:
    """What a file holds: its name, the conditions in words, as of when, who fetched it, when."""

    name: str
    conditions: Sequence[tuple[str, str]]
    as_of: dt.date | None
    by: User
    now: dt.datetime

    def lines(self, rows: int) -> list[list[str]]:
        """The sheet 导出说明."""
        made = timezone.localtime(self.now).strftime("%Y-%m-%d %H:%M")
        return [
            [_("名称"), self.name],
            *[[label, value] for label, value in self.conditions],
            [_("数据时点"), self.as_of.isoformat() if self.as_of else _("还没有摸排")],
            [_("行数"), str(rows)],
            [_("导出人"), self.by.display_name],
            [_("导出时间"), made],
            [_("脱敏"), _("身份证号只显示首尾四位；电话、住址门牌不导出")],
        ]

    @property
    def file_name(self) -> str:
        """Name, as-of day and moment of export, without a suffix."""
        day = f"_{self.as_of:%Y%m%d}" if self.as_of else ""
        return f"{self.name}{day}_{timezone.localtime(self.now):%m%d%H%M}"


def download_table(
    wanted: str, header: Sequence[str], rows: Sequence[Sequence[str]], about: Described
) -> HttpResponse:
    """The rows as csv when ``wanted`` is csv, else as a workbook whose second sheet is 导出说明."""
    with tempfile.TemporaryDirectory(dir=settings.UPLOAD_DIR) as folder:
        path = Path(folder) / "table"
        if wanted == "csv":
            write_csv(path, header, rows)
            return send_file(path.read_bytes(), f"{about.file_name}.csv", CSV)
        widths = [WIDTHS.get(title, 12.0) for title in header]
        explained = Sheet(_("导出说明"), [_("项目"), _("内容")], about.lines(len(rows)), widths=[14.0, 60.0])
        write_workbook(path, [Sheet(about.name[:31], header, rows, widths=widths), explained])
        return send_file(path.read_bytes(), f"{about.file_name}.xlsx", XLSX)


def send_file(data: bytes, name: str, content_type: str) -> HttpResponse:
    """Bytes as a download; the browser keeps no copy."""
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
