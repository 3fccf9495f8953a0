"""Options that several commands share, with one wording."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from notoneless.cli.output import talk
from notoneless.common.errors import Fault

By = Annotated[
    str,
    typer.Option("--by", metavar="账号", envvar="NOTONELESS_USER", help="以哪个账号的身份（默认：唯一的县局经办）"),
]
AsAdmin = Annotated[
    str,
    typer.Option("--by", metavar="账号", envvar="NOTONELESS_USER", help="以哪个账号的身份（默认：唯一的系统管理员）"),
]
AsSecurity = Annotated[
    str,
    typer.Option("--by", metavar="账号", envvar="NOTONELESS_USER", help="以哪个账号的身份（默认：唯一的安全管理员）"),
]
AsAuditor = Annotated[
    str, typer.Option("--by", metavar="账号", envvar="NOTONELESS_USER", help="以哪个账号的身份（默认：唯一的审计）")
]
Format = Annotated[Literal["table", "json", "csv", "xlsx"], typer.Option("--format", help="输出格式")]
Out = Annotated[Path | None, typer.Option("--out", metavar="文件", help="写到这个文件")]
Region = Annotated[str, typer.Option("--region", metavar="代码", help="辖区代码（默认：本机设置的县）")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="日期", help="数据时点，年-月-日（默认：今天）")]


def day(text: str, default: dt.date) -> dt.date:
    """A date option (E905)."""
    if not text:
        return default
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Fault("E905", where="--as-of", text=text) from error


def global_options(
    as_json: Annotated[bool, typer.Option("--json", help="输出一份 JSON（含 schema_version）")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不打印说明")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="不用颜色；也认环境变量 NO_COLOR")] = False,
) -> None:
    """全部命令共用的选项，写在命令之前：notoneless --json sweep。"""
    talk.begin(as_json=as_json, quiet=quiet, colour=not no_color)
