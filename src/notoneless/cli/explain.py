"""explain: why a child is on a list, why a pair is doubtful, why two rows are or are not one person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.chinese import App
from notoneless.cli.options import By
from notoneless.cli.output import print_table, talk, write_json
from notoneless.common.errors import Fault
from notoneless.flows.explain import Explained, explain_child, explain_pair
from notoneless.flows.explain_roster_rows import RosterRow, why_rows
from notoneless.flows.explain_rows import RowPair, weight_table, why
from notoneless.link.records.queries import list_children, list_reviews
from notoneless.org.models import User

EXPLAIN_EXAMPLES = (
    "notoneless explain CABCDEFGHIJK",
    "notoneless --json explain PABCDEFGHIJK",
    "notoneless explain 20261010-1a2b3c4d5e:17 20261010-6f7a8b9c0d:99",
    "notoneless explain --left 学籍.parquet --left-row 17 --right 户籍.parquet --right-row 99",
)
WEIGHT_HEADER = ["项目", "一方", "另一方", "看法", "分"]


def add_to(app: App) -> None:
    app.command("explain", examples=EXPLAIN_EXAMPLES)(explain)


def explain(
    subject: Annotated[str, typer.Argument(metavar="编号", help="孩子 C…、疑似同一人 P…，或一行 批次:行号")] = "",
    other: Annotated[str, typer.Argument(metavar="另一行", help="和哪一行比：批次:行号")] = "",
    left: Annotated[Path | None, typer.Option("--left", metavar="文件", help="左边的名册（Parquet 或 CSV）")] = None,
    left_row: Annotated[str, typer.Option("--left-row", metavar="行", help="行的编号，没有编号列的写第几行")] = "",
    right: Annotated[Path | None, typer.Option("--right", metavar="文件", help="右边的名册")] = None,
    right_row: Annotated[str, typer.Option("--right-row", metavar="行", help="同上")] = "",
    by: By = "",
) -> None:
    """说明一个孩子为什么在名单上、由哪些行合成；两行为什么是、为什么不是同一人，差在哪里。"""
    if left or right:
        if not (left and right and left_row and right_row):
            raise Fault("E929")
        _show_rows(why(left, left_row, right, right_row))
        return
    user: Any = start.acting_user(by)
    if other:
        _show_rows(why_rows(user, RosterRow.read(subject), RosterRow.read(other), now=start.now()))
        return
    _show(_explained(user, subject))


def _explained(user: User, subject: str) -> Explained:
    child = list_children(user).filter(pk=subject).first()
    if child is not None:
        return explain_child(user, child, now=start.now())
    pair = list_reviews(user).filter(pk=subject).first()
    if pair is None:
        raise Fault("E913", where=subject, name=subject)
    return explain_pair(pair)


def _show(found: Explained) -> None:
    if talk.as_json:
        write_json("explanation", **found.to_dict())
        return
    typer.echo(found.text)
    for table in found.tables:
        print_table(table.header, table.rows, title=table.title)


def _show_rows(found: RowPair) -> None:
    if talk.as_json:
        write_json("explanation", **found.to_dict())
        return
    typer.echo(found.text)
    print_table(
        WEIGHT_HEADER,
        weight_table(found.said),
        title="各项的分（按定义的比特，与摸排相同；整份名册比对时另按名册学到的算）",
    )
