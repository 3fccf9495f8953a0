"""Settings: databases by URL, one secret, safe production, and logs without people."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from django.conf import settings

from notoneless.common.redact import redact
from notoneless.settings.database import database_settings
from notoneless.settings.logs import RedactingFormatter
from notoneless.settings.secret import secret_key

SOURCE = Path(__file__).parents[3] / "src"


def test_tests_never_use_a_real_store() -> None:
    folder = Path(tempfile.gettempdir()).resolve()
    for path in (settings.DATA_DIR, settings.KEYRING_PATH, settings.LAKE_DIR):
        assert folder in Path(path).resolve().parents


def test_no_url_means_sqlite_that_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    found = database_settings("", tmp_path / "data")
    assert found["NAME"] == tmp_path / "data" / "notoneless.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        assert pragma in found["OPTIONS"]["init_command"]
    assert found["ATOMIC_REQUESTS"] is False


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u:p%40ss@db.example:5433/school", ("school", "u", "p@ss", "db.example", "5433", {})),
        ("postgresql:///school?host=/run/pg", ("school", "", "", "/run/pg", "", {})),
        ("postgres://u@h/?sslmode=require", ("notoneless", "u", "", "h", "", {"sslmode": "require"})),
    ],
)
def test_a_url_means_postgresql(tmp_path: Path, url: str, expected: tuple) -> None:
    found = database_settings(url, tmp_path)
    assert tuple(found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == expected
    assert found["ATOMIC_REQUESTS"] is False


def test_other_databases_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected postgres://"):
        database_settings("mysql://u@h/db", tmp_path)


def test_the_secret_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path, found = tmp_path / "keys" / "secret", []
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        found.append(secret_key(path))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found[0]) > 60
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {key: value for key, value in os.environ.items() if not key.startswith(("NOTONELESS", "DJANGO"))}
    known |= {"PYTHONPATH": str(SOURCE)} | environment
    return subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, text=True)


DEPLOY_CHECK = """
import django
django.setup()
from django.core.checks import run_checks
print(run_checks(tags=["security"], include_deployment_checks=True))
from django.conf import settings
print(settings.KEYRING_CREATE, settings.DEBUG, settings.SESSION_COOKIE_NAME)
"""


@pytest.mark.slow
def test_production_passes_the_deployment_checks(tmp_path: Path) -> None:
    found = run(
        DEPLOY_CHECK,
        DJANGO_SETTINGS_MODULE="notoneless.settings.production",
        NOTONELESS_DATA=str(tmp_path),
        NOTONELESS_HOSTS="desk.example.cn",
    )
    assert found.stdout.splitlines() == ["[]", "False False __Host-session"], found.stderr


@pytest.mark.slow
def test_production_without_a_host_says_what_to_set(tmp_path: Path) -> None:
    found = run("import notoneless.settings.production", NOTONELESS_DATA=str(tmp_path))
    assert "NOTONELESS_HOSTS" in found.stderr
    assert "例如" in found.stderr


def test_policy_for_content_has_no_hole() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    for sources in directives.values():
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & set(sources)
    assert directives["default-src"] == ["'none'"]


NUMBERS = """371321201109300018 37132120110930003X 371321110930001 13812345678 +8613812345678
    6222021604001234567 G371321201109300018"""


@pytest.mark.parametrize("number", NUMBERS.split())
def test_numbers_of_people_are_taken_out(number: str) -> None:
    for text in (number, f"证号{number}，", f"id={number}&x", f"({number})"):
        assert number not in redact(text)
        assert number[2:-2] not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "371321101200",
        "D20260901-ab12cd34",
        "2026-11-23 09:00:00",
        "共 1234567 条",
        "a3f" * 21 + "13812345678a",
        "A2026-000123",
    ],
)
def test_codes_dates_and_hashes_stay(text: str) -> None:
    assert redact(text) == text


def test_log_lines_and_tracebacks_name_nobody() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter())
    logger = logging.Logger("x")
    logger.addHandler(handler)
    try:
        raise ValueError("Key (id_no)=(371321201109300018) already exists")
    except ValueError:
        logger.exception("GET /child/?q=%s failed for %s", "张小花", "13812345678")
    written = stream.getvalue()
    for word in ("371321201109300018", "张小花", "13812345678"):
        assert word not in written
    assert "ValueError" in written
    assert "GET /child/?… failed" in written


def test_statements_of_the_database_are_never_logged() -> None:
    logger = logging.getLogger("django.db.backends")
    assert logger.level == logging.CRITICAL
    assert not logger.propagate
