"""trail: prove that nothing was taken out of the trail, and write down where it stands today."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsAuditor
from notoneless.cli.output import Exit, stop, talk, write_json
from notoneless.org.permissions import Permission, check_may
from notoneless.trail import chain

LINE = f"留痕核对点 2026-10-10 09:00:00 共 128 条 末条散列 {'0123456789abcdef' * 4}"
VERIFY_EXAMPLES = ("notoneless trail verify", f'notoneless trail verify --line "{LINE}"')
CHECKPOINT_EXAMPLES = ("notoneless trail checkpoint", "notoneless trail checkpoint >> 核对点.txt")
trails = App(
    help="留痕：验证、记核对点",
    no_args_is_help=True,
    epilog=example_text((VERIFY_EXAMPLES[0], CHECKPOINT_EXAMPLES[0])),
)


def add_to(app: App) -> None:
    trails.command("verify", examples=VERIFY_EXAMPLES)(verify)
    trails.command("checkpoint", examples=CHECKPOINT_EXAMPLES)(checkpoint)
    app.add_typer(trails, name="trail")


def verify(
    line: Annotated[
        list[str] | None, typer.Option("--line", metavar="核对点", help="抄在外面的核对点，可以写多个")
    ] = None,
    by: AsAuditor = "",
) -> None:
    """从头核对留痕：改过、删过、换过次序、截断过都会查出；有问题时退出码是 1。"""
    _check(by)
    report = chain.verify_chain([chain.parse_line(one) for one in line or []])
    if talk.as_json:
        write_json("trail", ok=report.whole, size=report.size, head=report.head, problems=report.problems)
    else:
        typer.echo(report.summary())
    stop(Exit.OK if report.whole else Exit.FINDINGS)


def checkpoint(by: AsAuditor = "") -> None:
    """记下留痕现在的长度和末条散列。把打印的一行抄在纸上或另一台机器上，以后可以查出被截断。"""
    _check(by)
    point = chain.checkpoint(now=start.now())
    if talk.as_json:
        write_json("checkpoint", size=point.size, head=point.head, at=point.at, line=chain.checkpoint_line(point))
    else:
        typer.echo(chain.checkpoint_line(point))


def _check(by: str) -> None:
    user: Any = start.acting_user(by, role="auditor")
    check_may(user, Permission.TRAIL_VIEW)
