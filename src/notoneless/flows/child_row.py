"""One row of a child's file as the department sent it: which file, sheet and row, what stood in each cell, how it was read.

Originals are truth: every value of a child's file leads here. Who may see the child may see the child's own rows, and
no other row of that list; numbers come masked, opening leaves a trail event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from notoneless.check.records.queries import get_last_sweep
from notoneless.common import phones, resident_id
from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.common.wording import worded
from notoneless.link.records import queries as links
from notoneless.link.records.models import Child
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.roster.core.definitions import Column, KindDefinition, load_kinds
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import list_deliveries
from notoneless.trail.actions import Action
from notoneless.trail.record import record

NUMBERS = frozenset({"id_no", "student_no", "cert_no", "digits"})


@dataclass(frozen=True)
class SourceCell:
    """One cell: its heading, what stood in it, the column it was taken for ("" when unused) and what was read."""

    heading: str
    text: str
    column: str
    read: str


@dataclass(frozen=True)
class ChildRow:
    """A row with its cells in the order of the file.

    ``step`` and ``reason`` say why it is this child's; ``list_in_sight``: whether the person may open the whole list.
    """

    child: Child
    kind: KindDefinition
    delivery: Delivery
    sheet: str
    row_no: int
    step: str
    reason: str
    cells: list[SourceCell]
    list_in_sight: bool


@transaction.atomic
def open_child_row(user: User, child_id: str, row_key: str, *, now: dt.datetime) -> ChildRow:
    """Raises E701 without the right to see children, E704 for a foreign child or a row that is not this child's."""
    check_may(user, Permission.CHILD_VIEW)
    child = links.get_child(user, child_id)
    found = next(
        (one for one in links.get_sources(get_last_sweep(child), child.pk) if one["row_key"] == row_key), None
    )
    if found is None:
        raise Fault("E704", where=row_key)
    delivery = Delivery.objects.get(pk=found["delivery_id"])
    record(
        Action.CHILD_ROW,
        by=user,
        now=now,
        object_kind="child",
        object_id=child.pk,
        place_code=child.place_code,
        delivery=delivery.pk,
        row=found["row_no"],
    )
    kind, row, sheet = load_kinds()[found["kind"]], found["row"], found["row"]["sheet"] or ""
    return ChildRow(
        child=child,
        kind=kind,
        delivery=delivery,
        sheet=sheet,
        row_no=row["row_no"],
        step=found["step"],
        reason=found["reason"],
        cells=source_cells(kind, sheet_of(delivery, sheet), row),
        list_in_sight=list_deliveries(user).filter(pk=delivery.pk).exists(),
    )


def source_cells(kind: KindDefinition, sheet: Mapping[str, Any], row: Mapping[str, Any]) -> list[SourceCell]:
    """The cells of ``row`` (``raw`` and canonical values), headed as ``sheet`` (an entry of Delivery.sheets) says.

    Lists taken in before headings were kept have numbered ones.
    """
    header, columns = sheet.get("header", []), sheet.get("mapping", {}).get("columns", {})
    by_id = {column.id: column for column in kind.columns}
    cells = []
    for position, text in enumerate(row["raw"] or ()):
        heading = header[position] if position < len(header) else worded("第{n}列", n=position + 1)
        column = by_id.get(columns.get(heading, ""))
        cells.append(
            SourceCell(heading, _text(text or "", column), column.name if column else "", _read(row, column))
        )
    return cells


def sheet_of(delivery: Delivery, name: str) -> Mapping[str, Any]:
    """The sheet of that name; of a csv, which has no sheets, the only one."""
    named = [sheet for sheet in delivery.sheets if sheet["name"] == name]
    return (named or delivery.sheets or [{}])[0]


def _text(text: str, column: Column | None) -> str:
    """The cell as sent; numbers of people shortened, also where the column was not used."""
    return redact(text) if column is None or column.type not in NUMBERS else _masked(text, column)


def _read(row: Mapping[str, Any], column: Column | None) -> str:
    """What was made of the cell: a word for a code; of a part of an address, the whole address."""
    value = None if column is None else row.get(column.into or column.id)
    if column is None or value is None:
        return ""
    if column.type in NUMBERS:
        return _masked(str(value), column)
    if column.type == "fen":
        return worded("{yuan} 元", yuan=f"{int(value) / 100:.2f}")
    return _word(str(value), column)


def _masked(number: str, column: Column) -> str:
    return phones.mask(number) if column.id.endswith("phone") else resident_id.mask(number)


def _word(value: str, column: Column) -> str:
    """The first writing that the list of codes gives for a value."""
    writings = column.writings or {}
    return next((word for word, meant in writings.items() if meant == value and word != value), value)
