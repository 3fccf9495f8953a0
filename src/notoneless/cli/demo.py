"""demo: an invented township, county or city through the same doors that a user's files take."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

import typer
from django.conf import settings

from notoneless.check.core import load_checks
from notoneless.cli import start
from notoneless.cli.chinese import App
from notoneless.cli.output import print_table, progress, talk, write_json
from notoneless.cli.serve import Host, Port, run_server
from notoneless.flows.demo_county import REGIONS, DemoRun, demo_logins, run_demo

DEMO_SEED = 20260901


def add_to(app: App) -> None:
    app.command("demo", examples=("notoneless demo", "notoneless demo --size county --no-serve --seed 7"))(demo)


def demo(
    size: Annotated[
        Literal["township", "county", "city"], typer.Option(help="虚构的范围：一个乡镇、一个县、一个市")
    ] = "township",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="打印结果后结束")] = False,
    seed: Annotated[int, typer.Option(metavar="整数", help="随机种子；同一种子得到同样的名册")] = DEMO_SEED,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """生成虚构名册，导入、摸排、立案，与预埋的错误对账，然后打开网页。可以反复运行。"""
    move_to_own_folder(size, seed)
    start.prepare_database()
    started = time.monotonic()
    with progress() as tell:
        run = run_demo(size=size, seed=seed, folder=settings.DATA_DIR, now=start.now(), progress=tell)
    _print(run, time.monotonic() - started)
    if not no_serve:
        run_server(host, port)


def move_to_own_folder(size: str, seed: int) -> None:
    """Start this very command again in the demonstration's own data folder: invented children never meet real ones."""
    mark = "" if seed == DEMO_SEED else f"-{seed}"
    folder = settings.BASE_DIR / "var" / f"demo-{size}{mark}"
    if folder == settings.DATA_DIR:
        return
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NOTONELESS_")}
    environment |= {"NOTONELESS_DATA": str(folder), "NOTONELESS_REGION": REGIONS[size][:6]}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "notoneless.cli.main", *sys.argv[1:]], environment)


def _print(run: DemoRun, seconds: float) -> None:
    if talk.as_json:
        write_json("demo", **run.to_dict(), total_seconds=round(seconds, 1))
        return
    stages = [(stage.name, f"{stage.seconds:.1f}", stage.detail) for stage in run.stages]
    print_table(["阶段", "秒", "说明"], [*stages, ("合计", f"{seconds:.1f}", "")], title="用时")
    if run.score:
        names = {check_id: check.name for check_id, check in load_checks().items()}
        header, *rows = run.score.table(names)
        print_table(header, rows, title="与预埋的错误对账")
    talk.say(f"个案 {run.cases:,} 个，待人工判定 {run.reviews:,} 对；对账结果写在 {_short(run.score_path)}")
    print_table(["角色", "账号", "口令", "做什么"], demo_logins(settings.DATA_DIR), title="演示账号")


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
