"""The parts of the OpenAPI document that the code of an operation does not say by itself."""

from __future__ import annotations

from typing import Any

from notoneless.api.faults import Problem
from notoneless.api.files import XLSX
from notoneless.api.shapes import UploadFields

TITLE = "一个不少 · 接口"
ABOUT = """让部门的系统直接送达名册：送文件、看核对结果、取回错误行、导入、撤回。

- 令牌由系统管理员建立（`notoneless token create`），写在请求头 `Authorization: Bearer 令牌`；不认登录页的会话。
- 令牌能做的不会多于它的账号；看不到的与不存在的回答一样（404）。
- 出错时回答 `{code, name, severity, where, what, how, example}`，错误码的含义永不改变。
- 送达可以带 `Idempotency-Key`：网络断了放心重发。
"""
REFUSALS: dict[Any, Any] = {frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500}): Problem}

_FIELDS = UploadFields.model_json_schema()
_FORM = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "名册或压缩包"},
        **_FIELDS["properties"],
    },
    "required": ["file", *_FIELDS["required"]],
    "additionalProperties": False,
}
_NAME = {
    "name": "file_name",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "文件名；请求体就是文件时要写",
}


def _in_address(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    text = f"{schema['description']}。请求体就是文件时写在这里，multipart 时写在表单里"
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}


UPLOAD_REQUEST: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,64}$"},
            "description": "这次请求的标记，自己取，例如一个随机编号；重发时用同一个",
        },
        _NAME,
        *(_in_address(name, schema) for name, schema in _FIELDS["properties"].items()),
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    },
}
XLSX_ANSWER: dict[str, Any] = {
    "responses": {
        200: {"description": "xlsx 工作簿", "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
    }
}
