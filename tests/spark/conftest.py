"""Both engines side by side. Nothing is skipped: without Spark or Java these tests fail and say what to install."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pyspark forgets to close the sockets over which it hands tables to Java; everywhere else that is an error."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(scope="session")
def _spark() -> Iterator[Engine]:
    try:
        engine = open_engine("spark", threads=2, memory="3GB")
    except Fault as missing:
        pytest.fail(f"{missing}\nin this folder: python3 run.py test installs both", pytrace=False)
    with engine:
        yield engine


@pytest.fixture
def spark(_spark: Engine) -> Iterator[Engine]:
    """One Spark for all tests, empty for each."""
    yield _spark
    _spark.clear()


@pytest.fixture
def duck() -> Iterator[Engine]:
    with open_engine("duckdb", threads=2) as engine:
        yield engine
