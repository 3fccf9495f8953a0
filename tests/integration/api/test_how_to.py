"""The examples of docs/how-to/http-api.md are run as they stand, against a live server."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from tests.lib.cast import Cast
from tests.lib.machine import token_of
from tests.lib.web import hukou_csv

from notoneless.jobs.worker import work
from notoneless.roster.records.models import Delivery

PAGE = Path(settings.BASE_DIR) / "docs" / "how-to" / "http-api.md"
BLOCK = re.compile(r"^```sh curl\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_examples_can_be_copied(live_server: Any, cast: Cast, tmp_path: Path) -> None:
    _token, text = token_of(cast, cast.partner)
    script = "set -e\n" + "\n".join(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    script = re.sub(r"^A=.*$", f"A={live_server.url}/api/v1", script, flags=re.MULTILINE)
    script = re.sub(r"^T=.*$", f"T={text}", script, flags=re.MULTILINE).replace(
        "curl -sS", "curl -sS --fail-with-body"
    )
    (tmp_path / "户籍.csv").write_bytes(hukou_csv(rows=4, wrong=1))
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(stop,))
    worker.start()
    try:
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        delivery = _delivered(done.returncode)
    finally:
        stop.set()
        worker.join()
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "错误行.xlsx").read_bytes()[:2] == b"PK"
    assert (tmp_path / "户籍模板.xlsx").read_bytes()[:2] == b"PK"
    assert delivery is not None
    assert (delivery.rows_accepted, delivery.sender) == (4, cast.partner.sender)


def _delivered(code: int) -> Delivery | None:
    """What the last example but two has started; it is imported in the background."""
    for _ in range(300 if code == 0 else 1):
        if found := Delivery.objects.first():
            return found
        time.sleep(0.1)
    return None


def _work(stop: threading.Event) -> None:
    try:
        work(clock=timezone.now, stop=stop, idle_seconds=0.1)
    finally:
        connections.close_all()
