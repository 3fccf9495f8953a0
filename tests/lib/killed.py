"""Kill -9 a real command at a random moment and look at what is left: only the disk and plain SQL are asked.

`python tests/lib/killed.py` is a process with the whole program loaded that makes a child process per command: so the
kill falls into the command's work and not into Python's start.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType

from notoneless.common.keyring import KeyRing
from notoneless.files.lake import Lake

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("NOTONELESS_DATABASE_URL", "NOTONELESS_KEYS", "DJANGO_SETTINGS_MODULE", "COVERAGE_PROCESS_START")


class Office:
    """A data folder of its own with the known cast, and commands run in it. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Office:
        kept = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        self._starter = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
            env=kept | {"NOTONELESS_DATA": str(self.folder), "NOTONELESS_USER": "clerk", "PYTHONPATH": path},
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
        with closing(sqlite3.connect(self.folder / "notoneless.sqlite3")) as database:
            return database.execute(sql, values).fetchall()

    def fingerprint(self) -> str:
        """One hash over every row of every table: equal only if nothing at all was written."""
        digest = hashlib.sha256()
        with closing(sqlite3.connect(self.folder / "notoneless.sqlite3")) as database:
            for line in database.iterdump():
                digest.update(line.encode())
        return digest.hexdigest()

    def check_database(self) -> None:
        """No half pages, no row that points nowhere."""
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        assert self.rows("PRAGMA foreign_key_check") == []

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


def _open_office() -> None:
    from django.core.management import call_command
    from tests.lib.cast import make_cast

    call_command("migrate", verbosity=0)
    make_cast()


def _run(arguments: list[str], output: int) -> None:
    """In the child: the command as it is, its words into a file."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["notoneless", *arguments]
    code = 0
    try:
        if arguments == ["open"]:
            _open_office()
        else:
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    os._exit(code)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _serve() -> None:
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
