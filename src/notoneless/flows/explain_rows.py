"""Why two rows of two files, or of two deliveries, are or are not one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.csv as pacsv

from notoneless.common import names, phones, resident_id
from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine
from notoneless.files.encodings import csv_encoding
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.explain import Explanation, FieldEvidence, explain_rows
from notoneless.link.core.plain_rows import accepted_row
from notoneless.policy import load_pack

RowSource: TypeAlias = str | Path | pa.Table
MOST_RIVALS = 20
"""Rows of one list that share number or name with the row asked about and are looked at beside it."""


@dataclass(frozen=True)
class RowPair:
    """`said`: the two rows by themselves. `rivals`: better ones, each in a sentence. Numbers come in full."""

    said: Explanation
    rivals: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole answer."""
        return " ".join([self.said.answer, *(f"{remark}。" for remark in self.said.remarks), *self.rivals])

    def to_dict(self) -> dict[str, Any]:
        """For JSON; ID numbers and phones masked."""
        said = asdict(self.said)
        said["fields"] = [
            {**asdict(field), "left": masked(field.field, field.left), "right": masked(field.field, field.right)}
            for field in self.said.fields
        ]
        return {"answer": self.text, "rivals": list(self.rivals), **said}


def why(
    left: RowSource, left_row: str | int, right: RowSource, right_row: str | int, *, costs: LinkCosts | None = None
) -> RowPair:
    """Why row `left_row` of `left` and row `right_row` of `right` are, or are not, one person.

    Lists as for `link`: Parquet, CSV or a table with canonical column names; rows by their row_id, or without such a
    column by their number from 1. Looks also for rows of either list that fit better, among those with the same ID
    number or name. Raises E407 (no such file), E410 (no such row).
    """
    costs = costs or LinkCosts.from_pack(load_pack(None, date.max))
    files = [Path(source) for source in (left, right) if _is_parquet(source)]
    with open_engine(threads=1, files=files) as engine:
        a = _List(engine, "left_list", left, "左")
        b = _List(engine, "right_list", right, "右")
        one, other = a.row(left_row), b.row(right_row)
        said = explain_rows(accepted_row(one), accepted_row(other), costs=costs)
        rivals = [*b.rivals(one, other, said, costs, "左"), *a.rivals(other, one, said, costs, "右")]
    return RowPair(said, tuple(rivals))


class _List:
    def __init__(self, engine: Engine, name: str, source: RowSource, side: str) -> None:
        self.engine, self.name, self.side = engine, name, side
        self.where = name if isinstance(source, pa.Table) else Path(source).name
        if _is_parquet(source):
            if not Path(str(source)).is_file():
                raise Fault("E407", where=str(source), name=self.where)
            engine.scan(name, Path(str(source)))
        else:
            table = source if isinstance(source, pa.Table) else _read_csv(Path(source))
            engine.load(name, table.append_column("file_row", pa.arange(1, table.num_rows + 1)))
        self.columns = engine.fetch(f"SELECT * FROM {name} LIMIT 0").column_names
        self.label = "row_id" if "row_id" in self.columns else "file_row"

    def row(self, label: str | int) -> dict[str, Any]:
        """Raises E410."""
        found = self._where(f"CAST({self.label} AS VARCHAR) = {_quoted(str(label))}", 1)
        if not found:
            raise Fault("E410", where=f"{self.where} {label}", name=self.where, row=str(label))
        return found[0]

    def rivals(
        self, asked: Mapping[str, Any], mine: Mapping[str, Any], said: Explanation, costs: LinkCosts, side: str
    ) -> list[str]:
        """Sentences about rows of this list, beside `mine`, that fit the row `asked` of the other list better."""
        conditions = [
            f"CAST({column} AS VARCHAR) = {_quoted(str(asked[column]))}"
            for column in ("id_no", "name")
            if column in self.columns and asked.get(column)
        ]
        if not conditions:
            return []
        rows = self._where(f"({' OR '.join(conditions)}) AND file_row <> {mine['file_row']}", MOST_RIVALS)
        found = [(row, explain_rows(accepted_row(asked), accepted_row(row), costs=costs)) for row in rows]
        better = [(row, one) for row, one in found if one.same and (not said.same or one.weight >= said.weight)]
        return [
            f"{side}边这一行和{self.side}边的 {row[self.label]} 更合得上（{definitions.steps()[one.step].name}，{one.weight:.1f} 分）。"
            for row, one in better
        ]

    def _where(self, condition: str, most: int) -> list[dict[str, Any]]:
        sql = f"SELECT * FROM {self.name} WHERE {condition} ORDER BY file_row LIMIT {most}"
        return list(self.engine.fetch(sql).to_pylist())


def weight_table(said: Explanation) -> list[list[str]]:
    """项目, one side, the other, verdict, points: the start, each field that says something, the sum."""
    rows = [["起点", "", "", "任意两行恰好是同一人的机会很小", _signed(said.prior)]]
    rows += [
        [one.name, masked(one.field, one.left), masked(one.field, one.right), one.verdict, _signed(one.weight)]
        for one in said.fields
        if _speaks(one)
    ]
    return [
        *rows,
        ["合计", "", "", f"合并线 {_signed(said.upper)}，不再过问线 {_signed(said.lower)}", _signed(said.weight)],
    ]


def masked(field: str, value: str) -> str:
    """A value as it may be shown: numbers masked."""
    if field in ("id_no", "student"):
        return resident_id.mask(value)
    if field == "family" and value.isdigit():
        return phones.mask(value)
    return names.clean(value) if field == "name" else value


def _speaks(field: FieldEvidence) -> bool:
    return bool(field.left or field.right or field.weight)


def _signed(number: float) -> str:
    return f"{number:+.1f}".replace("-", "−")


def _is_parquet(source: RowSource) -> bool:
    return not isinstance(source, pa.Table) and Path(source).suffix.lower() != ".csv"


def _read_csv(path: Path) -> pa.Table:
    if not path.is_file():
        raise Fault("E407", where=str(path), name=path.name)
    with path.open("rb") as stream:
        encoding = csv_encoding(stream)
    reading = pacsv.ReadOptions(encoding="utf-8" if encoding == "utf-8-sig" else encoding)
    try:
        header = pacsv.open_csv(path, read_options=reading).schema.names
        texts = pacsv.ConvertOptions(column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False)
        return pacsv.read_csv(path, read_options=reading, convert_options=texts)
    except pa.ArrowInvalid as error:
        raise Fault("E409", where=path.name, name=path.name, detail=str(error)) from error


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
