"""Workers end with the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

STARTER = """
import os, signal, sys, time
from notoneless.common.workers import worker_pool

def main():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts it in the background has it ignored
    with worker_pool(2) as pool:
        print(*sorted({future.result() for future in [pool.submit(os.getpid) for _ in range(20)]}), flush=True)
        for _ in range(4):
            pool.submit(time.sleep, 60)
        time.sleep(60)

if __name__ == "__main__":
    main()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_do_not_outlive_their_starter(tmp_path, blow: signal.Signals) -> None:
    script = tmp_path / "starter.py"
    script.write_text(STARTER, "utf-8")
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as one:
        assert one.stdout
        workers = [int(pid) for pid in one.stdout.readline().split()]
        assert workers
        one.send_signal(blow)
        one.wait(timeout=20)
    deadline = time.monotonic() + 10
    while any(map(_lives, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_lives, workers))


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
