"""Errors with a stable code, said in Chinese: where, what is wrong, how to mend it, with an example.

The texts are data. Every package may hold an ``errors.yaml`` (or ``definitions/errors.yaml``)::

    E102:
      name: 身份证校验位不对
      what: "身份证号 {masked} 的末位校验不符"
      how: "按户口簿核对……"
      example: "……"
      severity: warn

``severity`` is ``refuse`` (the row is not taken), ``warn`` (it is taken and marked) or ``fault`` (the act stops).
Code ranges: E0xx files, lake, keys; E1xx ID numbers; E2xx dates, sex, names; E3xx roster columns, places, kinds;
E4xx links; E5xx checks, sweeps, policy; E6xx cases; E7xx organisation, permission, login; E8xx jobs and flows; E9xx
command line, settings.
"""

import functools
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from notoneless.common.wording import Wording, worded
from notoneless.common.yaml_files import FastLoader

PACKAGE = Path(__file__).resolve().parents[1]
SEVERITIES = frozenset({"refuse", "warn", "fault"})
FIELDS = frozenset({"name", "what", "how", "example", "severity"})


class _NotGiven:
    """Stands for a value the raiser forgot, so that a message about an error never becomes an error itself."""

    def __format__(self, spec: str) -> str:
        return worded("（未给出）")


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> _NotGiven:
        return _NotGiven()


@dataclass(frozen=True)
class ErrorText:
    """The catalog entry of one code; ``what`` and ``how`` may hold ``{placeholders}``."""

    code: str
    name: str
    what: str
    how: str
    example: str
    severity: str
    file: str

    def say_what(self, values: Mapping[str, Any]) -> str:
        """What is wrong, with the values filled in."""
        return str(self.what).format_map(_Values(values))

    def say_how(self, values: Mapping[str, Any]) -> str:
        """How to mend it, with the values filled in."""
        return str(self.how).format_map(_Values(values))


class Fault(Exception):
    """An error that a user can read.

    ``values`` fill the placeholders of the catalog text and must be masked already (no full ID number, no full name).
    ``detail`` is for the log of a developer (a step name, an SQL text); it is never shown to a user nor put in
    ``to_dict``.
    """

    def __init__(self, code: str, *, where: str = "", detail: str = "", **values: Any) -> None:
        text = error_text(code)
        self.code = code
        self.name = text.name
        self.severity = text.severity
        self.where = where
        self.detail = detail
        self.values = values
        self.what = text.say_what(values)
        self.how = text.say_how(values)
        self.example = text.example
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """``哪里：什么不对；怎么改``; the place is left out when it is not known."""
        place = worded("{where}：", where=self.where) if self.where else ""
        mend = worded("；{how}", how=self.how) if self.how else ""
        return f"{place}{self.what}{mend}"

    def to_dict(self) -> dict[str, str]:
        """The error as plain text fields, for ``--json`` and the HTTP API."""
        keys = ("code", "name", "severity", "where", "what", "how", "example")
        return {key: getattr(self, key) for key in keys}

    def __str__(self) -> str:
        return f"{self.code} {self.message}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.code, self.where, self.detail, self.values)


def error_text(code: str) -> ErrorText:
    """The catalog entry of ``code``; an unlisted code gets a plain stand-in, so that the first error is not
    hidden.
    """
    known = catalog().get(code)
    if known is not None:
        return known
    what, how = worded("出现未登记的错误 {code}", code=code), Wording("请把错误编号告诉系统管理员")
    return ErrorText(code, Wording("未登记的错误"), what, how, "", "fault", "")


@functools.cache
def catalog() -> Mapping[str, ErrorText]:
    """All error texts of the package by code, in code order. Raises ValueError on a malformed or twice-given code."""
    return read_catalog(PACKAGE)


def read_catalog(root: Path) -> dict[str, ErrorText]:
    """Read every ``errors.yaml`` below ``root``; see the module text for the shape and :func:`catalog` for errors."""
    found: dict[str, ErrorText] = {}
    for path in sorted(root.rglob("errors.yaml")):
        file = path.relative_to(root).as_posix()
        for text in _read_file(path, file):
            if text.code in found:
                raise ValueError(f"error code {text.code} stands in {found[text.code].file} and in {file}")
            found[text.code] = text
    return dict(sorted(found.items()))


def _read_file(path: Path, file: str) -> list[ErrorText]:
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader) or {}
    return [_entry(code, fields, file) for code, fields in entries.items()]


def _entry(code: str, fields: Any, file: str) -> ErrorText:
    if not isinstance(fields, dict) or not set(fields) <= FIELDS:
        raise ValueError(f"{file}: {code} may hold only {sorted(FIELDS)}")
    if not {"name", "what"} <= set(fields):
        raise ValueError(f"{file}: {code} needs name and what")
    severity = fields.get("severity", "fault")
    if severity not in SEVERITIES:
        raise ValueError(f"{file}: {code} has severity {severity!r}, not one of {sorted(SEVERITIES)}")
    texts = {key: Wording(fields.get(key) or "") for key in ("name", "what", "how")}
    example = str(fields.get("example") or "")
    return ErrorText(code=str(code), severity=severity, file=file, example=example, **texts)


def _rebuild(code: str, where: str, detail: str, values: dict[str, Any]) -> Fault:
    return Fault(code, where=where, detail=detail, **values)


class _UniqueKeyLoader(FastLoader):
    """YAML keeps the last of two equal keys in silence; here that would lose an error text, so it is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise ValueError(f"{node.start_mark.name or 'errors.yaml'}: key given twice: {sorted(map(str, twice))}")
        return super().construct_mapping(node, deep)
