"""ledger: the lists that officers act on."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.conf import settings
from django.utils.timezone import localdate

from notoneless.case.core.states import FINAL_STATES, State, state_name
from notoneless.cli import explain, start
from notoneless.cli.chinese import App
from notoneless.cli.options import By, Format, Out
from notoneless.cli.output import talk, write_rows
from notoneless.common.errors import Fault
from notoneless.flows.ledger import LEDGERS, list_ledger
from notoneless.flows.ledger_columns import COMMAND_LINE
from notoneless.flows.ledger_export import note_export, read_rows
from notoneless.org.models import School, User
from notoneless.policy.places import Places

LEDGER_NAMES = "、".join(one.name for one in LEDGERS.values())
STATE_IDS = {state_name(state): str(state) for state in State if state not in FINAL_STATES}
LEDGER_EXAMPLES = (
    "notoneless ledger 疑似辍学 --town 岸堤镇 --state 待核实",
    "notoneless ledger 适龄儿童 --format xlsx --out 适龄儿童.xlsx",
)


def add_to(app: App) -> None:
    app.command("ledger", examples=LEDGER_EXAMPLES)(ledger)
    explain.add_to(app)


def ledger(
    name: Annotated[str, typer.Argument(metavar="台账", help=LEDGER_NAMES)],
    town: Annotated[str, typer.Option("--town", metavar="乡镇", help="只要这个乡镇或村：名称或代码")] = "",
    school: Annotated[str, typer.Option("--school", metavar="学校", help="只要这所学校：名称或标识码")] = "",
    state: Annotated[
        str, typer.Option("--state", metavar="状态", help="只要个案在这个状态的：" + "、".join(STATE_IDS))
    ] = "",
    format: Format = "table",
    out: Out = None,
    by: By = "",
) -> None:
    """打印或导出一本台账。证件号只显示首尾；每次导出都留痕。"""
    user: Any = start.acting_user(by)
    chosen = next((one for one in LEDGERS.values() if name in (one.id, one.name)), None)
    if chosen is None:
        raise Fault("E912", where=name, name=name, known=LEDGER_NAMES)
    if format == "xlsx" and out is None:
        raise Fault("E911", where="--out")
    filters = {"town": _town(town, user), "school": _school(school), "state": _state(state)}
    now = start.now()
    rows = list(read_rows(list_ledger(user, chosen, filters, localdate(now)), COMMAND_LINE))
    note_export(user, chosen, rows=len(rows), now=now)
    write_rows("json" if talk.as_json else format, [one.title for one in COMMAND_LINE], rows, chosen.name, out)


def _town(text: str, user: User) -> list[str]:
    if not text or text.isdigit():
        return [text]
    code = Places.load().find(text, within=user.place_code or settings.REGION)
    if code is None:
        raise Fault("E916", option="--town", value=text, known="您的辖区里的乡镇和村，写全称或代码")
    return [code]


def _school(text: str) -> list[str]:
    if not text or text.isdigit():
        return [text]
    codes = list(School.objects.filter(name=text).values_list("code", flat=True))
    if not codes:
        raise Fault("E916", option="--school", value=text, known="学校全称或十位标识码")
    return codes


def _state(text: str) -> list[str]:
    if text and text not in STATE_IDS and text not in STATE_IDS.values():
        raise Fault("E916", option="--state", value=text, known="、".join(STATE_IDS))
    return [STATE_IDS.get(text, text)]
