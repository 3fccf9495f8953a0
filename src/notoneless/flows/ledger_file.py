"""A ledger as a file: what is seen, and the sheet 导出说明 that says what it is. Short lists at once, long ones as a job."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, cast

from django.db.models import QuerySet
from django.utils.timezone import localtime

from notoneless.check.records.queries import get_shown_sweep
from notoneless.files.csv_write import write_csv_stream
from notoneless.files.xlsx_stream import StreamedSheet, stream_workbook
from notoneless.flows import export_files
from notoneless.flows.ledger import Ledger, list_ledger
from notoneless.flows.ledger_columns import COLUMNS, WHOLE, Column
from notoneless.flows.ledger_export import note_export, read_rows
from notoneless.link.records.models import Child
from notoneless.org.models import User
from notoneless.org.scope import looking_at

EXPLAINED = "导出说明"
FORMATS = ("xlsx", "csv")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Wanted:
    """Which rows of which ledger in which columns; ``conditions`` say the filters in words. Holds no name of anybody:
    what was typed has become ``ids``."""

    ledger: Ledger
    filters: dict[str, list[str]]
    part: tuple[str, str, str]
    columns: list[str]
    conditions: list[tuple[str, str]]
    today: dt.date
    format: str = "xlsx"
    reason: str = ""

    def children(self, user: User) -> QuerySet[Child]:
        """The rows, in the scope of the person and inside the part that was looked at."""
        return list_ledger(looking_at(user, *self.part), self.ledger, self.filters, self.today)

    @property
    def chosen(self) -> list[Column]:
        return [COLUMNS[name] for name in self.columns]

    @property
    def whole(self) -> bool:
        """Whether numbers of people are in it unmasked."""
        return bool(self.reason) and any(name in WHOLE for name in self.columns)


def write_file(
    target: IO[bytes], wanted: Wanted, *, rows: int, by: User, now: dt.datetime, progress: Progress | None = None
) -> None:
    """Write the list into a stream, row by row, and leave its event first. Raises E701, E822, E008."""
    note_export(by, wanted.ledger, rows=rows, now=now, columns=wanted.chosen, reason=wanted.reason)
    header = [column.title for column in wanted.chosen]
    cells = _told(read_rows(wanted.children(by), wanted.chosen, whole=wanted.whole), rows, progress)
    if wanted.format == "csv":
        write_csv_stream(target, header, cells)
        return
    about = StreamedSheet(EXPLAINED, ["项目", "内容"], explained(wanted, rows=rows, by=by, now=now), [14.0, 60.0])
    widths = [column.width for column in wanted.chosen]
    stream_workbook(target, [StreamedSheet(wanted.ledger.name, header, cells, widths), about])


def file_bytes(wanted: Wanted, *, rows: int, by: User, now: dt.datetime) -> bytes:
    """A short list at once."""
    stream = io.BytesIO()
    write_file(stream, wanted, rows=rows, by=by, now=now)
    return stream.getvalue()


def write_export(
    export_id: uuid.UUID, wanted: Wanted, *, by: User, now: dt.datetime, progress: Progress | None = None
) -> int:
    """A long list into the sealed file that its job names; returns the rows. Written anew when the job runs again."""
    rows = wanted.children(by).count()
    with export_files.writing(export_id) as target:
        write_file(cast("IO[bytes]", target), wanted, rows=rows, by=by, now=now, progress=progress)
    return rows


def explained(wanted: Wanted, *, rows: int, by: User, now: dt.datetime) -> list[list[str]]:
    """The lines of 导出说明: name, conditions, as of when, rows, who and when, what is masked."""
    sweep = get_shown_sweep(by)
    masked = (
        "含完整号码，用途：" + wanted.reason
        if wanted.whole
        else "身份证号只显示首尾四位，电话只显示首尾；住址门牌不导出"
    )
    return [
        ["名称", f"{wanted.ledger.name}台账"],
        *[[label, value] for label, value in wanted.conditions],
        ["数据时点", sweep.as_of.isoformat() if sweep else "还没有摸排"],
        ["个案截至", localtime(now).strftime("%Y-%m-%d %H:%M")],
        ["行数", str(rows)],
        ["列", "、".join(column.title for column in wanted.chosen)],
        ["导出人", by.display_name],
        ["导出时间", localtime(now).strftime("%Y-%m-%d %H:%M")],
        ["脱敏", masked],
    ]


def file_name(ledger: Ledger, as_of: dt.date | None, now: dt.datetime, format: str) -> str:
    """Ledger, as-of day, moment: no name of anybody."""
    day = f"_{as_of:%Y%m%d}" if as_of else ""
    return f"{ledger.name}{day}_{localtime(now):%m%d%H%M}.{format}"


def _told(rows: Iterator[list[str]], total: int, progress: Progress | None) -> Iterator[list[str]]:
    for number, row in enumerate(rows, start=1):
        if progress and number % 2000 == 0:
            progress("写出名单", number, total)
        yield row
