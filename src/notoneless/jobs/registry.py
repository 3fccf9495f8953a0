"""Which function a kind of job runs; the functions chain stages, so they live in flows/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from django.utils.module_loading import import_string

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording


class Progress(Protocol):
    """Tell the user where the job stands; raises Fault E802 when the user asked to stop."""

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None: ...


class Run(Protocol):
    """The work of one kind: arguments as stored, who asked, the time, progress; returns what to tell.

    The answer may hold ``url`` (where the result is) and ``sentence`` (what was done). Running twice is harmless.
    """

    def __call__(
        self, arguments: Mapping[str, Any], *, by: Any, now: datetime, progress: Progress
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class JobKind:
    """A kind of long work: its identifier, its name on screen, where its function is (loaded when first run).

    ``page``: where the answer is shown, when that is under the job's own number ({id}).
    """

    id: str
    name: str
    function: str
    page: str = ""

    @property
    def run(self) -> Run:
        """The function itself."""
        return cast(Run, import_string(self.function))


NIGHTLY = "nightly"
"""What the worker does by itself; it stands in 任务中心 only when it failed, and nobody has asked for it."""

JOB_KINDS: dict[str, JobKind] = {
    kind.id: kind
    for kind in (
        JobKind("check_upload", Wording("核对上传的名册"), "notoneless.jobs.uploads.check_uploaded"),
        JobKind("publish_upload", Wording("导入名册"), "notoneless.jobs.uploads.publish_uploaded"),
        JobKind("measure_delivery", Wording("计算名册质量"), "notoneless.jobs.quality.measure"),
        JobKind("sweep", Wording("摸排"), "notoneless.jobs.sweeps.sweep"),
        JobKind("export_ledger", Wording("导出台账"), "notoneless.jobs.exports.export"),
        JobKind("hand_out", Wording("批量派单"), "notoneless.jobs.handing_out.hand_out"),
        JobKind("verify_sweep", Wording("重算验证"), "notoneless.jobs.sweeps.verify"),
        JobKind(
            "preview_policy", Wording("试算政策参数"), "notoneless.jobs.previews.preview", "/policy/preview/{id}/"
        ),
    )
}


def job_kind(kind: str) -> JobKind:
    """The kind of that id. Raises Fault E801 when there is none."""
    if kind not in JOB_KINDS:
        raise Fault("E801", kind=kind)
    return JOB_KINDS[kind]
