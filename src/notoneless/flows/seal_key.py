"""The key file of sealed lists: made once by whoever issues it, read by those who seal."""

from __future__ import annotations

import os
from pathlib import Path

from notoneless.common.durable import write_new
from notoneless.common.errors import Fault
from notoneless.link.core.sealing import SealKey

_OTHERS = 0o077


def new_key(path: Path) -> SealKey:
    """Write a fresh key file that only its owner may read. Raises E426 when there is such a file already."""
    key = SealKey.new()
    try:
        write_new(path, key.to_text().encode())
    except FileExistsError as error:
        raise Fault("E426", where=str(path), name=path.name) from error
    return key


def read_key(path: Path) -> SealKey:
    """Read a key file. Raises E407 (no such file), E421 (others may read it), E420 (no key)."""
    if not path.is_file():
        raise Fault("E407", where=str(path), name=path.name)
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise Fault("E421", where=str(path), name=path.name)
    return SealKey.from_text(path.read_text(encoding="utf-8", errors="replace"), path.name)
