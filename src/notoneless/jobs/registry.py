"""Which function a kind of job runs; the functions chain stages and therefore live in flows/, wrapped in jobs/kinds.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from notoneless.common.errors import Fault


class Progress(Protocol):
    """Tell the user where the job stands; raises Fault E802 when the user asked to stop."""

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None: ...


class Run(Protocol):
    """The work of one kind: arguments as stored, who asked, the time, progress; returns what the page shows (JSON)."""

    def __call__(
        self, arguments: Mapping[str, Any], *, by: Any, now: datetime, progress: Progress
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class JobKind:
    """A kind of long work: its identifier, its name on screen, its function."""

    id: str
    name: str
    run: Run


_KINDS: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make a kind known; called when the jobs app starts. Raises ValueError when the id is taken by another function."""
    if _KINDS.setdefault(kind.id, kind) != kind:
        raise ValueError(f"job kind {kind.id} is registered twice")


def job_kind(kind: str) -> JobKind:
    """The registered kind. Raises Fault E801 when there is none."""
    try:
        return _KINDS[kind]
    except KeyError:
        raise Fault("E801", kind=kind) from None


def job_kinds() -> Mapping[str, JobKind]:
    """All registered kinds by id."""
    return dict(_KINDS)
