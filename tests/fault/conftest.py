"""Both databases for the tests that kill: an office on SQLite, and one on a throw-away PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.lib.killed import Office
from tests.lib.postgres import throwaway_postgres


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A data folder of its own with the known cast."""
    if request.param == "sqlite":
        with Office(tmp_path / "office") as made:
            yield made
    else:
        with throwaway_postgres() as url, Office(tmp_path / "office", url) as made:
            yield made
