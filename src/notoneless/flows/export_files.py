"""Files that a job has written for one person to fetch: sealed on the disk, gone after some days."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from notoneless.files.sealed import SealedReader, SealingWriter
from notoneless.org.keys import keyring

KEPT_SECONDS = 7 * 24 * 60 * 60  # technical: a list is old after a week, it is quickly made anew


@contextmanager
def writing(export_id: uuid.UUID) -> Iterator[SealingWriter]:
    """A stream into the export's file; one that was begun before is replaced, a broken one leaves nothing."""
    path, key = path_of(export_id), _key(export_id)
    beside = path.with_suffix(".part")
    beside.unlink(missing_ok=True)
    with SealingWriter(beside, key, export_id.bytes) as writer:
        yield writer
    beside.replace(path)


def reading(export_id: uuid.UUID) -> SealedReader:
    """The file as plain bytes, for a ``with``. Raises FileNotFoundError when there is none any more."""
    return SealedReader(path_of(export_id), _key(export_id), export_id.bytes)


def has(export_id: uuid.UUID) -> bool:
    """Whether the file is still there."""
    return path_of(export_id).exists()


def purge() -> int:
    """Remove files older than a week; returns how many."""
    old = [path for path in _folder().iterdir() if path.stat().st_mtime < time.time() - KEPT_SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "exports"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def path_of(export_id: uuid.UUID) -> Path:
    """Where the sealed file lies, or would."""
    return _folder() / export_id.hex


def _key(export_id: uuid.UUID) -> bytes:
    path, context = _folder() / f"{export_id.hex}.key", f"export|{export_id.hex}"
    if path.exists():
        return keyring().unwrap(path.read_text(encoding="ascii"), context)
    wrapped, key = keyring().new_data_key(context)
    path.write_text(wrapped, encoding="ascii")
    return key
