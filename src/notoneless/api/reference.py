"""The OpenAPI document in the order a reader wants it; the page /api/v1/docs and docs/reference/api.md come from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ninja import NinjaAPI

PLACES = {"path": "地址", "query": "地址后", "header": "请求头"}
TYPES = {
    "string": "文字",
    "integer": "整数",
    "boolean": "true/false",
    "array": "列表",
    "object": "对象",
    "null": "空",
}
FORMATS = {"date": "日期", "date-time": "时刻", "binary": "文件"}


@dataclass(frozen=True)
class Line:
    """One thing that is sent or answered."""

    name: str
    place: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True)
class Section:
    """One operation."""

    method: str
    path: str
    summary: str
    text: str
    sent: list[Line]
    answered: list[Line]


def sections(api: NinjaAPI) -> list[Section]:
    """All operations, in the order of the routers."""
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    shapes = document["components"]["schemas"]
    return [
        Section(
            method.upper(),
            path,
            operation["summary"],
            operation.get("description", ""),
            [*_parameters(operation), *_body(operation, shapes)],
            _answer(operation, shapes),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _parameters(operation: Mapping[str, Any]) -> list[Line]:
    return [
        Line(
            one["name"],
            PLACES[one["in"]],
            _type(one["schema"]),
            one["required"],
            one.get("description") or one["schema"].get("description", ""),
        )
        for one in operation.get("parameters", [])
    ]


def _body(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> list[Line]:
    content = operation.get("requestBody", {}).get("content", {})
    places = {"application/json": "JSON", "multipart/form-data": "表单"}
    return [
        line for kind, place in places.items() if kind in content for line in _lines(content[kind], place, shapes)
    ]


def _answer(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> list[Line]:
    good = next(answer for status, answer in operation["responses"].items() if int(status) < 300)
    content = good.get("content", {}).get("application/json")
    return _lines(content, "", shapes) if content else []


def _lines(content: Mapping[str, Any], place: str, shapes: Mapping[str, Any]) -> list[Line]:
    shape = _resolved(content["schema"], shapes)
    required = set(shape.get("required", []))
    return [
        Line(name, place, _type(field), name in required, field.get("description", ""))
        for name, field in shape.get("properties", {}).items()
    ]


def _resolved(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> Mapping[str, Any]:
    return shapes[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return "或".join(_type(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1]).removesuffix("Shape")
    if "enum" in schema:
        return " ".join(str(one) for one in schema["enum"] if one)
    if schema.get("type") == "array":
        return f"{_type(schema['items'])}的列表"
    return FORMATS.get(schema.get("format", ""), TYPES.get(schema.get("type", ""), "任意"))
