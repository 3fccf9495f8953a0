"""Which rules a sweep was calculated with: the program's own files, told by one digest."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
OUTSIDE = {"api", "audit", "cli", "demo", "jobs", "settings", "web"}
"""Parts that ask, show, run or invent, and work nothing out."""
KINDS = (".py", ".sql", ".yaml", ".csv")


@functools.cache
def rules_digest() -> str:
    """SHA-256 over every file that can change what the same lists give.

    Too careful rather than too easy: a change that alters no result makes a new sweep too, equal to the one before.
    """
    sums = hashlib.sha256()
    files = {path.relative_to(PACKAGE): path for path in PACKAGE.rglob("*") if path.suffix in KINDS}
    for name, path in sorted(files.items()):
        if name.parts[0] not in OUTSIDE:
            sums.update(name.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sums.hexdigest()


def program_version() -> str:
    """The version of this program, as its package says."""
    return version("notoneless")
