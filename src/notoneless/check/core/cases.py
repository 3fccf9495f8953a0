"""Worked cases (算例): small tables that a section chief writes and reads, run by the same code as a sweep.

A case gives lists as text tables with the headings and words of real files; the first column names the child::

    - 名称: 学籍里没有
      户籍: |
        孩子 | 户籍状态
        甲   | 正常
      孩子: |
        孩子 | 出生日期   | 辖区
        甲   | 2017-03-02 | 岸堤镇柳行岔村
      学籍: |
        孩子 | 年级
      结果: |
        孩子 | 结果 | 理由
        甲   | 缺口 | 户籍在岸堤镇柳行岔村，……

A list that is not written was not delivered; a list with a heading only was delivered empty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import yaml

from notoneless.check.core.columns import columns_read, conform
from notoneless.check.core.definitions import CheckDefinition
from notoneless.check.core.facts import FACTS
from notoneless.check.core.lists import Lists
from notoneless.check.core.running import run_checks
from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.policy import Places, load_pack
from notoneless.roster.core.definitions import Column, KindDefinition, load_kinds
from notoneless.roster.core.header_text import heading_key

STATE_WORDS = {"落实": "met", "缺口": "gap", "免除": "excused", "未知": "unknown"}
_FACT_TABLES = {"核实": "excuse", "安置": "placement"}
_FACT_COLUMNS = {
    "核查": "check_id",
    "结果": "outcome",
    "佐证": "evidence_no",
    "有效至": "valid_to",
    "方式": "kind",
    "自": "from_date",
    "至": "to_date",
}
_DATES = ("valid_to", "from_date", "to_date")
_CHILD, _PENDING, _RESULT = "孩子", "待判定", "结果"

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class WorkedCase:
    """One case of one check. ``expected``: child → (state, reason)."""

    check: CheckDefinition
    name: str
    region: str
    as_of: dt.date
    content: Mapping[str, Any]

    @property
    def expected(self) -> dict[str, tuple[str, str]]:
        """What the section chief says the check must answer."""
        rows = self._table(_RESULT)
        return {row[_CHILD]: (STATE_WORDS[row["结果"]], row["理由"]) for row in rows}

    def run(self, engine: Engine) -> dict[str, tuple[str, str]]:
        """What the check does answer, in the shape of ``expected``. The engine must be empty and is left so."""
        lists = Lists({kind.id: self._delivery(kind) for kind in load_kinds().values() if kind.name in self.content})
        results = run_checks(
            engine,
            lists,
            persons=self._persons(),
            members=self._members(),
            review=self._review(),
            pack=load_pack(self.region, self.as_of),
            facts=dict(self._facts()),
            only=self.check.id,
        )
        tables = {result.check.id: result.table for result in results}
        engine.clear()
        return {row["child_id"]: (row["state"], row["reason"]) for row in tables[self.check.id].to_pylist()}

    def _table(self, name: str) -> Rows:
        lines = [line for line in str(self.content.get(name) or "").splitlines() if line.strip()]
        cells = [[cell.strip() for cell in line.split("|")] for line in lines]
        if any(len(row) != len(cells[0]) for row in cells):
            raise Fault("E516", where=self.check.id, case=self.name, problem=f"“{name}”各行的列数不同")
        return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]

    def _persons(self) -> pa.Table:
        places = Places.load()
        rows = [
            {
                "child_id": row[_CHILD],
                "dob": _day(row.get("出生日期", "")),
                "place_code": places.find(row.get("辖区", ""), within=self.region),
                "place_from": "hukou",
                "id_no": row.get("身份证号") or None,
                "id_state": "valid" if row.get("身份证号") else "missing",
            }
            for row in self._table(_CHILD)
        ]
        shape = [("child_id", pa.string()), ("dob", pa.date32()), ("place_code", pa.string())]
        more = [("place_from", pa.string()), ("id_no", pa.string()), ("id_state", pa.string())]
        return pa.Table.from_pylist(rows, schema=pa.schema([*shape, *more]))

    def _members(self) -> pa.Table:
        rows = [
            {"child_id": row[_CHILD], "kind": kind.id, "delivery_id": kind.id, "row_no": number}
            for kind in load_kinds().values()
            for number, row in enumerate(self._table(kind.name), start=1)
            if row.get(_CHILD)
        ]
        shape = [
            ("child_id", pa.string()),
            ("kind", pa.string()),
            ("delivery_id", pa.string()),
            ("row_no", pa.int32()),
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(shape))

    def _delivery(self, kind: KindDefinition) -> list[tuple[str, dt.date, pa.Table]]:
        headings = {column.name: column for column in kind.columns}
        columns = dict(columns_read()[kind.id])
        rows = []
        for number, row in enumerate(self._table(kind.name), start=1):
            cells = {key: value for key, value in row.items() if key != _CHILD}
            if strange := set(cells) - set(headings) - {"号码状态"}:
                raise Fault(
                    "E516", where=self.check.id, case=self.name, problem=f"{kind.name}没有列 {sorted(strange)}"
                )
            values = {
                headings[key].id: self._value(headings[key], cell) for key, cell in cells.items() if key in headings
            }
            rows.append({"row_no": number, "id_state": cells.get("号码状态"), **values})
        day = self.content.get("送达", {}).get(kind.name, self.as_of)
        shape = pa.schema(list(columns.items()))
        return [(kind.id, day, conform(pa.Table.from_pylist(rows, schema=shape), columns))]

    def _value(self, column: Column, text: str) -> Any:
        if not text:
            return None
        if column.writings is not None:
            if heading_key(text) not in column.writings:
                raise Fault("E516", where=self.check.id, case=self.name, problem=f"{column.name}没有“{text}”这个写法")
            return column.writings[heading_key(text)]
        if column.type == "date":
            return _day(text)
        return round(float(text) * 100) if column.type == "fen" else text

    def _review(self) -> pa.Table:
        kinds = {kind.name: kind.id for kind in load_kinds().values()}
        rows = [{"left_kind": kinds[row["名册"]], "right_child_id": row[_CHILD]} for row in self._table(_PENDING)]
        return pa.Table.from_pylist(
            rows, schema=pa.schema([("left_kind", pa.string()), ("right_child_id", pa.string())])
        )

    def _facts(self) -> Iterator[tuple[str, pa.Table]]:
        for name, fact in _FACT_TABLES.items():
            rows = [{"child_id": row[_CHILD], "check_id": self.check.id, **_fact(row)} for row in self._table(name)]
            yield fact, pa.Table.from_pylist(rows, schema=FACTS[fact])


def load_cases(check: CheckDefinition) -> list[WorkedCase]:
    """The worked cases of a check. Raises E516 when the file or a case has no result."""
    content = yaml.safe_load(check.cases_path.read_text(encoding="utf-8"))
    cases = [
        WorkedCase(check, case["名称"], str(content["辖区"]), case.get("日期", content["日期"]), case)
        for case in content["算例"]
    ]
    for case in cases:
        if _RESULT not in case.content:
            raise Fault("E516", where=check.id, case=case.name, problem="没有写结果")
    return cases


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _fact(row: Mapping[str, str]) -> dict[str, Any]:
    cells = {_FACT_COLUMNS[key]: text or None for key, text in row.items() if key in _FACT_COLUMNS}
    return {column: _day(text) if column in _DATES else text for column, text in cells.items()}
