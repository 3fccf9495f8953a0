"""Which rules a sweep was calculated with: the program's own files, told by one digest."""

from __future__ import annotations

import functools
import hashlib
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
CALCULATING = ("common", "engine", "link/core", "link/definitions", "check/core", "check/definitions")
KINDS = (".py", ".sql", ".yaml", ".csv")


@functools.cache
def rules_digest() -> str:
    """SHA-256 over every file that can change what the same lists give, apart from the policy pack.

    Too careful rather than too easy: a change that alters no result makes a new sweep too, equal to the one before.
    """
    sums = hashlib.sha256()
    for path in sorted(file for part in CALCULATING for file in (PACKAGE / part).rglob("*") if file.suffix in KINDS):
        sums.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sums.hexdigest()


def program_version() -> str:
    """The version of this program, as its package says."""
    return version("notoneless")
