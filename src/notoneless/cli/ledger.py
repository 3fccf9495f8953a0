"""ledger and explain: the lists that officers act on, and why a child is on one."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.options import By, Format, Out, examples
from notoneless.cli.output import print_table, talk, write_json, write_rows
from notoneless.common.errors import Fault
from notoneless.flows.explain import explain_child, explain_pair
from notoneless.flows.ledger import LEDGERS, ledger_rows, list_ledger
from notoneless.link.records.queries import list_children, list_reviews


def add_to(app: typer.Typer) -> None:
    app.command(
        "ledger",
        epilog=examples("notoneless ledger 疑似辍学", "notoneless ledger 适龄儿童 --format xlsx --out 适龄儿童.xlsx"),
    )(ledger)
    app.command(
        "explain", epilog=examples("notoneless explain CABCDEFGHIJK", "notoneless --json explain P0123456789abcdef")
    )(explain)


def ledger(
    name: Annotated[str, typer.Argument(help="台账：" + "、".join(one.name for one in LEDGERS.values()))],
    format: Format = "table",
    out: Out = None,
    by: By = "",
) -> None:
    """打印或导出一本台账。证件号、电话只显示首尾。"""
    user: Any = start.acting_user(by)
    chosen = next((one for one in LEDGERS.values() if name in (one.id, one.name)), None)
    if chosen is None:
        raise Fault("E912", where=name, name=name, known="、".join(one.name for one in LEDGERS.values()))
    header, rows = ledger_rows(user, chosen, list_ledger(user, chosen, {}), now=start.now())
    write_rows("json" if talk.as_json else format, header, rows, chosen.name, out)


def explain(
    subject: Annotated[str, typer.Argument(metavar="CHILD|LINK", help="孩子编号 C… 或疑似同一人编号 P…")],
    by: By = "",
) -> None:
    """说明一个孩子为什么在名单上、由哪些行合成；或一对为什么像、为什么不敢断定。"""
    user: Any = start.acting_user(by)
    child = list_children(user).filter(pk=subject).first()
    pair = None if child else list_reviews(user).filter(pk=subject).first()
    if child is not None:
        found = explain_child(user, child, now=start.now())
    elif pair is not None:
        found = explain_pair(pair)
    else:
        raise Fault("E913", where=subject, name=subject)
    if talk.as_json:
        write_json("explanation", **found.to_dict())
        return
    typer.echo(found.text)
    for table in found.tables:
        print_table(table.header, table.rows, title=table.title)
