"""Kill -9 a real command at a random moment and look at what is left: only the disk and plain SQL are asked.

`python tests/lib/killed.py` is a process with the whole program and its definitions loaded that makes a child process
per command: so the kill falls into the command's work and not into Python's start.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.lib.stores import PostgresStore, SqliteStore, Store

from notoneless.common.keyring import KeyRing
from notoneless.files.lake import Lake

ROOT = Path(__file__).resolve().parents[2]
GONE_WITHIN = 10.0
"""Seconds within which a killed command's own helpers must be gone."""
LEFT_OUT = ("NOTONELESS_DATABASE_URL", "NOTONELESS_KEYS", "DJANGO_SETTINGS_MODULE", "COVERAGE_PROCESS_START")


class Pace:
    """How long a command works undisturbed: other load and the growing office change that while a test goes on, so
    only the last few runs count.
    """

    def __init__(self, first: float) -> None:
        self._seconds = deque([first], maxlen=5)

    def add(self, seconds: float) -> None:
        """Note a whole run, in seconds."""
        self._seconds.append(seconds)

    @property
    def seconds(self) -> float:
        """The usual run now."""
        return statistics.median(self._seconds)

    def moment(self, chance: random.Random) -> float:
        """A moment to kill at; more often near the end, where files become a delivery or a sweep."""
        return chance.triangular(0, self.seconds, self.seconds * 0.9)


class Office:
    """A data folder of its own with the known cast, and commands run in it. A context manager.

    `database`: URL of an empty PostgreSQL database; without one the office has its own SQLite file.
    """

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self._url = database
        self.store: Store = PostgresStore(database) if database else SqliteStore(folder / "notoneless.sqlite3")

    def __enter__(self) -> Office:
        kept = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        own = {"NOTONELESS_DATA": str(self.folder), "NOTONELESS_USER": "clerk", "PYTHONPATH": path}
        if self._url:
            own["NOTONELESS_DATABASE_URL"] = self._url
        # A session of its own: every process that a killed command leaves behind can be found by it.
        self._starter = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
            env=kept | own, start_new_session=True,
        )  # fmt: skip
        self.run("open")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._starter.communicate()

    def start(self, *arguments: str) -> int:
        """Start a command; its process id."""
        assert self._starter.stdin is not None
        self._starter.stdin.write(json.dumps(arguments) + "\n")
        self._starter.stdin.flush()
        return int(self._read())

    def wait(self) -> tuple[int, str]:
        """(exit code, or minus the signal; what it printed) of the command that was started."""
        code, output = json.loads(self._read())
        return code, output

    def run(self, *arguments: str) -> str:
        """A command to its end; any exit code but 0 fails the test."""
        self.start(*arguments)
        code, output = self.wait()
        assert code == 0, output
        return output

    def timed(self, *arguments: str) -> float:
        """The seconds that a command takes to its end."""
        started = time.monotonic()
        self.run(*arguments)
        return time.monotonic() - started

    def kill_after(self, seconds: float, *arguments: str) -> bool:
        """Start a command and kill -9 it after that time; False when it had come to its end by itself."""
        process = self.start(*arguments)
        time.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        code, output = self.wait()
        assert code in (0, -signal.SIGKILL), output
        return code != 0

    def _read(self) -> str:
        assert self._starter.stdout is not None
        line = self._starter.stdout.readline()
        assert line, "the process that starts the commands has died"
        return line

    @property
    def lake(self) -> Lake:
        """The office's lake, opened from here."""
        return Lake(self.folder / "lake", KeyRing.open(self.folder / "keys" / "keyring.json"))

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """What a statement gives."""
        return self.store.rows(sql, *values)

    def fingerprint(self) -> str:
        """Equal only if nothing at all was written to the database."""
        return self.store.fingerprint()

    def check_database(self) -> None:
        """No half pages, no row that points nowhere."""
        self.store.check()

    def check_processes(self) -> None:
        """A killed command's own helpers (the guarded reader) went with it."""
        until = time.monotonic() + GONE_WITHIN
        while left := _processes_of(self._starter.pid) - {self._starter.pid}:
            assert time.monotonic() < until, f"left running: {left}"
            time.sleep(0.02)

    def unpointed(self) -> set[str]:
        """Directories of the lake that no row points to."""
        known = {str(row[0]) for row in self.rows("SELECT id FROM roster_delivery UNION SELECT id FROM check_sweep")}
        return {*self.lake.ids("deliveries"), *self.lake.ids("sweeps")} - known

    def strays(self) -> Iterator[str]:
        """Files outside the lake's published directories, the database and the keys."""
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            published = parts[:2] in (("lake", "deliveries"), ("lake", "sweeps"))
            if path.is_file() and not published and parts[0] != "keys" and ".sqlite3" not in parts[0]:
                yield "/".join(parts)

    def what_is_left(self) -> str:
        """In words, what a kill left of something that did not come about."""
        if self.unpointed():
            return "absent, directory that no row points to"
        return "absent, unfinished files" if list(self.strays()) else "absent, nothing written"

    def check_after_doctor(self) -> None:
        """The doctor finds all well, and nothing of the killed runs is left."""
        self.start("--json", "doctor")
        _, output = self.wait()
        wrong = [one for one in json.loads(output)["checks"] if not one["ok"] and one["name"] != "磁盘"]
        assert wrong == []
        assert self.unpointed() == set()
        assert list(self.strays()) == []
        self.check_database()


def _processes_of(session: int) -> set[int]:
    """The processes of a session, those that have ended but were not waited for left out."""
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            state, _, _, own = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(own) == session and state != "Z":
                found.add(int(entry.name))
    return found


def _open_office() -> None:
    from django.core.management import call_command
    from tests.lib.cast import make_cast

    call_command("migrate", verbosity=0)
    make_cast()


def _naive_import(path: str) -> None:
    from tests.lib.naive_import import naive_import

    naive_import(Path(path))


OWN = {"open": _open_office, "naive": _naive_import}
"""Commands of the tests beside the program's own."""


def _run(arguments: list[str], output: int) -> None:
    """In the child: the command as it is, its words into a file."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["notoneless", *arguments]
    code = 0
    try:
        if arguments[0] in OWN:
            OWN[arguments[0]](*arguments[1:])
        else:
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _load_definitions() -> None:
    """What every command would read anew from unchanging files: half the time of a small import."""
    from notoneless.check.core import load_checks
    from notoneless.common.errors import catalog
    from notoneless.policy.places import Places
    from notoneless.roster.core import load_kinds

    for load in (load_kinds, load_checks, catalog, Places.load):
        load()


def _serve() -> None:
    _load_definitions()
    for line in sys.stdin:
        with tempfile.TemporaryFile() as output:
            child = os.fork()
            if child == 0:
                try:
                    _run(json.loads(line), output.fileno())
                finally:
                    os._exit(70)
            _say(str(child))
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            output.seek(0)
            _say(json.dumps([status, output.read().decode(errors="replace")]))


if __name__ == "__main__":
    from notoneless.cli.main import main

    _serve()
