"""demo: an invented township, county or city through the same doors that a user's files take."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Literal

import typer
from django.conf import settings

from notoneless.cli import start
from notoneless.cli.operate import run_server
from notoneless.cli.options import examples
from notoneless.cli.output import print_table, progress, talk, write_json
from notoneless.flows.demo_county import DemoRun, demo_logins, run_demo


def add_to(app: typer.Typer) -> None:
    app.command(
        "demo", epilog=examples("notoneless demo", "notoneless demo --size county --no-serve --seed 7")
    )(demo)


def demo(
    size: Annotated[Literal["township", "county", "city"], typer.Option(help="虚构的范围")] = "township",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="打印结果后结束")] = False,
    seed: Annotated[int, typer.Option(help="随机种子；同一种子得到同样的名册")] = 2026,
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口")] = 8000,
) -> None:
    """生成虚构名册，导入、摸排、立案，与预埋的错误对账，然后打开网页。可以反复运行。"""
    start.prepare_database()
    started = time.monotonic()
    with progress() as tell:
        run = run_demo(size=size, seed=seed, folder=settings.DATA_DIR / f"demo-{size}", now=start.now(), progress=tell)
    _print(run, time.monotonic() - started)
    if not no_serve:
        run_server(host, port)


def _print(run: DemoRun, seconds: float) -> None:
    if talk.as_json:
        write_json("demo", **run.to_dict(), seconds=round(seconds, 1))
        return
    print_table(["阶段", "秒", "说明"], [(s.name, f"{s.seconds:.1f}", s.detail) for s in run.stages], title="用时")
    print_table(
        ["预埋的错误", "预埋", "找到", "漏掉", "误报", "待人工"],
        [(row.name, row.planted, row.found, row.missed, row.false, row.waiting) for row in run.score.rows],
        title="与预埋的错误对账",
    )
    talk.say(f"个案 {run.cases} 个；待人工判定 {run.reviews} 对；对账结果写在 {_short(run.score_path)}")
    print_table(["角色", "账号", "口令", "能看什么"], demo_logins(), title="演示账号（只在虚构数据里有）")


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
