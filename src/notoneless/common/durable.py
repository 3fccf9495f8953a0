"""Small files that are on the disk for good once written: whole or absent, also after a power cut."""

import os
import secrets
from pathlib import Path

PRIVATE = 0o600
SHARED = 0o666
"""Readable by its owner only; readable by whom the umask lets."""


def write_new(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Write a file that must not exist yet and wait until the disk has it. Raises FileExistsError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def replace(path: Path, data: bytes) -> None:
    """Write beside, then rename: whoever reads sees the old file or the new one, never half of either."""
    beside = _beside(path)
    try:
        write_new(beside, data)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def create_once(path: Path, data: bytes) -> None:
    """Make a file if there is none: of two processes starting at once one wins, and both then read the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = _beside(path)
    write_new(beside, data)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Wait until the disk has the names in a folder: a rename counts only then."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(8)}")
