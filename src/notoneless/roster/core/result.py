"""What reading a roster gives: accepted rows, refused rows, problems, and counts in which no row is lost."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from notoneless.common.errors import error_text
from notoneless.roster.core.corrections import Correction
from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.mapping import ColumnMapping
from notoneless.roster.core.suggest import Suggestion

REFUSED_SCHEMA = pa.schema(
    [
        ("row_no", pa.int32()),
        ("sheet", pa.string()),
        ("raw", pa.list_(pa.string())),
        ("problems", pa.list_(pa.string())),
        ("columns", pa.list_(pa.int32())),
        ("sentences", pa.list_(pa.string())),
    ]
)
"""Refused rows: ``problems`` codes, ``columns`` places in the row (from 0, -1 for the whole row), ``sentences``
one per problem.
"""


@dataclass(frozen=True)
class Counts:
    """``read`` is every row below the header; each of them is exactly one of the other four."""

    read: int = 0
    accepted: int = 0
    refused: int = 0
    duplicate: int = 0
    ignored: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, key) + getattr(other, key) for key in self.__dataclass_fields__))

    def check(self) -> "Counts":
        """Self, when no row is lost or counted twice; AssertionError else (a fault of the program, never of the
        file).
        """
        parts = self.accepted + self.refused + self.duplicate + self.ignored
        if parts != self.read:
            raise AssertionError(f"rows lost: read {self.read}, accounted for {parts}")
        return self

    def to_dict(self) -> dict[str, int]:
        """The five numbers by name."""
        return {key: getattr(self, key) for key in self.__dataclass_fields__}


@dataclass(frozen=True)
class RowProblem:
    """One thing wrong in one row. ``column`` is the canonical id, ``position`` its place in the row (-1: the
    whole row).

    ``value_masked`` is fit for a screen: numbers and names are masked.
    """

    code: str
    row_no: int
    sheet: str
    column: str
    column_name: str
    position: int
    value_masked: str
    what: str
    how: str
    severity: str

    @property
    def name(self) -> str:
        """The short name of the problem."""
        return error_text(self.code).name

    @property
    def where(self) -> str:
        """``户籍 第 57 行“身份证号”``."""
        column = f"“{self.column_name}”" if self.column_name else ""
        return f"{self.sheet} 第 {self.row_no} 行{column}"

    @property
    def sentence(self) -> str:
        """``E102 身份证号 …末位校验不符；按户口簿核对…``."""
        return f"{self.code} {self.what}；{self.how}" if self.how else f"{self.code} {self.what}"


@dataclass(frozen=True)
class SheetHead:
    """One sheet that is read: where its header stands and which column is which.

    ``header_row`` and ``first_row`` (of data) count from 1. ``hidden_rows`` says which rows of data the file hides,
    as ``5–9、12``; ``hidden_columns`` count from 0. Both are read like the others. ``titles``: cells above the header.
    ``member``: of a list with a family in each row, which of its persons is read here (from 1; 0: a row is one person).
    """

    name: str
    header: list[str]
    header_row: int
    first_row: int
    mapping: ColumnMapping
    hidden_rows: str = ""
    hidden_columns: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    member: int = 0


@dataclass(frozen=True)
class Head:
    """What is known of a file before its rows are read. ``recognised`` is the sentence why it is this kind.

    ``sheets`` are read as one list, in the order of the file; ``left_out`` says of every other sheet why it is not.
    """

    kind: KindDefinition
    recognised: str
    sheets: list[SheetHead]
    left_out: list[tuple[str, str]]
    format: str
    encoding: str
    file_name: str
    file_sha256: str
    sender: str
    as_of: Any

    @property
    def sheet(self) -> str:
        """The name of the first sheet read."""
        return self.sheets[0].name

    @property
    def header(self) -> list[str]:
        """The header of the first sheet."""
        return self.sheets[0].header

    @property
    def header_row(self) -> int:
        """The header row of the first sheet, from 1."""
        return self.sheets[0].header_row

    @property
    def mapping(self) -> ColumnMapping:
        """The columns of the first sheet."""
        return self.sheets[0].mapping

    @property
    def other_sheets(self) -> list[str]:
        """The names of the sheets left out."""
        return [name for name, _ in self.left_out]


@dataclass(frozen=True)
class Roster:
    """One file read as one kind of roster.

    ``rows``: accepted rows, see :func:`roster_schema`; ``refused``: see :data:`REFUSED_SCHEMA`; ``problems``:
    the first ones in row order (``problem_counts`` counts all, by code); ``ignored``: how many rows were left
    out, by reason; ``sheet_counts``: the counts of each sheet; ``corrected``: rows changed by each correction given; ``suggestions``: what could be corrected.
    """

    head: Head
    rows: pa.Table
    refused: pa.Table
    problems: list[RowProblem]
    counts: Counts
    problem_counts: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    sheet_counts: Mapping[str, Counts] = field(default_factory=dict)
    corrected: Mapping[Correction, int] = field(default_factory=dict)
    suggestions: Sequence[Suggestion] = ()

    def __getattr__(self, name: str) -> Any:
        if name in HEAD_NAMES:
            return getattr(self.head, name)
        raise AttributeError(name)

    @property
    def kind(self) -> str:
        """The id of the kind."""
        return self.head.kind.id

    @property
    def definition(self) -> KindDefinition:
        """The definition of the kind."""
        return self.head.kind

    @property
    def mends(self) -> bool:
        """True for a returned workbook of wrong rows: it completes the list it came from and does not replace it."""
        marks = set(self.head.kind.words["ignored_columns"])
        return any(label.strip() in marks for sheet in self.head.sheets for label in sheet.header)

    def summary(self) -> list[tuple[str, str, int, str]]:
        """(code, name, rows, how to mend) of every problem met, most frequent first."""
        entries = sorted(self.problem_counts.items(), key=lambda item: (-item[1], item[0]))
        return [(code, error_text(code).name, rows, error_text(code).say_how({})) for code, rows in entries]

    def _repr_html_(self) -> str:
        """A short table for notebooks; it holds no personal data."""
        counts = self.counts
        line = (
            f"{self.head.kind.name} · {self.head.file_name} · {self.head.sheet} · 表头第 {self.head.header_row} 行 · "
            f"读入 {counts.read} = 可导入 {counts.accepted} + 有错误 {counts.refused}"
            f" + 重复 {counts.duplicate} + 已忽略 {counts.ignored}"
        )
        body = "".join(
            f"<tr><td>{code}</td><td>{html.escape(name)}</td><td>{rows}</td><td>{html.escape(how)}</td></tr>"
            for code, name, rows, how in self.summary()
        )
        head = "<tr><th>代码</th><th>错误种类</th><th>行数</th><th>怎么改</th></tr>"
        return f"<p>{html.escape(line)}</p><table>{head}{body}</table>"


HEAD_NAMES = frozenset([*Head.__dataclass_fields__, "sheet", "header", "header_row", "mapping", "other_sheets"])
ARROW_TYPES = {"date": pa.date32(), "fen": pa.int64()}
FIRST_FIELDS = [
    ("row_no", pa.int32()),
    ("sheet", pa.string()),
    ("row_key", pa.string()),
    ("raw", pa.list_(pa.string())),
]
PERSON_FIELDS = ("name", "sex", "dob", "id_no", "id_state", "nation", "addr", "addr_code", "phone")


def roster_schema(kind: KindDefinition) -> pa.Schema:
    """Columns of the accepted rows: row_no, sheet, row_key, raw, then the canonical columns (person columns
    first).
    """
    own = [column.id for column in kind.columns if not column.into]
    ids = [*(PERSON_FIELDS if kind.subject == "person" else ()), *own]
    types = {column.id: ARROW_TYPES.get(column.type, pa.string()) for column in kind.columns}
    fields = [(column_id, types.get(column_id, pa.string())) for column_id in dict.fromkeys(ids)]
    return pa.schema([*FIRST_FIELDS, *fields])
