"""The worked cases of reading rosters: cells and whole files."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from notoneless.common.errors import Fault
from notoneless.roster.core import Column, load_kinds, read_roster
from notoneless.roster.core.definitions import DEFINITIONS
from notoneless.roster.core.header_text import heading_key
from notoneless.roster.core.normalise import normalise

HERE = Path(__file__).parent


def cases(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def column_of(case: dict[str, Any]) -> Column:
    codes = case.get("codes") or {"flag": "flag", "grade": "grade"}.get(case["type"], "")
    lists = yaml.safe_load((DEFINITIONS / "codes.yaml").read_text(encoding="utf-8"))
    writings = {
        heading_key(str(writing)): str(value)
        for value, all_writings in lists.get(codes, {}).items()
        for writing in (value, *all_writings)
    }
    return Column(id="x", name="某列", type=case["type"], codes=codes, writings=writings)


@pytest.mark.parametrize("case", cases("cells.yaml"), ids=lambda case: f"{case['type']} {case['cell']!r}")
def test_cell(case: dict[str, Any]) -> None:
    empty = frozenset(next(iter(load_kinds().values())).words["empty_cells"])
    value, issue = normalise(str(case["cell"]), column_of(case), empty)
    if isinstance(value, datetime.date) and isinstance(case["value"], str):
        value = value.isoformat()
    assert (value, issue and issue.code) == (case["value"], case.get("code"))


@pytest.mark.parametrize("case", cases("files.yaml"), ids=lambda case: case["why"])
def test_file(case: dict[str, Any]) -> None:
    data = case["rows"].replace("|", ",").encode("gb18030")
    if "code" in case:
        with pytest.raises(Fault) as caught:
            read_roster(data, file_name=case["file"])
        assert caught.value.code == case["code"]
        return
    roster = read_roster(data, file_name=case["file"])
    counts = roster.counts
    assert (roster.kind, roster.head.header_row) == (case["kind"], case["header_row"])
    assert [counts.accepted, counts.refused, counts.duplicate, counts.ignored] == case["counts"]
    assert counts.read == sum(case["counts"]) == len(case["rows"].splitlines()) - first_row(roster) + 1


def first_row(roster: Any) -> int:
    return roster.head.header_row + (2 if "学生信息" in roster.head.header[0] else 1)
