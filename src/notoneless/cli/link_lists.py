"""link: two lists in, links out. Without a database, so that it starts at once and runs anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from notoneless.cli.chinese import App
from notoneless.cli.output import talk, write_json
from notoneless.flows.link_lists import calibration_page, write_links
from notoneless.flows.link_lists import link as link_two

LINK_EXAMPLES = (
    "notoneless link 学籍.parquet 户籍.parquet --out links.parquet --review review.parquet",
    "notoneless link 点名.csv 户籍.parquet --out links.parquet --threads 2 --memory 4GB",
)


def add_to(app: App) -> None:
    app.command("link", examples=LINK_EXAMPLES)(link)


def link(
    left: Annotated[Path, typer.Argument(metavar="左", help="Parquet 或 CSV，列名用标准名（name id_no dob …）")],
    right: Annotated[Path, typer.Argument(metavar="右", help="另一份名册，同上")],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="合上的行，写成 Parquet")],
    review: Annotated[
        Path | None, typer.Option("--review", metavar="文件", help="要人看的疑似对，写成 Parquet")
    ] = None,
    engine: Annotated[Literal["duckdb", "spark"], typer.Option("--engine", help="计算引擎")] = "duckdb",
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="线程数（默认：全部）")] = None,
    memory: Annotated[str, typer.Option("--memory", metavar="大小", help="引擎可用的内存，如 8GB")] = "",
    explain: Annotated[
        Path | None,
        typer.Option(
            "--explain", metavar="网页", help="写一页说明：按分值分布、误差估计、各步骤的理由（不含个人信息）"
        ),
    ] = None,
) -> None:
    """两份名册里谁和谁是同一个人：合上的、要人看的、每一对的理由。"""
    found = link_two(left, right, engine=engine, threads=threads, memory=memory or None)
    write_links(found.links, out)
    if review:
        write_links(found.review, review)
    if explain:
        explain.write_text(calibration_page(found), encoding="utf-8")
    if talk.as_json:
        write_json(
            "link", links=found.links.num_rows, review=found.review.num_rows, capped=found.capped, out=str(out)
        )
    else:
        talk.say(f"合上 {found.links.num_rows} 对，写入 {out}；要人看 {found.review.num_rows} 对")
