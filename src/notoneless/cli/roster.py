"""inspect, import, delivery: lists come in, are looked at, and are taken back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsOf, By, day
from notoneless.cli.output import Exit, print_table, progress, stop, talk, write_json
from notoneless.common.errors import Fault
from notoneless.flows import import_file as flow
from notoneless.roster.core import Roster, errors_workbook, get_kind, load_kinds, read_roster
from notoneless.roster.records import queries

SHOWN_PROBLEMS = 10
INSPECT_EXAMPLES = ("notoneless inspect 户籍.xlsx", "notoneless --json inspect 学籍.csv --kind 学籍")
IMPORT_EXAMPLES = (
    "notoneless import 户籍.xlsx --sender 县公安局 --as-of 2026-10-10",
    "notoneless import 户籍.xlsx 学籍.xlsx 在校点名.csv --dry-run --errors-out 错误行.xlsx",
)
LIST_EXAMPLES = ("notoneless delivery list", "notoneless --json delivery list")
REVOKE_EXAMPLES = (
    "notoneless delivery revoke D20261010-ab12cd34 --reason 公安局重发了全量名单",
    "notoneless delivery revoke D20261010-ab12cd34 --reason 送错了文件 --by clerk",
)
deliveries = App(
    help="送达批次：列出、撤回", no_args_is_help=True, epilog=example_text((LIST_EXAMPLES[0], REVOKE_EXAMPLES[0]))
)

Kind = Annotated[str, typer.Option("--kind", metavar="种类", help="名册种类，如 户籍 或 hukou（默认：由表头认出）")]
Sender = Annotated[str, typer.Option("--sender", metavar="单位", help="送达单位，如 县公安局")]
Place = Annotated[str, typer.Option("--place", metavar="代码", help="名册说的是哪个辖区（默认：您的辖区）")]


def add_to(app: App) -> None:
    app.command("inspect", examples=INSPECT_EXAMPLES)(inspect)
    app.command("import", examples=IMPORT_EXAMPLES)(import_files)
    deliveries.command("list", examples=LIST_EXAMPLES)(list_deliveries)
    deliveries.command("revoke", examples=REVOKE_EXAMPLES)(revoke)
    app.add_typer(deliveries, name="delivery")


def kind_id(text: str) -> str | None:
    """A kind by its id or Chinese name; None when not given. Raises E313 for an unknown one."""
    return get_kind(text, load_kinds()).id if text else None


def inspect(
    file: Annotated[Path, typer.Argument(metavar="文件", help="Excel、WPS 或 CSV 文件")],
    kind: Kind = "",
) -> None:
    """看一份文件会被怎样读：种类、表头、对列、错误。什么都不写入。"""
    roster = read_roster(existing(file), kind_id(kind))
    report(file, roster)
    stop(Exit.FINDINGS if roster.counts.refused else Exit.OK)


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="文件", help="一个或多个 Excel、WPS 或 CSV 文件")],
    kind: Kind = "",
    sender: Sender = "",
    as_of: AsOf = "",
    place: Place = "",
    legal_basis: Annotated[str, typer.Option("--legal-basis", metavar="依据", help="送达依据，写进批次")] = "",
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="有一行错就整份不导入")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只核对，不导入")] = False,
    errors_out: Annotated[
        Path | None, typer.Option("--errors-out", metavar="文件", help="错误行写到这个工作簿，改好可直接再导入")
    ] = None,
    by: By = "",
) -> None:
    """导入名册。每份文件是一个可撤回的批次；同一份文件导两次不会改变什么。"""
    user: Any = start.acting_user(by)
    worst = Exit.OK
    for file in files:
        with progress() as tell:
            outcome = flow.import_file(
                source=existing(file),
                file_name=file.name,
                kind=kind_id(kind),
                sender=sender or user.sender or user.display_name,
                as_of=day(as_of, start.today()),
                place_code=place or user.place_code,
                legal_basis=legal_basis,
                choice="all_or_nothing" if all_or_nothing else "good_rows",
                dry_run=dry_run,
                by=user,
                now=start.now(),
                progress=tell,
            )
        report(file, outcome.roster, outcome)
        if errors_out and outcome.roster.counts.refused:
            target = errors_out if len(files) == 1 else errors_out.with_stem(f"{errors_out.stem}_{file.stem}")
            errors_workbook(outcome.roster, target)
            talk.say(f"错误行已写入 {target}，改好后可直接再导入")
        worst = max(worst, _exit(outcome))
    stop(worst)


def _exit(outcome: flow.ImportOutcome) -> Exit:
    if not outcome.roster.counts.refused:
        return Exit.OK
    return Exit.PART if outcome.delivery else Exit.FINDINGS


def existing(file: Path) -> Path:
    if not file.is_file():
        raise Fault("E901", where=str(file), name=file.name)
    return file


def report(file: Path, roster: Roster, outcome: flow.ImportOutcome | None = None) -> None:
    """What was read and what became of it: read = accepted + refused + duplicate + ignored."""
    delivery = outcome.delivery if outcome else None
    counts = roster.counts
    if talk.as_json:
        write_json(
            "import" if outcome else "inspect",
            file=file.name,
            roster_kind=roster.kind,
            recognised=roster.recognised,
            counts=counts.to_dict(),
            mapping=roster.mapping.to_dict(),
            problems=[asdict(problem) for problem in roster.problems],
            delivery=delivery.pk if delivery else None,
            already=bool(outcome and outcome.already),
        )
        return
    talk.say(f"{file.name}：{roster.recognised}；工作表 {roster.sheet or '-'}，表头第 {roster.header_row} 行")
    print_table(
        ["读入", "可导入", "错误", "重复", "空行等忽略"],
        [(counts.read, counts.accepted, counts.refused, counts.duplicate, counts.ignored)],
    )
    if roster.problem_counts:
        print_table(
            ["错误种类", "行数", "怎么改"],
            [(f"{code} {name}", count, how) for code, name, count, how in roster.summary()[:SHOWN_PROBLEMS]],
        )
    if outcome and outcome.already:
        talk.say(f"这份文件已经在批次 {delivery.pk} 里，没有重复导入")  # type: ignore[union-attr]
    elif delivery:
        if delivery.supplements:
            talk.say("这是改好的错误行：摸排时与此前的同一份名册一起用，不取代它")
        talk.say(f"已导入，批次 {delivery.pk}；要撤回：notoneless delivery revoke {delivery.pk} --reason …")
    elif outcome:
        talk.say("没有导入")


def list_deliveries(by: By = "") -> None:
    """列出送达批次，新的在前。"""
    user: Any = start.acting_user(by)
    kinds = load_kinds()
    header = ["批次", "种类", "送达单位", "数据时点", "读入", "导入", "错误", "重复", "忽略", "状态"]
    rows = [
        (
            d.pk,
            kinds[d.kind].name,
            d.sender,
            d.as_of,
            d.rows_read,
            d.rows_accepted,
            d.rows_refused,
            d.rows_duplicate,
            d.rows_ignored,
            d.get_status_display(),
        )
        for d in queries.list_deliveries(user)
    ]
    if talk.as_json:
        write_json("deliveries", rows=[dict(zip(header, row, strict=True)) for row in rows])
    else:
        print_table(header, rows)


def revoke(
    delivery: Annotated[str, typer.Argument(metavar="批次", help="批次编号")],
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="为什么撤回")],
    by: By = "",
) -> None:
    """整批撤回。已做的摸排不变，并注明它用到了已撤回的批次。"""
    user: Any = start.acting_user(by)
    found = queries.get_delivery(user, delivery)
    outcome = flow.revoke_delivery(delivery=found, reason=reason, by=user, now=start.now())
    if talk.as_json:
        write_json("revoked", delivery=delivery, sweeps=outcome)
    else:
        talk.say(f"已撤回 {delivery}；用到它的摸排：{'、'.join(outcome) or '无'}")
