"""Options that several commands share, with one wording."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from notoneless.common.errors import Fault

By = Annotated[str, typer.Option("--by", envvar="NOTONELESS_USER", help="以哪个账号的身份（默认：唯一的县局经办）")]
Format = Annotated[Literal["table", "json", "csv", "xlsx"], typer.Option("--format", help="输出格式")]
Out = Annotated[Path | None, typer.Option("--out", help="写到这个文件")]
AsOf = Annotated[str, typer.Option("--as-of", help="数据时点，年-月-日（默认：今天）")]


def day(text: str, default: dt.date) -> dt.date:
    """A date option (E905)."""
    if not text:
        return default
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Fault("E905", where="--as-of", text=text) from error


def examples(*lines: str) -> str:
    """The examples that end every --help."""
    return "例：\n\n" + "\n\n".join(lines)
