"""The corpus as the tests walk it: every file with what is expected of it, and what the reader said.

The manifests (``expected/<folder>.yaml``) are written for a clerk's eyes, so their words are Chinese; a word that is
not in :data:`WORDS` is refused, so that no expectation is lost to a slip of the pen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from notoneless.common.errors import Fault
from notoneless.roster.core import Registers, Roster, load_kinds, read_roster

HERE = Path(__file__).parent
FILES, EXPECTED = HERE / "files", HERE / "expected"
AS_OF, COUNTY = dt.date(2026, 9, 1), "371321000000"
SCHOOLS = (
    ("2137000123", "岸堤镇中心小学"), ("3137000045", "岸堤镇初级中学"), ("1137000067", "岸堤镇中心幼儿园"),
)  # fmt: skip
WORDS = frozenset(
    ["说明", "认作", "表头", "行数", "代码", "忽略", "值", "不用", "读了", "没读", "隐藏行", "隐藏列", "建议", "补充", "拒收", "说", "问"]
)  # fmt: skip
COUNTS = ("read", "accepted", "refused", "duplicate", "ignored")


@dataclass(frozen=True)
class Entry:
    """One file and what is expected of it, word → value as in the manifest."""

    group: str
    name: str
    expected: dict[str, Any]

    @property
    def path(self) -> Path:
        return FILES / self.group / self.name

    def __str__(self) -> str:
        return f"{self.group}/{self.name}"


def entries() -> Iterator[Entry]:
    """All entries of all manifests. Raises ValueError for a word that is not known."""
    for manifest in sorted(EXPECTED.glob("*.yaml")):
        for name, expected in yaml.safe_load(manifest.read_text(encoding="utf-8")).items():
            if unknown := expected.keys() - WORDS:
                raise ValueError(f"{manifest.name} {name}: {'、'.join(sorted(unknown))}")
            yield Entry(manifest.stem, name, expected)


def read(entry: Entry) -> Roster | Fault:
    """What the reader makes of the file, told nothing but its name, the county and the day."""
    registers = Registers(within=COUNTY, schools=SCHOOLS)
    try:
        return read_roster(entry.path, file_name=entry.name, as_of=AS_OF, within=COUNTY, registers=registers)
    except Fault as fault:
        return fault


def verdict(found: Roster | Fault, words: set[str]) -> dict[str, Any]:
    """What was found, in the words of the manifest; ``words``: which are wanted."""
    if isinstance(found, Fault):
        asked = sorted(question["label"] for question in found.values.get("questions", ()))
        return {"拒收": found.code, **({"问": asked} if "问" in words else {})}
    said = {
        "认作": found.definition.name,
        "表头": found.header_row,
        "行数": [getattr(found.counts, each) for each in COUNTS],
        "代码": dict(found.problem_counts),
        "忽略": dict(found.ignored),
        "不用": list(found.mapping.extra),
        "补充": found.mends,
    }
    if words & {"读了", "没读", "隐藏行", "隐藏列"}:
        said |= _sheets(found)
    return said


def _sheets(found: Roster) -> dict[str, Any]:
    sheets = found.head.sheets
    return {
        "读了": [sheet.name for sheet in sheets],
        "没读": dict(found.head.left_out),
        "隐藏行": "；".join(sheet.hidden_rows for sheet in sheets if sheet.hidden_rows),
        "隐藏列": sum(len(sheet.hidden_columns) for sheet in sheets),
    }


def counts_of(text: str) -> list[int]:
    """``8 = 7 + 1 + 0 + 0`` → [8, 7, 1, 0, 0]. Raises ValueError when the sum is wrong."""
    numbers = [int(part) for part in re.findall(r"\d+", str(text))]
    if len(numbers) != len(COUNTS) or numbers[0] != sum(numbers[1:]):
        raise ValueError(f"行数 does not add up: {text}")
    return numbers


def values_of(found: Roster, expected: dict[str, Any]) -> dict[str, Any]:
    """The values of the row that ``expected`` names (行, and 表 with several sheets), by 名称 of their columns."""
    ids = {column.name: column.id for column in load_kinds()[found.kind].columns}
    for row in found.rows.to_pylist():
        if row["row_no"] == expected["行"] and expected.get("表", row["sheet"]) == row["sheet"]:
            values = {name: row[ids[name]] for name in expected if name not in ("行", "表")}
            return {"行": row["row_no"], **({"表": row["sheet"]} if "表" in expected else {}), **values}
    return {"行": "没有接受这一行"}


def suggestion_of(suggestion: Any) -> dict[str, Any]:
    """A suggestion in the words of the manifest."""
    correction = suggestion.correction
    said = {"种类": suggestion.topic, "行数": suggestion.rows}
    if correction is not None:
        said |= {"列": correction.column, "写作": correction.written, "应为": correction.meant}
    return said
