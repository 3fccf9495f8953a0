"""Where written rows go: one body per file, with the truth of each row beside it.

A block's worker writes the bodies of its part of every file; the parent process puts title rows,
header and bodies together and only then knows the final row numbers.
"""

from __future__ import annotations

import csv
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from notoneless.demo.layout import Cell, Fields, Layout, layout

NOT_JUDGED = 0
_COLUMN_OF = {"id": "id_no", "date": "dob", "sex": "sex"}
_WITH_AMOUNTS = ("low_income", "aid_paid")


@dataclass(frozen=True, slots=True)
class FileKey:
    """Which file a row belongs to: county, kind and the sender's part of it (a school, an age band, "")."""

    county: str
    kind: str
    part: str = ""


@dataclass(slots=True)
class Body:
    """The rows of one block in one file.

    ``lines`` counts all rows, sum rows and blank rows too; ``keys``, ``at`` and ``tags`` hold, for each row of a
    judged person (3 to 17 years old), the truth key, the row's place in the body (from 0) and its mistakes.
    """

    key: FileKey
    path: Path | None
    rows: list[list[Cell]] = field(default_factory=list)
    lines: int = 0
    printed: int = 0
    keys: array[int] = field(default_factory=lambda: array("q"))
    at: array[int] = field(default_factory=lambda: array("q"))
    tags: list[str] = field(default_factory=list)


def file_layout(seed: str, key: FileKey, workbook: bool) -> Layout:
    """Return the layout in which a file comes, the same for every part of it."""
    number = zlib.crc32(f"{seed}/{key.county}/{key.kind}/{key.part}".encode())
    which = number
    if key.kind == "school_roll":
        which = 2 if key.part == "kindergarten" else number % 2
    dates = workbook and key.kind in ("school_roll", "head_count", "doorstep", "orphan") and number % 3 == 0
    return layout(key.kind, which, dates)


class Desk:
    """Collects the bodies of one block; bodies of big lists are written to ``folder`` as they grow."""

    def __init__(self, seed: str, folder: Path, on_paper: Callable[[FileKey], bool]) -> None:
        self.seed = seed
        self._folder = folder
        self._streams = on_paper
        self._bodies: dict[FileKey, Body] = {}
        self._layouts: dict[FileKey, Layout] = {}
        self._pending: dict[FileKey, list[list[Cell]]] = {}

    def add(self, key: FileKey, person_key: int, tags: str, fields: Fields) -> None:
        """Write one row; ``person_key`` is :data:`NOT_JUDGED` for adults and infants."""
        body = self._body(key)
        body.printed += 1
        if person_key:
            body.keys.append(person_key)
            body.at.append(body.lines)
            body.tags.append(self._seen(key, tags) if tags else "")
        self._put(body, self._layouts[key].render(fields, body.printed))

    def _seen(self, key: FileKey, tags: str) -> str:
        """Return the tags without the mistakes in columns that this sender does not print."""
        kept = [tag for tag in tags.split(",") if tag and self.prints(key, _COLUMN_OF.get(tag.split("_")[0], "name"))]
        return ",".join(kept)

    def add_noise(self, key: FileKey, text: str, rng: Random) -> None:
        """Write a sum row, or a blank row when ``text`` is empty; now and then none at all."""
        body = self._bodies.get(key)
        if body is None or rng.random() < 0.3:
            return
        cells: list[Cell] = ["" for _ in self._layouts[key].columns]
        if text:
            cells[0] = text
            cells[-2] = str(body.printed)
        self._put(body, cells)

    def prints(self, key: FileKey, field: str) -> bool:
        """Return whether a list has a column for a field."""
        self._body(key)
        return any(field == name for name, _ in self._layouts[key].columns)

    def close(self) -> list[Body]:
        """Return the bodies; those of big lists are on disk."""
        for key, body in self._bodies.items():
            self._flush(key, body)
        return list(self._bodies.values())

    def _body(self, key: FileKey) -> Body:
        body = self._bodies.get(key)
        if body is None:
            streams = self._streams(key)
            path = self._folder / f"{key.county}-{key.kind}-{key.part}.part" if streams else None
            body = self._bodies[key] = Body(key, path)
            self._layouts[key] = file_layout(self.seed, key, workbook=not streams)
            self._pending[key] = []
        return body

    def _put(self, body: Body, cells: list[Cell]) -> None:
        body.lines += 1
        if body.path is None:
            body.rows.append(cells)
            return
        waiting = self._pending[body.key]
        waiting.append(cells)
        if len(waiting) >= 20_000:
            self._flush(body.key, body)

    def _flush(self, key: FileKey, body: Body) -> None:
        if body.path is None:
            return
        with body.path.open("a", encoding="utf-8", newline="") as out:
            rows = self._pending[key]
            csv.writer(out, lineterminator="\r\n").writerows(_texts(rows) if key.kind in _WITH_AMOUNTS else rows)
        self._pending[key] = []


def _texts(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Return rows as csv writes them: whole amounts without a decimal point."""
    return [[f"{cell:g}" if isinstance(cell, float) else cell for cell in row] for row in rows]
