"""One township, written once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from notoneless.demo.county import CountyFiles, write_county
from notoneless.demo.truth import Truth


@pytest.fixture(scope="session")
def township(tmp_path_factory: pytest.TempPathFactory) -> CountyFiles:
    return write_county(tmp_path_factory.mktemp("township"), "township", seed=7)


@pytest.fixture(scope="session")
def truth(township: CountyFiles) -> Truth:
    return Truth.open(township.truth_path)


@pytest.fixture(scope="session")
def folder(township: CountyFiles) -> Path:
    return township.truth_path.parent
