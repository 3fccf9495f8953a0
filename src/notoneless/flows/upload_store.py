"""Uploaded files between upload and decision: sealed in one folder per draft, gone when the draft is decided."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings

from notoneless.files.sealed import SealedReader, SealingWriter
from notoneless.org.keys import keyring

ORIGINAL = "original"
ERRORS = "errors.xlsx"
PROBLEMS = "problems.json"
KEY = "key"


def put(draft_id: uuid.UUID, name: str, chunks: Iterable[bytes]) -> None:
    """Seal a file of a draft; one of that name is replaced. The data key is made with the draft's first file."""
    folder = _folder(draft_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target, beside = folder / name, folder / f"{name}.part"
    beside.unlink(missing_ok=True)
    with SealingWriter(beside, _key(draft_id), _aad(draft_id, name)) as writer:
        for chunk in chunks:
            writer.write(chunk)
    beside.replace(target)


def get(draft_id: uuid.UUID, name: str) -> bytes:
    """The plain bytes, in memory only. Raises FileNotFoundError when there is none, E023 when it was altered."""
    with opened(draft_id, name) as reader:
        return reader.read()


def opened(draft_id: uuid.UUID, name: str) -> SealedReader:
    """The file as a seekable stream of plain bytes, for a ``with``; errors as :func:`get`."""
    return SealedReader(_folder(draft_id) / name, _key(draft_id), _aad(draft_id, name))


def has(draft_id: uuid.UUID, name: str) -> bool:
    """Whether the draft still has that file."""
    return (_folder(draft_id) / name).exists()


def drop(draft_id: uuid.UUID, name: str = "") -> None:
    """Remove one file of a draft, or all of them with their key."""
    if name:
        (_folder(draft_id) / name).unlink(missing_ok=True)
    else:
        shutil.rmtree(_folder(draft_id), ignore_errors=True)


def discard_unknown(known: Callable[[], Iterable[uuid.UUID]], *, before: float) -> int:
    """Remove what a killed process left: folders not touched since ``before`` (seconds, Unix time) that no draft
    names, and files that never finished arriving; returns how many. ``known`` is asked last.
    """
    old = [path for path in Path(settings.UPLOAD_DIR).iterdir() if path.stat().st_mtime < before]
    named = {one.hex for one in known()}
    gone = [path for path in old if path.name not in named]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(gone)


def _folder(draft_id: uuid.UUID) -> Path:
    return Path(settings.UPLOAD_DIR) / draft_id.hex


def _key(draft_id: uuid.UUID) -> bytes:
    path, context = _folder(draft_id) / KEY, f"upload|{draft_id.hex}"
    if path.exists():
        return keyring().unwrap(path.read_text(encoding="ascii"), context)
    wrapped, key = keyring().new_data_key(context)
    path.write_text(wrapped, encoding="ascii")
    return key


def _aad(draft_id: uuid.UUID, name: str) -> bytes:
    return f"{draft_id.hex}|{name}".encode()
