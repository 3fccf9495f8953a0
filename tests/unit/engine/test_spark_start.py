"""How Spark is started, or not: tried without Spark or Java, with a stand-in that notes what it is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest

from notoneless.common.errors import Fault
from notoneless.engine import open_engine


class Builder:
    """Notes the settings."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def appName(self, name: str) -> Self:
        return self.config("name", name)

    def config(self, key: str, value: str) -> Self:
        self.told[key] = value
        return self

    def getOrCreate(self) -> Any:
        return type("Session", (), {"stop": lambda self: None})()


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Builder:
    """A pyspark that is no more than its front door, and a Java."""
    note = Builder()
    session = type("SparkSession", (), {"builder": note, "getActiveSession": staticmethod(lambda: None)})
    package, module = ModuleType("pyspark"), ModuleType("pyspark.sql")
    module.SparkSession = session  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyspark", package)
    monkeypatch.setitem(sys.modules, "pyspark.sql", module)
    monkeypatch.setenv("JAVA_HOME", "/somewhere")
    return note


@pytest.mark.parametrize(
    ("memory", "told"), [("8GB", "8192m"), ("1400MB", "1400m"), ("1.5 gib", "1536m"), ("1k", "512m")]
)
def test_it_is_told_how_much_it_may_take_and_to_encrypt(
    builder: Builder, memory: str, told: str, tmp_path: Path
) -> None:
    with open_engine("spark", threads=3, memory=memory, temp_dir=tmp_path):
        assert builder.told["spark.driver.memory"] == told
        assert builder.told["spark.master"] == "local[3]"
        assert builder.told["spark.io.encryption.enabled"] == "true"
        assert builder.told["spark.driver.bindAddress"] == "127.0.0.1"
        assert builder.told["spark.local.dir"] == str(tmp_path)


def test_a_memory_that_is_no_size_is_said(builder: Builder) -> None:
    with pytest.raises(Fault, match="E509"):
        open_engine("spark", memory="viel")


def test_no_java_is_said_with_what_to_install(builder: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Fault, match="E508") as caught:
        open_engine("spark")
    assert "openjdk-17-jre-headless" in caught.value.message


def test_no_spark_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(Fault, match="E508") as caught:
        open_engine("spark")
    assert "notoneless[spark]" in caught.value.message


@pytest.mark.slow
def test_spark_is_not_loaded_before_it_is_asked_for() -> None:
    code = "import sys, notoneless.flows.link_lists; sys.exit(bool({'pyspark', 'sqlglot'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": "src"}).returncode == 0
