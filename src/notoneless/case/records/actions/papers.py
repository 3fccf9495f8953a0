"""Scans of evidence: sealed files beside the lake, one for each paper, written before the row that names them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings

from notoneless.case.core.states import DEFINITIONS
from notoneless.common import durable
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.org.keys import keyring

MIB = 1024 * 1024


@dataclass(frozen=True)
class KeptFile:
    """What the row of a paper says of its scan."""

    name: str
    type: str
    sha256: str


@contextmanager
def keep_file(evidence_id: UUID, content: bytes, file_name: str) -> Iterator[KeptFile]:
    """Seal and write the scan, then let the caller write the row; when that fails, the file is taken away again.

    E619 for a file that is empty, too large, or not one of the kinds taken (told by its first bytes, not its name).
    """
    kind = _kind(content)
    path = _path(evidence_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        durable.replace(path, keyring().seal(content, _aad(evidence_id)))
        yield KeptFile(Path(file_name).name[:255] or f"佐证.{kind}", kind, hashlib.sha256(content).hexdigest())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def read_file(evidence_id: UUID) -> bytes:
    """The scan in the clear. E624 when the file is gone; a fault of the key ring when it was tampered with."""
    path = _path(evidence_id)
    if not path.exists():
        raise Fault("E624", where=path.name)
    return keyring().open_sealed(path.read_bytes(), _aad(evidence_id))


@functools.cache
def _accepted() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DEFINITIONS / "files.yaml").read_text(encoding="utf-8"))
    return data


def _kind(content: bytes) -> str:
    limit, types = _accepted()["max_mib"], _accepted()["types"]
    found = next((kind for kind, start in types.items() if content.startswith(bytes.fromhex(start))), "")
    problem = (
        Wording("是空的")
        if not content
        else Wording("太大")
        if len(content) > limit * MIB
        else ""
        if found
        else Wording("不是能收的种类")
    )
    if problem:
        raise Fault("E619", problem=problem, types="、".join(types), limit=limit)
    return found


def _path(evidence_id: UUID) -> Path:
    return Path(settings.DATA_DIR) / "evidence" / evidence_id.hex[:2] / f"{evidence_id.hex}.sealed"


def _aad(evidence_id: UUID) -> bytes:
    return f"case_evidence|file|{evidence_id.hex}".encode()
