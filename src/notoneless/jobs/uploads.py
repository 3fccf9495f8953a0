"""Jobs about uploaded lists: check one, import one; each says in a sentence what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from notoneless.common.errors import Fault
from notoneless.flows.intake import take_in
from notoneless.flows.uploads import abandon_upload, check_upload, publish_upload
from notoneless.jobs.models import Job
from notoneless.jobs.queue import enqueue
from notoneless.jobs.registry import Progress
from notoneless.org.models import User
from notoneless.roster.records.models import UploadDraft
from notoneless.roster.records.queries import get_draft

DECIDED = frozenset({UploadDraft.Status.PUBLISHED, UploadDraft.Status.ABANDONED})


def check_uploaded(
    arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress
) -> Mapping[str, Any]:
    """Read an uploaded file and keep what was found; argument ``draft``."""
    draft = get_draft(by, arguments["draft"])
    url = f"/roster/draft/{draft.pk}/"
    if draft.status in DECIDED:
        return {"url": url, "sentence": f"{draft.file_name}：{draft.get_status_display()}，没有再核对"}
    draft = check_upload(draft, by=by, now=now, progress=progress)
    if draft.status == UploadDraft.Status.FAILED:
        return {"url": url, "sentence": f"{draft.file_name}：{draft.result['fault']['what']}"}
    if draft.status != UploadDraft.Status.READY:
        return {"url": url, "sentence": f"{draft.file_name}：核对时又有改动，按新的再核对"}
    counts = draft.result["counts"]
    return {
        "url": url,
        "sentence": f"{draft.file_name}：可导入 {counts['accepted']:,} 行，有错误 {counts['refused']:,} 行",
    }


def publish_uploaded(
    arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress
) -> Mapping[str, Any]:
    """Import a checked draft; arguments ``draft`` and ``choice``."""
    draft = get_draft(by, arguments["draft"])
    outcome = publish_upload(draft, choice=arguments["choice"], by=by, now=now, progress=progress)
    draft.refresh_from_db()
    if outcome is None or draft.delivery is None:
        return {"url": f"/roster/draft/{draft.pk}/", "sentence": f"{draft.file_name}：没有导入"}
    url = f"/roster/{draft.delivery_id}/"
    if outcome.already:
        return {"url": url, "sentence": f"{draft.file_name} 以前已导入，这次什么都没有改变"}
    return {"url": url, "sentence": f"{draft.file_name}：已导入 {draft.delivery.rows_accepted:,} 行"}


def take_in_and_check(
    *, chunks: Iterable[bytes], file_name: str, by: User, now: dt.datetime, door: str, **fields: Any
) -> list[UploadDraft]:
    """Take a file or a zip in and start the check of each draft; arguments and errors as ``flows.intake.take_in``."""

    def started(draft: UploadDraft) -> None:
        start_check(draft, by=by, now=now)

    return take_in(chunks=chunks, file_name=file_name, by=by, now=now, door=door, started=started, **fields)


def start_check(draft: UploadDraft, *, by: User, now: dt.datetime) -> Job:
    """Start the check of a draft, in the caller's transaction."""
    return enqueue("check_upload", {"draft": str(draft.pk)}, by=by, now=now)


@transaction.atomic
def start_publish(*, draft: UploadDraft, choice: str, by: User, now: dt.datetime) -> Job | None:
    """Start the import of a checked draft, once; None when it was imported before.

    Raises Fault E806 when it is not ready to be imported, E807 for all_or_nothing with wrong rows.
    """
    draft = UploadDraft.objects.select_for_update().get(pk=draft.pk)
    if draft.status == UploadDraft.Status.PUBLISHED:
        return None
    if draft.status != UploadDraft.Status.READY:
        raise Fault("E806", where=draft.file_name, state=draft.get_status_display(), act="导入")
    refused = draft.result["counts"]["refused"]
    if choice == "all_or_nothing" and refused:
        raise Fault("E807", where=draft.file_name, refused=refused)
    running = publish_job(draft)
    if running and running.state in (Job.State.READY, Job.State.RUNNING):
        return running
    return enqueue("publish_upload", {"draft": str(draft.pk), "choice": choice}, by=by, now=now)


def give_up(*, draft: UploadDraft, by: User, now: dt.datetime) -> UploadDraft:
    """全部放弃; again changes nothing. Raises Fault E806 for a draft that is imported or being imported."""
    running = publish_job(draft)
    importing = running is not None and running.state in (Job.State.READY, Job.State.RUNNING)
    if importing or draft.status == UploadDraft.Status.PUBLISHED:
        state = "正在导入" if importing else draft.get_status_display()
        raise Fault("E806", where=draft.file_name, state=state, act="放弃")
    return abandon_upload(draft, by=by, now=now)


def check_job(draft: UploadDraft) -> Job | None:
    """The newest job that checks (or checked) this draft."""
    return _newest("check_upload", draft)


def publish_job(draft: UploadDraft) -> Job | None:
    """The newest job that imports (or imported) this draft."""
    return _newest("publish_upload", draft)


def _newest(kind: str, draft: UploadDraft) -> Job | None:
    return Job.objects.filter(kind=kind, arguments__draft=str(draft.pk)).order_by("-created_at", "id").first()
