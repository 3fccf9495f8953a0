"""What the command tests share: the command line run in this process, the three lists as files, one swept county."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker
from tests.lib import rosters
from tests.lib.cast import make_cast
from typer.testing import CliRunner

from notoneless.cli.main import app

Run = Callable[..., Result]
KNOWN = [pupil for pupil in rosters.CAST if pupil is not rosters.XIAOHUA]
AS_OF = rosters.AS_OF.isoformat()
LISTS = {
    "户籍.csv": rosters.hukou(rosters.CAST),
    "学籍.csv": rosters.school_roll(KNOWN),
    "在校点名.csv": rosters.head_count(KNOWN, {"李倩": "2026-11-02"}),
}


def run(*line: str, by: str = "clerk") -> Result:
    """One command line, in the name of an account of the known cast. Nothing may leave it but an exit code."""
    result = CliRunner().invoke(app, list(line), env={"NOTONELESS_USER": by})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def answer(*line: str, by: str = "clerk") -> dict[str, Any]:
    """The JSON document that a command answers with; it always names its schema version and kind."""
    result = run("--json", *line, by=by)
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1
    assert document["kind"]
    return document


@dataclass(frozen=True)
class Swept:
    """The county after its first sweep."""

    folder: Path
    sweep: str
    children: dict[str, str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The three lists as files."""
    for name, content in LISTS.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture(scope="module")
def swept(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Swept]:
    """Cast, three imported lists and a sweep, made once for a module by the commands themselves."""
    folder = tmp_path_factory.mktemp("lists")
    with django_db_blocker.unblock(), transaction.atomic():
        make_cast()
        for name, content in LISTS.items():
            (folder / name).write_bytes(content)
        imported = run("import", *[str(folder / name) for name in LISTS], "--sender", "县局", "--as-of", AS_OF)
        assert imported.exit_code == 0, imported.output
        sweep = answer("sweep", "--as-of", AS_OF)["id"]
        rows = answer("ledger", "适龄儿童")["rows"]
        yield Swept(folder, sweep, {row["姓名"]: row["孩子编号"] for row in rows})
        transaction.set_rollback(True)
    for collection in settings.LAKE_DIR.iterdir():
        shutil.rmtree(collection, ignore_errors=True)
