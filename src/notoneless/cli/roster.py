"""inspect, import, template, delivery: lists come in, are looked at, and are taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer
from django.conf import settings

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsOf, By, day
from notoneless.cli.output import Exit, exit_code_of, progress, show_rows, stop, talk, write_json
from notoneless.cli.roster_report import fault_dict, file_dict, print_fault, print_outcome, print_roster
from notoneless.common.errors import Fault
from notoneless.files.archive import open_archive
from notoneless.flows import import_file as flow
from notoneless.flows.import_in_one_go import InOneGo, Told, import_in_one_go
from notoneless.flows.intake import is_archive
from notoneless.policy.places import full_code
from notoneless.roster.core import KindDefinition, Registers, errors_workbook, get_kind, load_kinds, read_roster
from notoneless.roster.core import template as write_template
from notoneless.roster.records import queries

INSPECT_EXAMPLES = (
    "notoneless inspect 户籍.xlsx",
    "notoneless --json inspect 学籍.csv --kind 学籍",
    'notoneless inspect 户籍.xlsx --kind 户籍 --sheet 全县 --map "证件号=身份证号"',
)
IMPORT_EXAMPLES = (
    "notoneless import 户籍.xlsx --sender 县公安局 --as-of 2026-10-10",
    "notoneless import 户籍.xlsx 学籍.xlsx 在校点名.csv --dry-run --errors-out 错误行.xlsx",
    "notoneless import 名册.zip --sender 县残联 --accept-suggestions --remember",
    "notoneless import 岸堤镇户籍.xlsx --sender 县公安局 --supplements",
    'notoneless import 户籍.xlsx --kind 户籍 --map "证件号=身份证号" --map "备注="',
)
TEMPLATE_EXAMPLES = ("notoneless template 户籍 --out 户籍模板.xlsx", "notoneless template hukou --out 户籍模板.xlsx")
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
OneSheet = Annotated[
    str, typer.Option("--sheet", metavar="工作表", help="只读这一张工作表（默认：同一种名册的各张一起读）")
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="列=名称", help="文件里的列是名册的哪一列；等号后空着就是不用；可写多次，要同时写 --kind"
    ),
]
Item = tuple[str, bytes | Fault]


def add_to(app: App) -> None:
    app.command("inspect", examples=INSPECT_EXAMPLES)(inspect)
    app.command("import", examples=IMPORT_EXAMPLES)(import_files)
    app.command("template", examples=TEMPLATE_EXAMPLES)(template)
    deliveries.command("list", examples=LIST_EXAMPLES)(list_deliveries)
    deliveries.command("revoke", examples=REVOKE_EXAMPLES)(revoke)
    app.add_typer(deliveries, name="delivery")


def kind_id(text: str) -> str | None:
    """A kind by its id or Chinese name; None when not given. Raises E313 for an unknown one."""
    return get_kind(text, load_kinds()).id if text else None


def columns_told(lines: list[str] | None, kind: str | None) -> dict[str, str]:
    """Heading → canonical id of “证件号=身份证号”, "" for “备注=”. Raises E927 (form, no kind), E928 (no such column)."""
    told = {}
    for line in lines or []:
        heading, equals, name = line.partition("=")
        if not (heading and equals) or kind is None:
            raise Fault("E927", where="--map", text=line)
        told[heading.strip()] = _column_id(load_kinds()[kind], name.strip())
    return told


def _column_id(kind: KindDefinition, name: str) -> str:
    known = {"": "", **{column.id: column.id for column in kind.columns}}
    known |= {column.name: column.id for column in kind.columns}
    if name not in known:
        names = "、".join(column.name for column in kind.columns)
        raise Fault("E928", where="--map", name=name, kind=kind.name, known=names)
    return known[name]


def inspect(
    file: Annotated[Path, typer.Argument(metavar="文件", help="Excel、WPS、CSV 文件，或装着它们的 zip")],
    kind: Kind = "",
    sheet: OneSheet = "",
    columns: Columns = None,
) -> None:
    """看一份文件会被怎样读：种类、工作表、表头、对列、错误、建议、要问的话。什么都不写入。"""
    wanted = kind_id(kind)
    mapping, place = columns_told(columns, wanted), full_code(settings.REGION)
    found: list[dict[str, Any]] = []
    worst = Exit.OK
    for name, data in items([file]):
        try:
            roster = read_roster(
                opened(data),
                wanted,
                file_name=name,
                sheet=sheet or None,
                mapping=mapping or None,
                within=place,
                registers=Registers(within=place),
            )
        except Fault as fault:
            found.append(_say_fault(name, fault))
            worst = max(worst, exit_code_of(fault))
            continue
        found.append(file_dict(name, roster))
        if not talk.as_json:
            print_roster(name, roster)
        worst = max(worst, Exit.FINDINGS if roster.counts.refused else Exit.OK)
    _write("inspect", found, together=is_zip(file))
    stop(worst)


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="文件", help="一个或多个 Excel、WPS、CSV 文件或 zip")],
    kind: Kind = "",
    sender: Sender = "",
    as_of: AsOf = "",
    place: Place = "",
    legal_basis: Annotated[str, typer.Option("--legal-basis", metavar="依据", help="送达依据，写进批次")] = "",
    sheet: OneSheet = "",
    columns: Columns = None,
    supplements: Annotated[
        bool, typer.Option("--supplements", "--part", help="补充：与此前的名册一起用，不取代它")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept-suggestions", help="接受只有一种读法的建议，并列出接受了哪些")
    ] = False,
    remember: Annotated[
        bool, typer.Option("--remember", help="记住 --map 和接受的建议，这个单位的下一份照此读")
    ] = False,
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="有一行错就整份不导入")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只核对，不导入")] = False,
    errors_out: Annotated[
        Path | None, typer.Option("--errors-out", metavar="文件", help="错误行写到这个工作簿，改好可直接再导入")
    ] = None,
    by: By = "",
) -> None:
    """导入名册。每份文件是一个可撤回的批次；同一份文件导两次不会改变什么。zip 里的文件逐个导入，各有结果。"""
    user: Any = start.acting_user(by)
    wanted = kind_id(kind)
    told = Told(
        sender=sender or user.sender or user.display_name,
        as_of=day(as_of, start.today()),
        place_code=place or user.place_code,
        kind=wanted or "",
        legal_basis=legal_basis,
        sheet=sheet,
        mapping=columns_told(columns, wanted),
        supplements=supplements,
        accept=accept,
        remember=remember,
        choice="all_or_nothing" if all_or_nothing else "good_rows",
        dry_run=dry_run,
    )
    many = len(files) > 1 or is_zip(files[0])
    results = []
    for name, data in items(files):
        mine = errors_out and (errors_out.with_stem(f"{errors_out.stem}_{flat_stem(name)}") if many else errors_out)
        results.append(_import_one(name, data, told, user, mine))
    _finish(results, many)


def _import_one(
    name: str, data: bytes | Fault, told: Told, user: Any, errors_out: Path | None
) -> tuple[Exit, dict[str, Any]]:
    try:
        with progress() as tell:
            done = import_in_one_go(
                data=opened(data), file_name=name, told=told, by=user, now=start.now(), progress=tell
            )
    except Fault as fault:
        if exit_code_of(fault) is Exit.REFUSED:
            raise
        return exit_code_of(fault), _say_fault(name, fault)
    _report(name, done, errors_out)
    return _exit(done.outcome), file_dict(name, done.outcome.roster, done)


def _report(name: str, done: InOneGo, errors_out: Path | None) -> None:
    roster = done.outcome.roster
    if not talk.as_json:
        print_roster(name, roster)
        print_outcome(done, done.outcome)
    if errors_out and roster.counts.refused:
        errors_workbook(roster, errors_out)
        talk.say(f"错误行已写入 {errors_out}，改好后可直接再导入")


def _finish(results: list[tuple[Exit, dict[str, Any]]], many: bool) -> None:
    _write("import", [document for _code, document in results], together=many)
    codes = [code for code, _document in results]
    some = any(document.get("delivery") for _code, document in results)
    stop(Exit.PART if some and max(codes) is Exit.FINDINGS else max(codes))


def _exit(outcome: flow.ImportOutcome) -> Exit:
    if not outcome.roster.counts.refused:
        return Exit.OK
    return Exit.PART if outcome.delivery else Exit.FINDINGS


def _say_fault(name: str, fault: Fault) -> dict[str, Any]:
    if not talk.as_json:
        print_fault(name, fault)
    return fault_dict(name, fault)


def _write(kind: str, found: list[dict[str, Any]], *, together: bool) -> None:
    """One JSON document: that of the file, or of several ``files``."""
    if not talk.as_json:
        return
    if together:
        write_json(kind, files=found)
    elif "fault" in found[0]:
        write_json("fault", **found[0]["fault"], questions=found[0]["questions"])
    else:
        write_json(kind, **found[0])


def items(files: list[Path]) -> Iterator[Item]:
    """(name, content) of every file; of a zip, of every file in it, or the Fault why that one is not read.

    Raises E901 before the first one when a file is not there.
    """
    for file in [existing(file) for file in files]:
        if not is_zip(file):
            yield file.name, file.read_bytes()
            continue
        with file.open("rb") as stream, open_archive(stream, file.name) as archive:
            if not archive.members:
                yield file.name, Fault("E842", file=file.name)
            for member in archive.members:
                try:
                    yield member.name, member.fault or archive.read(member)
                except Fault as fault:
                    yield member.name, fault


def is_zip(file: Path) -> bool:
    """Whether a file is a zip of files (a workbook is none). Raises E901 when it is not there."""
    with existing(file).open("rb") as stream:
        return is_archive(stream, file.name)


def flat_stem(name: str) -> str:
    """东片/户籍.csv → 东片_户籍."""
    return str(PurePosixPath(name).with_suffix("")).strip("./").replace("/", "_")


def opened(data: bytes | Fault) -> bytes:
    """The content. Raises the Fault when it is one."""
    if isinstance(data, Fault):
        raise data
    return data


def existing(file: Path) -> Path:
    if not file.is_file():
        raise Fault("E901", where=str(file), name=file.name)
    return file


def template(
    kind: Annotated[str, typer.Argument(metavar="种类", help="名册种类，如 户籍 或 hukou")],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="写到这个工作簿")],
) -> None:
    """写出一种名册的空白模板：列名、说明、下拉选项，证件号是文本。"""
    definition = get_kind(kind, load_kinds())
    write_template(definition, out)
    if talk.as_json:
        write_json("template", roster_kind=definition.id, file=str(out))
    else:
        talk.say(f"“{definition.name}”的模板已写入 {out}")


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
    show_rows("deliveries", header, rows)


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
