"""`notoneless serve`: the web processes and the worker are one thing; whoever ends the first ends the others."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 180
"""Seconds: a start makes a database first."""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_neither_worker_nor_second_web_outlives_the_first(ending: signal.Signals, tmp_path: Path) -> None:
    keep = {name: value for name, value in os.environ.items() if name != "NOTONELESS_DATABASE_URL"}
    served = subprocess.Popen(
        [sys.executable, "-m", "notoneless.cli.main", "serve", "--processes", "2", "--port", str(free_port())],
        env=keep | {"NOTONELESS_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "notoneless.settings.local"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        begun = wait_for(lambda: len(found := children(served.pid)) == 2 and found)
        served.send_signal(ending)
        served.wait(PATIENCE)
        wait_for(lambda: not any(Path(f"/proc/{one}").exists() for one in begun))
    finally:
        served.kill()
        served.wait()


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def wait_for(found: Callable[[], Any]) -> Any:
    """What ``found`` gives as soon as it gives something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError("nothing came")
