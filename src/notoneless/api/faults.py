"""Every refusal of the API is one JSON object: code, name, where, what, how, example — and the right status."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Schema
from pydantic import Field

from notoneless.common.errors import Fault

logger = logging.getLogger("notoneless.api")

STATUS = {
    "E331": 409, "E701": 403, "E702": 403, "E704": 404, "E719": 401, "E806": 409, "E807": 409, "E841": 413,
    "E941": 429, "E942": 403, "E945": 404, "E946": 400, "E948": 409, "E949": 500,
}  # fmt: skip
REFUSED = 422  # whatever else is wrong with what was sent
# pydantic's error type → the rest of the sentence “as_of” …
PROBLEMS = {
    "missing": "没有写",
    "extra_forbidden": "没有这一项",
    "date": "要写成 年-月-日",
    "bool": "只能写 true 或 false",
    "int": "要写成整数",
    "literal_error": "只能写 {expected}",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "不能空着",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_type": "要写成文字",
    "string_pattern": "有换行等不能用的字符",
    "string_unicode": "有不能用的字符",
    "model": "要写成 JSON 对象",
}


class Problem(Schema):
    """为什么没有办成。"""

    code: str = Field(description="错误码，含义永不改变", examples=["E943"])
    name: str = Field(description="错误名称")
    severity: str = Field(description="fault 停下，refuse 拒收这一行，warn 照收提醒")
    where: str = Field(description="哪一项、哪个文件；不知道时是空的")
    what: str = Field(description="什么不对")
    how: str = Field(description="怎么改")
    example: str = Field(description="写对的例子；没有时是空的")


def answer_fault(fault: Fault) -> JsonResponse:
    """The fault as the API says it."""
    status = STATUS.get(fault.code, REFUSED)
    response = JsonResponse(fault.to_dict(), status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if "minutes" in fault.values:
        response.headers["Retry-After"] = str(fault.values["minutes"] * 60)
    return response


def on_fault(_request: HttpRequest, fault: Any) -> HttpResponse:
    return answer_fault(fault)


def on_no_token(_request: HttpRequest, _error: Any) -> HttpResponse:
    return answer_fault(Fault("E719"))


def on_bad_fields(_request: HttpRequest, error: Any) -> HttpResponse:
    return answer_fault(field_fault(error.errors))


def on_http_error(_request: HttpRequest, error: Any) -> HttpResponse:
    """Ninja's own word for a body that is no JSON."""
    return answer_fault(Fault("E946", detail=str(error)))


def on_failure(_request: HttpRequest, error: Any) -> HttpResponse:
    """A mistake of the program: a short code that the log carries too, nothing else."""
    code = secrets.token_hex(3).upper()
    logger.error("api failed, code %s", code, exc_info=error)
    return answer_fault(Fault("E949", fault_code=code))


def field_fault(errors: list[dict[str, Any]]) -> Fault:
    """The first of pydantic's errors in Chinese, as E943; the value itself is not repeated."""
    first = errors[0]
    field = str(first["loc"][-1]) if first["loc"] else ""
    kind = str(first["type"])
    words = next((words for known, words in PROBLEMS.items() if kind.startswith(known)), "写得不对")
    return Fault("E943", where=field, field=field, problem=words.format_map(first.get("ctx") or {}))
