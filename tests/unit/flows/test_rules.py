"""Which files make another sweep when they change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from notoneless.flows import rules

Digest = Callable[[], str]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the digest reads, to be changed."""
    shutil.copytree(
        rules.PACKAGE, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__", "static", "*.html")
    )
    monkeypatch.setattr(rules, "PACKAGE", tmp_path / "copy")
    return tmp_path / "copy"


digest: Digest = rules.rules_digest.__wrapped__


@pytest.mark.parametrize(
    "name",
    [
        "check/definitions/not_enrolled/check.sql",
        "link/definitions/weights.yaml",
        "link/core/cascade.py",
        "flows/compare.py",
        "common/tables/readings.csv",
        "roster/core/precedence.py",
    ],
)
def test_what_can_change_a_result_is_in_it(package: Path, name: str) -> None:
    before = digest()
    (package / name).write_bytes((package / name).read_bytes() + b"\n")
    assert digest() != before


@pytest.mark.parametrize("name", ["web/urls.py", "cli/sweep.py", "demo/rates.yaml"])
def test_what_only_shows_or_asks_is_not(package: Path, name: str) -> None:
    before = digest()
    (package / name).write_bytes((package / name).read_bytes() + b"\n")
    assert digest() == before


def test_the_copy_gives_what_the_program_gives(package: Path) -> None:
    assert digest() == rules.rules_digest()
