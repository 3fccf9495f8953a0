"""The corpus: every file gets the verdict that its manifest names, whatever program wrote it and in whatever shape."""

from __future__ import annotations

from typing import Any

import pytest
from tests.corpus.manifest import (
    FILES,
    Entry,
    counts_of,
    entries,
    read,
    suggestion_of,
    values_of,
    verdict,
)  # fmt: skip

from notoneless.common.errors import Fault
from notoneless.roster.core import Roster, load_kinds

ENTRIES = list(entries())
WORKBOOKS = (".xlsx", ".xls", ".xlsm")
"""Each is read by a process of its own: a tenth of a second."""
FEWEST = 170


def test_every_file_has_its_verdict_and_every_verdict_its_file() -> None:
    named = {entry.path for entry in ENTRIES}
    there = {path for path in FILES.rglob("*") if path.is_file()}
    assert there == named
    assert len(named) >= FEWEST


def test_every_kind_is_there() -> None:
    assert {kind.name for kind in load_kinds().values()} <= {entry.expected.get("认作") for entry in ENTRIES}


def parameters() -> list[Any]:
    slow = (pytest.mark.slow,)
    return [pytest.param(each, marks=slow if each.name.endswith(WORKBOOKS) else (), id=str(each)) for each in ENTRIES]


@pytest.mark.parametrize("entry", parameters())
def test_file(entry: Entry) -> None:
    found, expected = read(entry), dict(entry.expected)
    if isinstance(found, Fault) or "拒收" in expected:
        check_refused(found, expected)
    else:
        check_read(found, expected)


def check_refused(found: Roster | Fault, expected: dict[str, Any]) -> None:
    wanted = {word: expected[word] for word in ("拒收", "认作") if word in expected}
    if "问" in expected:
        wanted["问"] = sorted(expected["问"])
    assert verdict(found, set(expected)) == wanted
    assert expected.get("说", "") in str(found)


def check_read(found: Roster, expected: dict[str, Any]) -> None:
    said = verdict(found, set(expected))
    left = {
        name: reason for name, reason in expected.pop("没读", {}).items() if reason not in said["没读"].get(name, "")
    }
    assert left == {}, said["没读"]
    expected = {"表头": 1, "代码": {}} | expected | {"行数": counts_of(expected["行数"])}
    compared = expected.keys() & said.keys()
    assert {word: said[word] for word in compared} == {word: expected[word] for word in compared}
    for row in expected.get("值", ()):
        assert values_of(found, row) == row
    made = [suggestion_of(each) for each in (found.suggestions if "建议" in expected else ())]
    for wanted in expected.get("建议", ()):
        assert any(wanted.items() <= each.items() for each in made), made
