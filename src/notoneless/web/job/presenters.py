"""How a job reads on screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from notoneless.jobs.models import Job
from notoneless.jobs.registry import JOB_KINDS, NIGHTLY

UNKNOWN_FAULT = "E804"
_CODE = re.compile(r"\b[0-9A-F]{6}\b")
STATUS_KIND = {"ready": "todo", "running": "doing", "done": "done", "failed": "bad", "cancelled": "off"}


@dataclass(frozen=True)
class JobLine:
    """A job ready to be shown: ``url`` is where its result is, ``error`` what went wrong."""

    job: Job
    name: str
    state: str
    status_kind: str
    over: bool
    percent: int | None
    url: str
    sentence: str
    error: dict[str, Any]

    @property
    def fault_code(self) -> str:
        """The short code of an unknown fault, which an opinion about it carries along."""
        return fault_code_in(str(self.error.get("what", ""))) if self.error.get("code") == UNKNOWN_FAULT else ""

    @property
    def may_cancel(self) -> bool:
        """Whether asking it to stop still makes sense."""
        return not self.over and not self.job.cancel_requested


def _own_page(job: Job) -> str:
    kind = JOB_KINDS.get(job.kind)
    return kind.page.format(id=job.pk) if kind and job.state == Job.State.DONE else ""


def fault_code_in(text: str) -> str:
    """The six characters in a sentence about an unknown fault; "" when there are none."""
    found = _CODE.search(text)
    return found[0] if found else ""


def job_line(job: Job) -> JobLine:
    """``job.result`` may hold ``url`` (result page), ``sentence`` (what was done) and ``error`` (Fault.to_dict())."""
    kind = JOB_KINDS.get(job.kind)
    over = job.state not in (Job.State.READY, Job.State.RUNNING)
    stopping = job.cancel_requested and not over
    return JobLine(
        job=job,
        name=_("每日整理") if job.kind == NIGHTLY else kind.name if kind else job.kind,
        state=_("正在停止") if stopping else job.get_state_display(),
        status_kind=STATUS_KIND[job.state],
        over=over,
        percent=min(100, job.done * 100 // job.total) if job.total else None,
        url=job.result.get("url", "") or _own_page(job),
        sentence=job.result.get("sentence", ""),
        error=job.result.get("error", {}),
    )
