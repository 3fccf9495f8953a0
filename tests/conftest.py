"""Fixtures for all tests. Integration tests run on SQLite, or on PostgreSQL when NOTONELESS_DATABASE_URL is set
(`python tests/lib/run_on_postgres.py -m pytest tests/integration`)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from tests.lib.cast import Cast
from tests.lib.kept_cast import KeptCast

from notoneless.case.records import triggers as case_triggers
from notoneless.flows.following import FOLLOWER
from notoneless.trail import triggers
from notoneless.trail.models import ChainHead


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to start anywhere near a real store."""
    config.addinivalue_line("markers", "keep_lake: leave the lake as it is after this test")
    config.addinivalue_line("markers", "slow: takes longer than a tenth of a second")
    folder = Path(settings.DATA_DIR)
    if Path(tempfile.gettempdir()).resolve() not in folder.resolve().parents:
        raise pytest.UsageError(f"tests would use {folder}: they may only run in a temporary folder")


@pytest.fixture(scope="session")
def kept_cast() -> KeptCast:
    return KeptCast()


@pytest.fixture
def cast(db: None, kept_cast: KeptCast) -> Cast:
    """The known cast with their two counties and three schools."""
    return kept_cast.enter()


@pytest.fixture(autouse=True)
def _forget() -> None:
    """The database forgets each test, and its trail may begin alike: nothing of the last one stays in memory."""
    FOLLOWER.forget()


@pytest.fixture(autouse=True)
def _empty_lake(request: pytest.FixtureRequest) -> Iterator[None]:
    """The database forgets each test; so does the lake."""
    yield
    if "keep_lake" not in request.keywords and settings.LAKE_DIR.exists():
        for child in settings.LAKE_DIR.iterdir():
            shutil.rmtree(child, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _trail_can_be_emptied() -> Iterator[None]:
    """Tests with real transactions end by emptying all tables, which the append-only triggers rightly refuse."""
    empty_tables = TransactionTestCase._fixture_teardown

    def without_triggers(self: TransactionTestCase) -> None:
        triggers.remove(connection)
        case_triggers.remove(connection)
        try:
            empty_tables(self)
        finally:
            ChainHead.objects.get_or_create(id=1)
            triggers.install(connection)
            case_triggers.install(connection)

    TransactionTestCase._fixture_teardown = without_triggers
    yield
    TransactionTestCase._fixture_teardown = empty_tables
