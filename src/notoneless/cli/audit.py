"""audit: an evidence pack is made and held against itself and this installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsAuditor
from notoneless.cli.output import Exit, stop, talk, write_json
from notoneless.common.errors import Fault
from notoneless.flows.evidence_pack import pack_case, pack_sample, verify_pack

PACK_EXAMPLES = ("notoneless audit pack A2026-000012", "notoneless audit pack Y20261130-01 --out 取证包.zip")
VERIFY_EXAMPLES = (
    "notoneless audit verify 取证包_A2026-000012.zip",
    "notoneless --json audit verify 取证包_A2026-000012.zip",
)
audits = App(
    help="审计：导出取证包、核对取证包",
    no_args_is_help=True,
    epilog=example_text((PACK_EXAMPLES[0], VERIFY_EXAMPLES[0])),
)


def add_to(app: App) -> None:
    audits.command("pack", examples=PACK_EXAMPLES)(pack)
    audits.command("verify", examples=VERIFY_EXAMPLES)(verify)
    app.add_typer(audits, name="audit")


def pack(
    about: Annotated[str, typer.Argument(metavar="编号", help="个案编号（A 开头）或抽样编号（Y 开头）")],
    out: Annotated[Path | None, typer.Option("--out", metavar="文件", help="写到这个文件")] = None,
    by: AsAuditor = "",
) -> None:
    """把一个个案或一次抽样的记录、留痕和指纹打成 zip；内容都脱敏，扫描件只列指纹。"""
    user: Any = start.acting_user(by, role="auditor")
    make = pack_sample if about.startswith("Y") else pack_case
    name, data = make(user, about, now=start.now())
    path = out or Path(name)
    path.write_bytes(data)
    if talk.as_json:
        write_json("pack", path=str(path), size=len(data))
    else:
        talk.say(f"已写入 {path}")


def verify(
    file: Annotated[Path, typer.Argument(metavar="文件", help="取证包（zip）")],
    by: AsAuditor = "",
) -> None:
    """核对取证包：文件与清单比，留痕、名册、扫描件的指纹与系统里的比；有对不上的，退出码是 1。"""
    user: Any = start.acting_user(by, role="auditor")
    if not file.is_file():
        raise Fault("E901", where=str(file), name=file.name)
    report = verify_pack(user, file.read_bytes(), file.name)
    if talk.as_json:
        write_json("pack", ok=report.ok, files=report.files, events=report.events, problems=report.problems)
    elif report.ok:
        typer.echo(f"{report.files} 个文件、{report.events} 条留痕都对得上")
    else:
        typer.echo("\n".join(report.problems))
    stop(Exit.OK if report.ok else Exit.FINDINGS)
