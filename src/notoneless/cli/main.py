"""The command `notoneless`: every job of the desk without a browser."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from typing import Annotated

import typer

from notoneless.cli import start  # noqa: F401  (starts Django before the commands import its models)
from notoneless.cli.output import EXIT_MEANING, Exit, exit_code_of, report_fault, talk
from notoneless.common.errors import Fault

EPILOG = "退出码：" + " · ".join(f"{int(code)} {meaning}" for code, meaning in EXIT_MEANING.items())
CONTEXT = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="notoneless",
    help="一个不少：名册比对、一人一案。数据写到标准输出，说明写到标准错误。",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=True,
    context_settings=CONTEXT,
    rich_markup_mode=None,
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
    talk.as_json, talk.quiet = as_json, quiet
    if no_color:
        os.environ["NO_COLOR"] = "1"
        talk.console.no_color = True


def main() -> None:
    """Run the command; user errors end without a traceback and with their fixed exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        app()
    except Fault as fault:
        report_fault(fault)
        sys.exit(int(exit_code_of(fault)))
    except KeyboardInterrupt:
        sys.exit(int(Exit.INTERRUPTED))


from notoneless.cli import demo, ledger, operate, roster, sweep  # noqa: E402

for module in (roster, sweep, ledger, operate, demo):
    module.add_to(app)

if __name__ == "__main__":
    main()
