"""The truth file: who each row is, and which promises are broken for whom.

A folder of two tables and a note::

    truth/truth.json       seed, size, as-of day, files, counts per check
    truth/rows.parquet     file (text), row (int32, as the spreadsheet counts, from 1), person (int64), tags (text)
    truth/planted.parquet  check_id, person, situation, name, id_no, village

``rows`` has every row of a person of 3 to 17 years; rows of adults and infants are not judged.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

ROWS = pa.schema(
    [
        ("file", pa.dictionary(pa.int32(), pa.string())),
        ("row", pa.int32()),
        ("person", pa.int64()),
        ("tags", pa.dictionary(pa.int32(), pa.string())),
    ]
)
PLANTED = pa.schema(
    [("check_id", pa.string()), ("person", pa.int64())]
    + [(name, pa.string()) for name in ("situation", "name", "id_no", "village")]
)


@dataclass(frozen=True)
class Truth:
    """A truth file opened: ``note`` (dict), ``rows`` and ``planted`` (tables with the columns named above)."""

    note: Mapping[str, Any]
    rows: pa.Table
    planted: pa.Table

    @classmethod
    def open(cls, folder: Path) -> "Truth":
        """Read a truth folder. Raises FileNotFoundError when a part is missing."""
        note = json.loads((folder / "truth.json").read_text("utf-8"))
        return cls(note, pq.read_table(folder / "rows.parquet"), pq.read_table(folder / "planted.parquet"))


class TruthWriter:
    """Writes a truth folder part by part, so that a city never stands in memory at once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._rows = pq.ParquetWriter(folder / "rows.parquet", ROWS, compression="zstd")
        self._planted: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._rows.close()

    def add_rows(self, file: str, rows: list[int], persons: list[int], tags: list[str]) -> None:
        """Add the rows of one body of one file; the three lists run side by side."""
        names = pa.array([file]).dictionary_encode()
        columns = [
            pa.DictionaryArray.from_arrays(pa.array([0] * len(rows), pa.int32()), names.dictionary),
            pa.array(rows, pa.int32()),
            pa.array(persons, pa.int64()),
            pa.array(tags, pa.string()).dictionary_encode(),
        ]
        self._rows.write_table(pa.Table.from_arrays(columns, schema=ROWS))

    def add_planted(self, rows: list[dict[str, Any]]) -> None:
        """Add broken promises: dicts with the columns of :data:`PLANTED`."""
        self._planted += rows

    def close(self, note: Mapping[str, Any]) -> None:
        """Write what is left and the note, to which the counts per check are added."""
        self._rows.close()
        table = pa.Table.from_pylist(self._planted, schema=PLANTED)
        pq.write_table(table, self._folder / "planted.parquet", compression="zstd")
        counts: dict[str, int] = {}
        for row in self._planted:
            counts[row["check_id"]] = counts.get(row["check_id"], 0) + 1
        text = json.dumps({**note, "planted": dict(sorted(counts.items()))}, ensure_ascii=False, indent=1)
        (self._folder / "truth.json").write_text(text + "\n", "utf-8")
