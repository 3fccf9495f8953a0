"""追数字: from a figure of a sweep to its rows, to one row of a list, to what stood in each cell — all of it masked.

An auditor sees no whole name and no whole number, and every look is in the trail under the child's id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from notoneless.check.core import CheckDefinition
from notoneless.check.records.models import Sweep
from notoneless.common import names, resident_id
from notoneless.common.errors import Fault
from notoneless.common.redact import redact
from notoneless.common.wording import Wording
from notoneless.flows.check_rows import RowFilter, persons_in_scope, rows_in_scope
from notoneless.flows.child_row import SourceCell, sheet_of, source_cells
from notoneless.link.records import queries as links
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.roster.core.definitions import KindDefinition, load_kinds
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import COLLECTION as DELIVERIES
from notoneless.trail.actions import Action
from notoneless.trail.record import record

HIDDEN = Wording("（不显示）")
SHOWN_TYPES = frozenset({"code", "flag", "grade", "class_no", "month", "term", "place_code", "fen", "date"})
"""Cells of these types tell nobody's name, address or number."""
SHOWN_TEXTS = frozenset({"school_name", "school_code", "relation", "guardian_relation"})


@dataclass(frozen=True)
class AuditedRow:
    """One row of a list with its origin: file hash as it was sent, hash of the stored rows, cells masked."""

    kind: KindDefinition
    delivery: Delivery
    row_no: int
    sheet: str
    row_key: str
    step: str
    reason: str
    rows_sha256: str
    cells: list[SourceCell]


@dataclass(frozen=True)
class AuditedChild:
    """One child of one sweep, masked, with the rows that make it up."""

    child_id: str
    name: str
    id_no: str
    place_code: str
    school: str
    rows: list[AuditedRow]


@transaction.atomic
def open_rows(user: User, sweep: Sweep, check: CheckDefinition, chosen: RowFilter, *, now: dt.datetime) -> pa.Table:
    """The rows behind a figure: child, place, state, reason; names masked, no number. Raises E701."""
    check_may(user, Permission.AUDIT)
    rows = rows_in_scope(user, sweep, check.id, chosen)
    record(
        Action.AUDIT_LIST, by=user, now=now, object_kind="sweep", object_id=sweep.pk, place_code=user.place_code,
        check=check.name, rows=rows.num_rows,
    )  # fmt: skip
    return rows


def masked_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of `open_rows` as an auditor sees it."""
    return {
        "child_id": row["child_id"],
        "name": names.mask_name(row["name"] or ""),
        "place_code": row["place_code"],
        "school": row["school_name"] or "",
        "state": row["state"],
        "reason": redact(row["reason"] or ""),
        "period": row["period"],
    }


@transaction.atomic
def open_child(user: User, sweep: Sweep, child_id: str, *, now: dt.datetime) -> AuditedChild:
    """Which rows of which lists one child of a sweep is made of. Raises E701, E704 (not in scope in that sweep)."""
    check_may(user, Permission.AUDIT)
    found = persons_in_scope(user, sweep, ())
    found = found.filter(pc.equal(found["child_id"], child_id)).to_pylist()
    if not found:
        raise Fault("E704", where=child_id)
    record(
        Action.AUDIT_CHILD, by=user, now=now, object_kind="child", object_id=child_id,
        place_code=found[0]["place_code"] or user.place_code, sweep=sweep.pk,
    )  # fmt: skip
    return _child(found[0], sweep)


@transaction.atomic
def check_delivery(
    user: User, sweep: Sweep, child_id: str, row_key: str, *, now: dt.datetime
) -> tuple[AuditedRow, bool]:
    """Recompute the hashes of the delivery behind a row: the row, and whether every stored file is as it was written.

    Raises E701, E704.
    """
    child = open_child(user, sweep, child_id, now=now)
    row = next((one for one in child.rows if one.row_key == row_key), None)
    if row is None:
        raise Fault("E704", where=row_key)
    whole = not lake().verify(DELIVERIES, row.delivery.pk)
    record(
        Action.AUDIT_ROW, by=user, now=now, object_kind="child", object_id=child_id, place_code=child.place_code,
        delivery=row.delivery.pk, row=row.row_no, result=Wording("与导入时一致") if whole else Wording("与导入时不一致"),
    )  # fmt: skip
    return row, whole


def _child(person: Mapping[str, Any], sweep: Sweep) -> AuditedChild:
    sources = links.get_sources(sweep.pk, person["child_id"])
    deliveries = Delivery.objects.in_bulk({source["delivery_id"] for source in sources})
    return AuditedChild(
        child_id=person["child_id"],
        name=names.mask_name(person["name"] or ""),
        id_no=resident_id.mask(person["id_no"]) if person["id_no"] else "",
        place_code=person["place_code"] or "",
        school=person["school_name"] or "",
        rows=[_row(source, deliveries[source["delivery_id"]]) for source in sources],
    )


def _row(source: Mapping[str, Any], delivery: Delivery) -> AuditedRow:
    kind, row = load_kinds()[source["kind"]], source["row"]
    sheet = row["sheet"] or ""
    files = {file["name"]: file["sha256"] for file in lake().manifest(DELIVERIES, delivery.pk)["files"]}
    return AuditedRow(
        kind=kind,
        delivery=delivery,
        row_no=row["row_no"],
        sheet=sheet,
        row_key=source["row_key"],
        step=source["step"],
        reason=redact(source["reason"] or ""),
        rows_sha256=files.get("rows.parquet", ""),
        cells=[_masked(cell, kind) for cell in source_cells(kind, sheet_of(delivery, sheet), row)],
    )


def _masked(cell: SourceCell, kind: KindDefinition) -> SourceCell:
    """Numbers come masked already; names are masked here; what could hold a name, an address or free words is not shown."""
    column = next((one for one in kind.columns if one.name == cell.column), None)
    if column is not None and column.type == "name":
        return replace(cell, text=names.mask_name(cell.text), read=names.mask_name(cell.read))
    numbers = column is not None and column.type in ("id_no", "student_no", "cert_no", "digits")
    if column is not None and (numbers or column.type in SHOWN_TYPES or column.id in SHOWN_TEXTS):
        return cell
    return replace(cell, text=HIDDEN if cell.text else "", read=HIDDEN if cell.read else "")
