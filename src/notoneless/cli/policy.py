"""policy: the numbers that apply here, where they come from, and which want confirming."""

from __future__ import annotations

from typing import Annotated

import typer
from django.conf import settings

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsOf, Region, day
from notoneless.cli.output import print_table, talk, write_json
from notoneless.policy.pack import Pack, Parameter, PolicyTable, load_pack

EXAMPLES = ("notoneless policy list", "notoneless policy list --stale --region 371321")
STATUS_NAMES = {"confirmed": "已核对", "local_default": "本地默认", "to_check": "待核对"}
HEADER = ["标识", "名称", "值", "单位", "状态", "最近核对", "出处"]
policies = App(help="政策包：列出参数与出处", no_args_is_help=True, epilog=example_text(EXAMPLES))


def add_to(app: App) -> None:
    policies.command("list", examples=EXAMPLES)(list_policy)
    app.add_typer(policies, name="policy")


def list_policy(
    stale: Annotated[bool, typer.Option("--stale", help="只列待核对的和太久没有核对的")] = False,
    region: Region = "",
    as_of: AsOf = "",
) -> None:
    """列出在一个辖区、一个日期适用的年龄、天数、金额和分类。"""
    pack = load_pack(region or settings.REGION, day(as_of, start.today()))
    entries = pack.stale(start.today()) if stale else [*pack.parameters.values(), *pack.tables.values()]
    rows = [_cells(pack, entry) for entry in sorted(entries, key=lambda one: one.id)]
    if talk.as_json:
        named = [dict(zip(HEADER, row, strict=True)) for row in rows]
        write_json("policy", version=pack.version, digest=pack.digest, region=pack.region_name, rows=named)
        return
    talk.say(f"政策包 {pack.version}，{pack.region_name}，{len(rows)} 项")
    print_table(HEADER, rows)


def _cells(pack: Pack, entry: Parameter | PolicyTable) -> list[str]:
    if isinstance(entry, Parameter):
        since = entry.values[0][0]
        value = str(entry.on(pack.as_of)) if since <= pack.as_of else f"{since} 起 {entry.values[0][1]}"
        unit = entry.unit
    else:
        value, unit = f"{len(pack.table(entry.id))} 行", "表"
    confirmed = entry.last_confirmed.isoformat()
    return [entry.id, entry.name, value, unit, STATUS_NAMES[entry.status], confirmed, entry.source]
