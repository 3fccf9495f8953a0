"""sweep, sweep diff, verify: run a comparison, compare two, prove one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from notoneless.check.core import load_checks
from notoneless.check.records import queries
from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsOf, By, Region, day
from notoneless.cli.output import Exit, print_table, progress, stop, talk, write_json
from notoneless.flows.sweep import run_sweep
from notoneless.flows.sweep_diff import diff_sweeps
from notoneless.flows.verify import prove_sweep
from notoneless.roster.core import load_kinds

SWEEP_EXAMPLES = ("notoneless sweep", "notoneless sweep --as-of 2026-10-10")
DIFF_EXAMPLES = (
    "notoneless sweep diff 20260910-1a2b3c4d5e 20261010-6f7a8b9c0d",
    "notoneless --json sweep diff 20260910-1a2b3c4d5e 20261010-6f7a8b9c0d",
)
VERIFY_EXAMPLES = ("notoneless verify 20261010-6f7a8b9c0d", "notoneless --json verify 20261010-6f7a8b9c0d")
sweeps = App(invoke_without_command=True)


def add_to(app: App) -> None:
    sweeps.callback(invoke_without_command=True, epilog=example_text(SWEEP_EXAMPLES))(sweep)
    sweeps.command("diff", examples=DIFF_EXAMPLES)(diff)
    app.add_typer(sweeps, name="sweep")
    app.command("verify", examples=VERIFY_EXAMPLES)(verify)


def sweep(
    context: typer.Context,
    as_of: AsOf = "",
    region: Region = "",
    threads: Annotated[
        int | None, typer.Option("--threads", metavar="个数", help="用几个线程；结果不因此改变")
    ] = None,
    by: By = "",
) -> None:
    """按一个日期做一次摸排：把名册比对一遍，得出缺口。名册没有变时不会重复立案。"""
    if context.invoked_subcommand:
        return
    user: Any = start.acting_user(by)
    with progress() as tell:
        outcome = run_sweep(
            as_of=day(as_of, start.today()), by=user, now=start.now(), region=region, threads=threads, progress=tell
        )
    counts = queries.get_counts(user, outcome.sweep)
    if talk.as_json:
        write_json("sweep", id=outcome.sweep.pk, already=outcome.already, as_of=outcome.sweep.as_of, counts=counts)
        return
    if outcome.already:
        talk.say(f"名册、政策和事实都没有变，仍是 {outcome.sweep.pk}")
    print_counts(counts, outcome.sweep.pk)


def print_counts(counts: list[dict[str, Any]], title: str) -> None:
    """The five numbers per check; missing lists are named."""
    checks, kinds = load_checks(), load_kinds()
    print_table(
        ["核查", "应查", "符合", "缺口", "有据排除", "不能判断", "缺少名册"],
        [
            (
                checks[row["check_id"]].name,
                row["expected"],
                row["met"],
                row["gap"],
                row["excused"],
                row["unknown"],
                "、".join(kinds[kind].name for kind in row["missing_lists"]),
            )
            for row in counts
        ],
        title=title,
    )


def diff(
    earlier: Annotated[str, typer.Argument(metavar="先前", help="先前的摸排编号")],
    later: Annotated[str, typer.Argument(metavar="后来", help="后来的摸排编号")],
    by: By = "",
) -> None:
    """两次摸排之间：新增、减少、不变的缺口，各有原因。"""
    user: Any = start.acting_user(by)
    found = diff_sweeps(queries.get_sweep(user, earlier), queries.get_sweep(user, later))
    if talk.as_json:
        write_json("sweep_diff", earlier=earlier, later=later, changes=found.to_dicts())
        return
    names = {check_id: check.name for check_id, check in load_checks().items()}
    print_table(
        ["核查", "变化", "原因", "人数"],
        [(names[row["check_id"]], row["change_name"], row["cause_name"], row["count"]) for row in found.summary()],
        title=f"{earlier} → {later}",
    )


def verify(sweep_id: Annotated[str, typer.Argument(metavar="摸排", help="摸排编号")], by: By = "") -> None:
    """由原始批次重算一次摸排，逐个文件核对内容指纹。"""
    user: Any = start.acting_user(by)
    with progress() as tell:
        report = prove_sweep(queries.get_sweep(user, sweep_id), by=user, now=start.now(), progress=tell)
    if talk.as_json:
        files = [file.to_dict() for file in report.files]
        write_json("verify", sweep=sweep_id, ok=report.ok, made_by=report.made_by, files=files)
    else:
        print_table(
            ["文件", "行数", "结果"], [(f.name, f.rows, "一致" if f.same else "不一致") for f in report.files]
        )
        talk.say(report.sentence)
    stop(Exit.OK if report.ok else Exit.FINDINGS)
