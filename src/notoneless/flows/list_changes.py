"""The rows behind the comparison of two lists: who is new, who is gone, what has changed (新增、减少、变动)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.common.resident_id import mask
from notoneless.common.wording import Wording
from notoneless.flows.quality import Beside, columns_of, compared_columns, rows_within, set_beside
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may, may
from notoneless.policy.places import Places
from notoneless.roster.core.definitions import Column, KindDefinition, load_kinds
from notoneless.roster.core.quality import differing
from notoneless.roster.records.models import Delivery
from notoneless.roster.records.queries import get_delivery
from notoneless.trail.actions import Action
from notoneless.trail.record import record

CHANGES = {"new": Wording("新增"), "gone": Wording("减少"), "changed": Wording("变动")}
MOST_ROWS = 50_000  # rows of one workbook; more than that nobody reads row by row
IDENTITY = ("sheet", "row_no", "name", "id_no", "dob", "addr_code", "school_name", "school_code")
HEADER: list[str] = [
    Wording("工作表"),
    Wording("行号"),
    Wording("姓名"),
    Wording("身份证号"),
    Wording("出生日期"),
    Wording("辖区"),
    Wording("学校"),
]
# Whose values may be told: no text in which an address, a number or a phone may stand.
TOLD_TYPES = frozenset({"code", "flag", "grade", "class_no", "date", "month", "term", "fen"})
TOLD_COLUMNS = frozenset({"school_name", "school_code"})


@dataclass(frozen=True)
class ChangedRows:
    """Rows as text, fit for a file: numbers masked. ``earlier`` is the list that the delivery was compared with."""

    header: list[str]
    rows: list[list[str]]
    earlier: Delivery


def list_changes(user: User, delivery_id: str, which: str, *, now: dt.datetime) -> ChangedRows:
    """The rows that are ``new``, ``gone`` or ``changed`` against the list before; leaves one event in the trail.

    Raises E701 for those who may see neither children nor the lists they send, E704 (foreign or absent delivery, no
    earlier list in sight, unknown ``which``), E823 (more than MOST_ROWS rows).
    """
    delivery = get_delivery(user, delivery_id)
    if not may(user, Permission.CHILD_VIEW):
        check_may(user, Permission.ROSTER_UPLOAD)
    found = set_beside(delivery) if which in CHANGES else None
    if found is None:
        raise Fault("E704", where=delivery_id)
    get_delivery(user, found.earlier.pk)
    rows = _rows(found, which)
    with transaction.atomic():
        record(
            Action.ROSTER_COMPARE,
            by=user,
            now=now,
            object_kind="delivery",
            object_id=delivery.pk,
            place_code=delivery.place_code,
            which=CHANGES[which],
            rows=len(rows),
        )
    header = [*HEADER, Wording("变动")] if which == "changed" else HEADER
    return ChangedRows(header, rows, found.earlier)


def _rows(found: Beside, which: str) -> list[list[str]]:
    if which == "changed":
        return _changed(found)
    if which == "new":
        table, at = _read(found.now, ""), found.pairing.new
    else:
        table, at = _read(found.earlier, found.within), found.pairing.gone
    _check_number(len(at))
    return [_identity(row) for row in table.take(at).to_pylist()]


def _changed(found: Beside) -> list[list[str]]:
    kind = load_kinds()[found.now.kind]
    words: dict[int, list[str]] = {}
    for name in compared_columns(found, kind):
        now, earlier = found.column(name)
        differs = differing(now, earlier, found.pairing)
        at = pc.indices_nonzero(differs)
        left = now.take(found.pairing.now.take(at)).to_pylist()
        right = earlier.take(found.pairing.earlier.take(at)).to_pylist()
        for pair, new, old in zip(at.to_pylist(), left, right, strict=True):
            words.setdefault(pair, []).append(_change(kind, name, old, new))
        _check_number(len(words))
    pairs = sorted(words)
    rows = _read(found.now, "").take(found.pairing.now.take(pa.array(pairs, pa.int64())))
    return [[*_identity(row), "；".join(words[pair])] for pair, row in zip(pairs, rows.to_pylist(), strict=True)]


def _check_number(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Fault("E823", rows=rows, limit=MOST_ROWS)


def _read(delivery: Delivery, within: str) -> pa.Table:
    """Those of the IDENTITY columns that the list has."""
    there = columns_of(delivery)
    return rows_within(delivery, [name for name in IDENTITY if name in there], within)


def _identity(row: Mapping[str, Any]) -> list[str]:
    school = row.get("school_name") or row.get("school_code") or ""
    born = row.get("dob")
    return [
        row.get("sheet") or "",
        str(row["row_no"]),
        row.get("name") or "",
        mask(row.get("id_no") or ""),
        born.isoformat() if born else "",
        Places.load().label(row.get("addr_code")),
        school,
    ]


def _change(kind: KindDefinition, name: str, old: Any, new: Any) -> str:
    """年级：四年级 → 五年级; 联系电话有变 for what is not told."""
    column = kind.column(name)
    if name == "addr_code":
        return f"辖区：{Places.load().label(old) or '空'} → {Places.load().label(new) or '空'}"
    if column.type not in TOLD_TYPES and name not in TOLD_COLUMNS:
        return f"{column.name}有变"
    return f"{column.name}：{_word(column, old)} → {_word(column, new)}"


def _word(column: Column, value: Any) -> str:
    """A value as people write it: 男 for 1 where the column's code list says so."""
    if value is None or value == "":
        return Wording("空")
    if column.type == "fen":
        return f"{value / 100:.2f} 元"
    written = [writing for writing, code in (column.writings or {}).items() if code == str(value)]
    return next((writing for writing in written if not writing.isascii()), str(value))
