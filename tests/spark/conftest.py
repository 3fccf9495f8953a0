"""Both engines side by side. Nothing is skipped: without Spark or Java these tests fail and say what to install."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notoneless.common.errors import Fault
from notoneless.engine import Engine, open_engine


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
