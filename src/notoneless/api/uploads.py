"""送达: a file is sent, looked at, imported or given up."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from notoneless.api import once
from notoneless.api.access import Scope, allow_query, speaker
from notoneless.api.arriving import read_upload
from notoneless.api.documents import REFUSALS, UPLOAD_REQUEST, XLSX_ANSWER
from notoneless.api.files import send_workbook
from notoneless.api.shapes import PublishBody, UploadFields, UploadShape, UploadsShape, upload_shape
from notoneless.common.errors import Fault
from notoneless.files.drop_folder import shown_name
from notoneless.flows import uploads as flow
from notoneless.jobs.uploads import give_up, start_publish, take_in_and_check
from notoneless.org.models import User
from notoneless.roster.core import get_kind, load_kinds
from notoneless.roster.records.models import UploadDraft
from notoneless.roster.records.queries import get_draft

router = Router(tags=["送达"])
KEY = "Idempotency-Key"
KEY_FORM = re.compile(r"[\x21-\x7e]{1,64}")


@router.post(
    "uploads",
    response={202: UploadsShape, **REFUSALS},
    openapi_extra=UPLOAD_REQUEST,
    summary="送达一份名册或一个压缩包",
)
def send(request: HttpRequest) -> Status:
    """收下文件并开始核对；什么都还没有导入。

    一个文件得到一份上传稿，zip 里每个文件一份，不能读取的也有并写明原因。用 `GET uploads/{id}` 看核对结果。
    带 `Idempotency-Key` 时，同一请求重发只办一次，回答一样；标记保留七天。需要范围 send。
    """
    user = speaker(request, Scope.SEND)
    key = request.headers.get(KEY, "")
    if key and not KEY_FORM.fullmatch(key):
        raise Fault("E943", where=KEY, field=KEY, problem="要写 1–64 个英文字母、数字或符号，中间没有空格")
    file, fields = read_upload(request)
    if not key:
        return Status(202, _take(user, file, _said(user, fields)))
    return _take_once(request, key, user, file, _said(user, fields))


@router.get("uploads/{upload_id}", response={200: UploadShape, **REFUSALS}, summary="看一份上传稿")
def show(request: HttpRequest, upload_id: str) -> dict[str, Any]:
    """核对到哪一步、行数、错误分种类、建议、要问的话。只看得到本账号送的。需要范围 send 或 read。"""
    allow_query(request)
    return upload_shape(_own(speaker(request, Scope.SEND, Scope.READ), upload_id))


@router.post("uploads/{upload_id}/publish", response={202: UploadShape, **REFUSALS}, summary="导入")
def publish(request: HttpRequest, upload_id: str, body: PublishBody) -> Status:
    """开始导入一份待确认的上传稿；已导入的再发一次什么都不变。用 `GET uploads/{id}` 看结果。需要范围 send。"""
    allow_query(request)
    user = speaker(request, Scope.SEND)
    draft = _own(user, upload_id)
    start_publish(draft=draft, choice=body.choice, by=user, now=timezone.now())
    return Status(202, upload_shape(draft))


@router.delete("uploads/{upload_id}", response={200: UploadShape, **REFUSALS}, summary="放弃")
def abandon(request: HttpRequest, upload_id: str) -> dict[str, Any]:
    """全部放弃：文件立刻删除，什么都没有导入；再发一次什么都不变。已导入的要到批次去撤回。需要范围 send。"""
    allow_query(request)
    user = speaker(request, Scope.SEND)
    return upload_shape(give_up(draft=_own(user, upload_id), by=user, now=timezone.now()))


@router.get(
    "uploads/{upload_id}/errors",
    response={200: None, **REFUSALS},
    openapi_extra=XLSX_ANSWER,
    summary="取回错误行工作簿",
)
def errors(request: HttpRequest, upload_id: str) -> HttpResponse:
    """只有错误的行，原来的列，末列写明怎么改；改好可直接再送。没有错误行时 404。取回会留痕。需要范围 send。"""
    allow_query(request)
    user = speaker(request, Scope.SEND)
    draft = _own(user, upload_id)
    data = flow.draft_errors(draft, by=user, now=timezone.now())
    if data is None:
        raise Fault("E704")
    return send_workbook(data, f"{Path(draft.file_name).stem}_错误行.xlsx")


def _own(user: User, upload_id: str) -> UploadDraft:
    """The person's own upload. What is no id at all answers like one that is not there (E704)."""
    try:
        return get_draft(user, str(uuid.UUID(upload_id)))
    except ValueError as error:
        raise Fault("E704", where=upload_id) from error


def _said(user: User, fields: UploadFields) -> dict[str, Any]:
    """What is said about the file, as the draft keeps it. Raises Fault E943, E313 (kind)."""
    today = timezone.localdate()
    sender = fields.sender.strip() or user.sender
    if not sender:
        raise Fault("E943", where="sender", field="sender", problem="没有写")
    if fields.as_of > today:
        raise Fault("E943", where="as_of", field="as_of", problem=f"不能晚于今天（{today}）")
    kind = get_kind(fields.kind, load_kinds()).id if fields.kind else ""
    place = fields.place_code or user.place_code
    return {**fields.model_dump(), "kind": kind, "sender": sender, "place_code": place}


def _take(user: User, file: UploadedFile, said: dict[str, Any], **more: Any) -> dict[str, Any]:
    drafts = take_in_and_check(
        chunks=file.chunks(),
        file_name=shown_name(str(file.name)),
        by=user,
        now=timezone.now(),
        door=UploadDraft.Door.API,
        **said,
        **more,
    )
    return {"archive_name": drafts[0].archive_name, "uploads": [upload_shape(draft) for draft in drafts]}


def _take_once(request: HttpRequest, key: str, user: User, file: UploadedFile, said: dict[str, Any]) -> Status:
    words = [str(file.name), *(f"{name}={value}" for name, value in sorted(said.items()))]
    print_ = once.fingerprint(words, file.chunks())
    known = once.begin(request.auth, key, print_, timezone.now())  # type: ignore[attr-defined]
    if known.status is None:
        try:
            answer = _take(user, file, said, parcel_id=once.parcel_id(known))
        except Fault:
            once.forget(known)
            raise
        once.end(known, 202, answer)
    return Status(known.status or 202, known.answer)
