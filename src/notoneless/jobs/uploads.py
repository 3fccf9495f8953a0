"""Jobs about uploaded lists: check one, import one; each says in a sentence what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from notoneless.flows.intake import take_in
from notoneless.flows.uploads import check_upload, publish_upload
from notoneless.jobs.queue import enqueue
from notoneless.jobs.registry import Progress
from notoneless.org.models import User
from notoneless.roster.records.models import UploadDraft
from notoneless.roster.records.queries import get_draft


def check_uploaded(
    arguments: Mapping[str, Any], *, by: Any, now: dt.datetime, progress: Progress
) -> Mapping[str, Any]:
    """Read an uploaded file and keep what was found; argument ``draft``."""
    draft = check_upload(get_draft(by, arguments["draft"]), by=by, now=now, progress=progress)
    url = f"/roster/draft/{draft.pk}/"
    if draft.status == UploadDraft.Status.FAILED:
        return {"url": url, "sentence": f"{draft.file_name}：{draft.result['fault']['what']}"}
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

    def start_check(draft: UploadDraft) -> None:
        enqueue("check_upload", {"draft": str(draft.pk)}, by=by, now=now)

    return take_in(chunks=chunks, file_name=file_name, by=by, now=now, door=door, started=start_check, **fields)
