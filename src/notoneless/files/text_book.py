"""Tables that are kept whole in memory: what web pages and XML spreadsheets hold, with places for merged cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from notoneless.files.refusal import Refused
from notoneless.files.sheet_scan import HEAD_ROWS, MAX_COLUMNS

MAX_SHEETS = 200
MAX_PLACES = 8_000_000
MAX_ROWS = 1_048_576


@dataclass
class TextSheet:
    """Rows are filled from the top; a merged cell has its text in its first place, the others stay empty."""

    name: str
    hidden: bool = False
    rows: list[list[str]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: int = 0
    unstored: int = 0
    first_unstored: str = ""
    _taken: dict[int, int] = field(default_factory=dict)
    _column: int = 0
    _places: int = 0

    def begin_row(self, index: int | None = None, *, hidden: bool = False) -> None:
        """The next row, or row ``index`` (from 0) when it lies further down. Raises Refused E005, E013."""
        if index is not None and index >= MAX_ROWS - 1:
            raise Refused("E013", sheet=self.name, row=index + 1)
        while index is not None and len(self.rows) < index:
            self._new_row()
        self._new_row()
        if hidden:
            self.hidden_rows.append(len(self.rows))

    def _new_row(self) -> None:
        if self.rows:
            self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}
        self.rows.append([])
        self._column = 0

    def put(self, text: str, index: int | None = None, *, across: int = 1, down: int = 1) -> None:
        """One cell at the next free place of the row, or at column ``index``. Raises Refused E005."""
        column = self._column if index is None else index
        while index is None and column in self._taken:
            column += 1
        row = self.rows[-1]
        across, down = max(across, 1), max(down, 1)
        if column + across > MAX_COLUMNS:
            raise Refused("E005", size=f"有 {column + across} 列", limit=f" {MAX_COLUMNS} 列")
        self._column = column + across
        if text:
            self._places += column + 1 - len(row)
            if self._places > MAX_PLACES:
                raise Refused("E005", size=f"有 {self._places} 格", limit=f" {MAX_PLACES // 10_000} 万格")
            row += [""] * (column + 1 - len(row))
            row[column] = text
        if across > 1 or down > 1:
            self._merge(column, across, down)

    def _merge(self, column: int, across: int, down: int) -> None:
        top = len(self.rows) - 1
        if top < HEAD_ROWS:
            self.merged.append((top, column, top + down - 1, column + across - 1))
        if down > 1:
            # A row is counted off when the next one begins.
            self._taken.update(dict.fromkeys(range(column, column + across), down))

    def finish(self) -> None:
        """Forget empty rows at the end."""
        while self.rows and not any(self.rows[-1]):
            self.rows.pop()
        self.hidden_rows = [row for row in self.hidden_rows if row <= len(self.rows)]


class TextBook:
    """A workbook of such sheets, as the guarded child serves it."""

    def __init__(self, form: str, sheets: list[TextSheet]) -> None:
        self._form = form
        self._sheets = sheets
        for sheet in sheets:
            sheet.finish()

    def describe(self) -> dict[str, object]:
        """What the parent makes RawSheets of."""
        return {
            "format": self._form,
            "date1904": False,
            "sheets": [
                {
                    "name": sheet.name,
                    "hidden": sheet.hidden,
                    "hidden_rows": sheet.hidden_rows,
                    "hidden_columns": sheet.hidden_columns,
                    "formulas": sheet.formulas,
                    "merged": sheet.merged,
                    "last_row": len(sheet.rows),
                }
                for sheet in self._sheets
            ],
        }

    def rows(self, sheet: int) -> Iterator[list[str]]:
        """Rows from row 1. Raises Refused E010 when formulas have no result."""
        chosen = self._sheets[sheet]
        if chosen.unstored:
            raise Refused("E010", sheet=chosen.name, count=chosen.unstored, cell=chosen.first_unstored)
        return iter(chosen.rows)
