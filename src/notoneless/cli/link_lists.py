"""link: two lists in, links out. Without a database, so that it starts at once and runs anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from notoneless.cli.chinese import App
from notoneless.cli.link_quickly import said
from notoneless.cli.output import talk, write_json
from notoneless.common.errors import Fault
from notoneless.flows.link_lists import calibration_page, write_links
from notoneless.flows.link_lists import link as link_two
from notoneless.flows.link_sealed import are_sealed, link_sealed
from notoneless.flows.seal_key import read_key

LINK_EXAMPLES = (
    "notoneless link 学籍.parquet 户籍.parquet --out links.parquet --review review.parquet",
    "notoneless link 点名.csv 户籍.parquet --out links.parquet --threads 2 --memory 4GB",
    "notoneless link 户籍-已封.parquet 残联-已封.parquet --out 合上.parquet --review 疑似.parquet",
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
    engine: Annotated[
        Literal["duckdb", "spark"],
        typer.Option("--engine", help="计算引擎；spark 要另装，用于一台机器装不下的名册，结果逐字节相同"),
    ] = "duckdb",
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="线程数（默认：全部）")] = None,
    memory: Annotated[str, typer.Option("--memory", metavar="大小", help="引擎可用的内存，如 8GB")] = "",
    explain: Annotated[
        Path | None,
        typer.Option(
            "--explain", metavar="网页", help="写一页说明：按分值分布、误差估计、各步骤的理由（不含个人信息）"
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="文件", help="封好的名册：再用密钥核对一遍，看文件是不是别人伪造的"),
    ] = None,
) -> None:
    """两份名册里谁和谁是同一个人：合上的、要人看的、每一对的理由。封好的名册也行。"""
    if are_sealed(left, right):
        if explain:
            raise Fault("E428", where="--explain")
        found = link_sealed(
            left, right, key=read_key(key) if key else None, engine=engine, threads=threads, memory=memory or None
        )
    else:
        found = link_two(left, right, engine=engine, threads=threads, memory=memory or None)
        if explain:
            explain.write_text(calibration_page(found), encoding="utf-8")
    write_links(found.links, out)
    if review:
        write_links(found.review, review)
    if talk.as_json:
        write_json(
            "link", links=found.links.num_rows, review=found.review.num_rows, capped=found.capped, out=str(out)
        )
    else:
        talk.say(said(found.links.num_rows, found.review.num_rows, out))
