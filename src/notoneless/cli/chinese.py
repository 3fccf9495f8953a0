"""Commands whose help and usage errors are Chinese. Typer's own texts are fixed English, so help pages are laid out here
and its usage errors become faults E920–E926 with the same shape as every other error of the program.

Wide characters count two columns (rich measures them); examples are never wrapped, so that they can be copied.
"""

from __future__ import annotations

import difflib
import io
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer._click.core import Command as AnyCommand
from typer._click.core import Context, Parameter
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    ClickException,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
)
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

from notoneless.cli.output import Exit, exit_code_of, report_fault, talk
from notoneless.common.errors import Fault

PROGRAM = "notoneless"
WIDEST = 100
EXAMPLES = "例："
HELP_OPTION, HELP_WORDS = "--help", "显示这页说明"
KIND_OF_VALUE = {"int": "整数", "float": "数", "str": "文字", "Path": "文件"}


class _ChinesePages:
    """What commands and groups have in common."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        formatter.write(help_page(ctx.command, ctx))

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """As Typer does it; every complaint then knows which command it is about."""
        try:
            return super().parse_args(ctx, args)  # type: ignore[misc, no-any-return]
        except BadOptionUsage as error:
            error.ctx = ctx
            raise


class Command(_ChinesePages, TyperCommand):
    """One command with a Chinese help page."""


class Group(_ChinesePages, TyperGroup):
    """A command with sub-commands; the outermost one also ends the run: faults, usage errors, exit code."""

    def resolve_command(self, ctx: Context, args: list[str]) -> Any:
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.commands, n=1)
            hint = f"是不是 {near[0]}？" if near else f"可用的命令：{'、'.join(self.commands)}。"
            raise Fault("E922", where=ctx.command_path, name=name, hint=hint, command=ctx.command_path)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run and leave the process with a fixed exit code; user errors show no traceback."""
        if not standalone_mode:
            return super().main(args, standalone_mode=False, **extra)
        given = sys.argv[1:] if args is None else list(args)
        talk.begin(as_json="--json" in given)  # so that a complaint about the options themselves is JSON too
        sys.exit(int(_run(lambda: super(Group, self).main(given, standalone_mode=False, **extra))))


class App(typer.Typer):
    """Typer whose commands and groups are those above."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=Group, rich_markup_mode=None, add_completion=False, **settings)

    def command(self, name: str | None = None, *, examples: Sequence[str], **settings: Any) -> Any:
        """Register a command; every one has at least two examples."""
        return super().command(name, cls=Command, epilog=example_text(examples), **settings)


def example_text(examples: Sequence[str]) -> str:
    """The examples that end a help page, one a line."""
    return "\n".join([EXAMPLES, *examples])


def _run(command: Callable[[], Any]) -> Exit | int:
    try:
        return command() or Exit.OK
    except NoArgsIsHelpError as page:
        typer.echo(page.format_message(), err=True)
        return Exit.USAGE
    except ClickException as error:
        report_fault(usage_fault(error))
        return Exit.USAGE
    except Fault as fault:
        report_fault(fault)
        return exit_code_of(fault)
    except (typer.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED


def usage_fault(error: ClickException) -> Fault:
    """What is wrong with the command line, in Chinese, and where its help is. Only the last case reads English text."""
    context = getattr(error, "ctx", None)
    values: dict[str, Any] = {"where": (where := context.command_path if context else PROGRAM), "command": where}
    if isinstance(error, MissingParameter) and error.param is not None:
        return Fault("E920", name=label(error.param), **values)
    if isinstance(error, NoSuchOption):
        near = f"是不是 {'、'.join(sorted(error.possibilities))}？" if error.possibilities else ""
        return Fault("E921", name=error.option_name, hint=near, **values)
    if isinstance(error, BadOptionUsage):
        return Fault("E923", name=error.option_name, **values)
    if isinstance(error, BadParameter) and error.param is not None:
        return Fault("E924", name=label(error.param), expected=value_words(error.param), **values)
    if context is not None and isinstance(context.command, TyperGroup):
        return Fault("E925", known="、".join(context.command.commands), **values)
    extra = re.search(r"\(s\) \((.*)\)$", error.message)
    return Fault("E926", extra=extra[1] if extra else error.message, **values)


def label(param: Parameter) -> str:
    """How a person knows a parameter: --option, or the word that stands for the argument."""
    return param.opts[-1] if param.param_type_name == "option" else str(getattr(param, "metavar", None) or param.name)


def value_words(param: Any) -> str:
    """What kind of value a parameter takes: its choices, or its type in a word."""
    kind = param.type_descriptor
    if kind.choices:
        return "|".join(str(choice) for choice in kind.choices)
    name = getattr(kind.annotation, "__name__", str(kind.annotation))
    return next((word for key, word in KIND_OF_VALUE.items() if key in name), KIND_OF_VALUE["str"])


def help_page(command: AnyCommand, ctx: Context) -> str:
    """The whole page: usage, purpose, arguments, options, sub-commands, examples and exit codes."""
    width = ctx.terminal_width or min(shutil.get_terminal_size().columns, WIDEST)
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, legacy_windows=False)
    params = command.get_params(ctx)
    console.print(Text(f"用法：{_usage(command, params, ctx)}"))
    if command.help:
        console.print()
        console.print(Padding(Text(command.help.strip()), (0, 0, 0, 2)))
    _section(console, "参数", [(value_name(p), _words(p)) for p in params if p.param_type_name == "argument"])
    _section(console, "选项", [(_option(p), _words(p)) for p in params if p.param_type_name == "option"])
    children = getattr(command, "commands", {})
    _section(console, "命令", [(name, child.help or "") for name, child in children.items() if not child.hidden])
    for line in (command.epilog or "").splitlines():
        if line.startswith(PROGRAM):
            console.print(Text(f"  {line}"), soft_wrap=True)
        else:
            console.print()
            console.print(Text(line))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())


def _usage(command: AnyCommand, params: Sequence[Any], ctx: Context) -> str:
    words = [ctx.command_path, "[选项]"]
    for param in params:
        if param.param_type_name == "argument":
            words.append(value_name(param) if param.required else f"[{value_name(param)}]")
        elif param.required:
            words.append(f"{param.opts[0]} {value_name(param)}")
    if isinstance(command, TyperGroup):
        words.append("[命令]" if command.invoke_without_command else "命令")
    return " ".join(words)


def value_name(param: Any) -> str:
    """The word for a parameter's value; several values end with an ellipsis."""
    return (param.metavar or value_words(param)) + ("…" if param.nargs == -1 else "")


def _option(param: Any) -> str:
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag else f"{names} {value_name(param)}"


def _words(param: Any) -> str:
    notes = []
    if param.required:
        notes.append("必填")
    if param.default not in (None, "", False, [], ()) and not callable(param.default):
        notes.append(f"默认 {param.default}")
    if param.envvar:
        notes.append(f"也可用环境变量 {param.envvar}")
    text = HELP_WORDS if HELP_OPTION in param.opts else (param.help or "")
    if not notes:
        return text
    return (
        f"{text.removesuffix('）')}；{'；'.join(notes)}）" if text.endswith("）") else f"{text}（{'；'.join(notes)}）"
    )


def _section(console: Console, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    for name, words in rows:
        grid.add_row(Text(name), Text(words))
    console.print()
    console.print(Text(f"{heading}："))
    console.print(Padding(grid, (0, 0, 0, 2)))
