"""The command `notoneless`: every job of the desk without a browser."""

from __future__ import annotations

import importlib.metadata
import sys
from typing import Annotated

import typer

from notoneless.cli import start  # noqa: F401  (starts Django before the commands import its models)
from notoneless.cli.chinese import PROGRAM, App, example_text
from notoneless.cli.output import EXIT_MEANING, talk

EXIT_CODES = "退出码：" + " · ".join(f"{int(code)} {meaning}" for code, meaning in EXIT_MEANING.items())
EXAMPLES = ("notoneless demo", "notoneless import 户籍.xlsx 学籍.xlsx 在校点名.csv", "notoneless sweep")

app = App(
    name=PROGRAM,
    help="一个不少：名册比对、一人一案。数据写到标准输出，说明写到标准错误。",
    epilog=f"{example_text(EXAMPLES)}\n{EXIT_CODES}",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(shown: bool) -> None:
    if shown:
        typer.echo(importlib.metadata.version("notoneless"))
        raise typer.Exit


@app.callback()
def options(
    as_json: Annotated[bool, typer.Option("--json", help="输出一份 JSON（含 schema_version）")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="不打印说明")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="不用颜色；也认环境变量 NO_COLOR")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="版本")] = False,
) -> None:
    """全部命令共用的选项，写在命令之前：notoneless --json sweep。"""
    talk.begin(as_json=as_json, quiet=quiet, colour=not no_color)


def main() -> None:
    """Run the command line; always UTF-8, also where the terminal says otherwise."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    app(prog_name=PROGRAM)


from notoneless.cli import (  # noqa: E402
    accounts,
    audit,
    coverage,
    demo,
    doctor,
    habits,
    inbox,
    ledger,
    link_lists,
    policy,
    roster,
    seal,
    serve,
    sweep,
    tokens,
    trail,
)

for module in (
    roster, link_lists, seal, coverage, habits, inbox, sweep, ledger, trail, audit, policy, accounts, tokens, serve, doctor, demo,
):  # fmt: skip
    module.add_to(app)

if __name__ == "__main__":
    main()
