"""What the API says, in one shape each; the descriptions are the documentation."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from notoneless.common.errors import error_text
from notoneless.jobs.models import Job
from notoneless.jobs.uploads import publish_job
from notoneless.roster.core import KindDefinition, load_kinds
from notoneless.roster.records.models import Delivery, UploadDraft

Choice = Literal["good_rows", "all_or_nothing"]
IMPORTING = "importing"


class Strict(Schema):
    """A body in which an unknown word is an error."""

    model_config = ConfigDict(extra="forbid")


# No control characters: a database cannot hold NUL, and none of these is more than a line.
LINE = r"^[^\x00-\x1f\x7f]*$"


class UploadFields(Strict):
    """送达一份名册时要说明的事。"""

    as_of: dt.date = Field(description="数据时点：名单反映哪一天的情况，年-月-日", examples=["2026-10-10"])
    kind: str = Field(
        "", max_length=40, pattern=LINE, description="名册种类的标识或名称，如 hukou 或 户籍；不写由表头认出"
    )
    sender: str = Field("", max_length=80, pattern=LINE, description="送达单位；部门联系人的令牌不用写，就是本单位")
    place_code: str = Field(
        "", max_length=12, pattern=LINE, description="名册说的是哪个辖区，2–12 位代码；不写就是账号的辖区"
    )
    legal_basis: str = Field("", max_length=300, pattern=LINE, description="送达依据：文件或协议的名称、文号")
    supplements: bool = Field(
        False, description="true：与此前的名册一起用，不取代它（改好的错误行，或名单的另一部分）"
    )


class PublishBody(Strict):
    """怎么导入。"""

    choice: Choice = Field("good_rows", description="good_rows 只导正确行；all_or_nothing 有一行错就整份不导入")


class RevokeBody(Strict):
    """为什么撤回。"""

    reason: str = Field(
        min_length=1, max_length=300, pattern=LINE, description="撤回理由，写进留痕", examples=["重发全量名单"]
    )


class CountsShape(Schema):
    """读入 = 可导入 + 有错误 + 重复 + 忽略。"""

    read: int = Field(description="读入的行")
    accepted: int = Field(description="可导入（已导入）的行")
    refused: int = Field(description="有错误、没有收的行")
    duplicate: int = Field(description="与前面某行完全一样的行")
    ignored: int = Field(description="空行、合计行等")


class ProblemGroup(Schema):
    """一种错误有多少行。"""

    code: str = Field(description="错误码")
    name: str = Field(description="错误名称")
    rows: int = Field(description="行数")
    how: str = Field(description="怎么改")


class UploadShape(Schema):
    """一份上传稿：送来了，还没有定。"""

    id: str = Field(description="上传稿编号")
    state: Literal["checking", "ready", "importing", "published", "abandoned", "failed"] = Field(
        description="checking 核对中、ready 待确认、importing 导入中、published 已导入、abandoned 已放弃、failed 不能读取"
    )
    state_name: str = Field(description="状态的名称")
    file_name: str = Field(description="文件名（号码已隐去）")
    archive_name: str = Field(description="从哪个压缩包取出；不是就空着")
    kind: str = Field(description="名册种类的标识；还没有认出时是空的")
    kind_name: str = Field(description="名册种类的名称")
    sender: str = Field(description="送达单位")
    as_of: dt.date = Field(description="数据时点")
    place_code: str = Field(description="辖区代码")
    supplements: bool = Field(description="是不是补充")
    counts: CountsShape | None = Field(description="核对的结果；还没有核对完时没有")
    problems: list[ProblemGroup] = Field(description="错误分种类，多的在前")
    suggestions: list[dict[str, Any]] = Field(description="可以怎样成批更正，到网页上接受")
    questions: list[dict[str, Any]] = Field(description="拿不准哪一列是什么时要问的话，到网页上回答")
    fault: dict[str, Any] | None = Field(description="不能读取或没有导入时的原因，样子与错误回答相同")
    already: str = Field(description="这份文件以前已经导入的批次；没有就空着")
    delivery: str | None = Field(description="导入成的批次编号")


class UploadsShape(Schema):
    """一次送达：一个文件一份上传稿，压缩包里每个文件一份。"""

    archive_name: str = Field(description="压缩包的名称；不是压缩包就空着")
    uploads: list[UploadShape] = Field(description="按压缩包里的次序；不能读取的也在，写明原因")


class DeliveryShape(Schema):
    """一个送达批次。"""

    id: str = Field(description="批次编号")
    kind: str = Field(description="名册种类的标识")
    kind_name: str = Field(description="名册种类的名称")
    sender: str = Field(description="送达单位")
    as_of: dt.date = Field(description="数据时点")
    place_code: str = Field(description="辖区代码")
    legal_basis: str = Field(description="送达依据")
    supplements: bool = Field(description="是不是补充")
    file_name: str = Field(description="文件名（号码已隐去）")
    file_sha256: str = Field(description="原文件的 SHA-256，可与手里的文件核对")
    counts: CountsShape = Field(description="行数")
    problems: list[ProblemGroup] = Field(description="错误分种类，多的在前")
    status: Literal["current", "revoked"] = Field(description="current 有效、revoked 已撤回")
    status_name: str = Field(description="状态的名称")
    created_at: dt.datetime = Field(description="导入的时刻")
    revoked_at: dt.datetime | None = Field(description="撤回的时刻")
    revoke_reason: str = Field(description="撤回的理由")
    sweeps: int = Field(description="有几次摸排用到它")


class DeliveriesShape(Schema):
    """批次的一页，新的在前。"""

    items: list[DeliveryShape] = Field(description="这一页的批次")
    next: str | None = Field(description="下一页的 cursor；没有下一页时是 null")


class ColumnShape(Schema):
    """名册的一列。"""

    id: str = Field(description="列的标识")
    name: str = Field(description="列名")
    type: str = Field(description="值的类型")
    required: bool = Field(description="是不是必有")
    aliases: list[str] = Field(description="也认的列名")


class KindShape(Schema):
    """一种名册。"""

    id: str = Field(description="标识")
    name: str = Field(description="名称")
    why: str = Field(description="收来做什么")
    senders: list[str] = Field(description="哪些单位送")
    legal_basis: str = Field(description="依据")
    columns: list[ColumnShape] = Field(description="列")


class KindsShape(Schema):
    """全部名册种类。"""

    items: list[KindShape] = Field(description="名册种类")


def upload_shape(draft: UploadDraft) -> dict[str, Any]:
    """A draft as :class:`UploadShape` says it; an import that failed shows its fault."""
    result, job = draft.result, publish_job(draft) if draft.status == UploadDraft.Status.READY else None
    importing = job is not None and job.state in (Job.State.READY, Job.State.RUNNING)
    failed = job.result.get("error") if job and job.state == Job.State.FAILED else None
    return {
        "id": str(draft.pk),
        "state": IMPORTING if importing else draft.status,
        "state_name": "导入中" if importing else draft.get_status_display(),
        **{name: getattr(draft, name) for name in _PLAIN},
        "as_of": draft.as_of.isoformat(),
        "kind_name": kind_name(draft.kind),
        "counts": result.get("counts"),
        "problems": [{key: group[key] for key in _GROUP} for group in result.get("problems", [])],
        "suggestions": result.get("suggestions", []),
        "questions": result.get("questions", []),
        "fault": result.get("fault") or failed,
        "already": result.get("already", ""),
        "delivery": draft.delivery_id,
    }


_PLAIN = ("file_name", "archive_name", "kind", "sender", "place_code", "supplements")
_GROUP = ("code", "name", "rows", "how")


def delivery_shape(delivery: Delivery) -> dict[str, Any]:
    """A delivery as :class:`DeliveryShape` says it."""
    plain = ("id", "kind", "sender", "as_of", "place_code", "legal_basis", "supplements", "file_name", "file_sha256")
    late = ("status", "created_at", "revoked_at", "revoke_reason")
    return {
        **{name: getattr(delivery, name) for name in (*plain, *late)},
        "kind_name": kind_name(delivery.kind),
        "status_name": delivery.get_status_display(),
        "counts": {name: getattr(delivery, f"rows_{name}") for name in CountsShape.model_fields},
        "problems": _groups(delivery.problem_counts),
        "sweeps": delivery.sweeps.count(),
    }


def kind_shape(kind: KindDefinition) -> dict[str, Any]:
    """A kind as :class:`KindShape` says it."""
    return {
        **{name: getattr(kind, name) for name in ("id", "name", "why", "legal_basis")},
        "senders": list(kind.senders),
        "columns": [
            {"id": one.id, "name": one.name, "type": one.type, "required": one.required, "aliases": list(one.aliases)}
            for one in kind.columns
        ],
    }


def kind_name(kind: str) -> str:
    """The Chinese name of a kind; "" when it is not known yet."""
    known = load_kinds().get(kind)
    return known.name if known else ""


def _groups(counts: dict[str, int]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"code": code, "name": error_text(code).name, "rows": rows, "how": error_text(code).say_how({})}
        for code, rows in ordered
    ]
