"""seal, seal-key, seal-rows: matching without handing a list over. Without a database, on any machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from notoneless.cli.chinese import App
from notoneless.cli.output import talk, write_json
from notoneless.common.errors import Fault
from notoneless.flows import seal as sealing
from notoneless.flows.link_lists import write_links
from notoneless.flows.seal_key import new_key, read_key

KEY_EXAMPLES = ("notoneless seal-key 本次比对.key", "notoneless --json seal-key 2026秋.key")
SEAL_EXAMPLES = (
    "notoneless seal 残联.xlsx --key 本次比对.key --out 残联-已封.parquet",
    "notoneless seal 户籍.parquet --key 本次比对.key --out 户籍-已封.parquet --born 2008-2022",
)
ROWS_EXAMPLES = (
    "notoneless seal-rows 合上.parquet 户籍-已封-只留本机.parquet --out 合上的行.parquet",
    "notoneless seal-rows 疑似.parquet 残联-已封-只留本机.parquet --out 疑似的行.parquet",
)


def add_to(app: App) -> None:
    app.command("seal-key", examples=KEY_EXAMPLES)(seal_key)
    app.command("seal", examples=SEAL_EXAMPLES)(seal)
    app.command("seal-rows", examples=ROWS_EXAMPLES)(seal_rows)


def seal_key(
    out: Annotated[Path, typer.Argument(metavar="文件", help="密钥写到这个文件；已有同名的不覆盖")],
) -> None:
    """造一把封名册用的密钥。有密钥的人能猜出封好的内容：只给要封名册的人，用完销毁。"""
    key = new_key(out)
    if talk.as_json:
        write_json("seal_key", key_id=key.id, out=str(out))
    else:
        talk.say(f"密钥 {key.id} 写入 {out}。另走一条路送给对方，不要与封好的名册放在一起")


def seal(
    source: Annotated[Path, typer.Argument(metavar="名册", help="Excel、CSV 或 Parquet；表头照平时的写法就行")],
    key: Annotated[Path, typer.Option("--key", metavar="文件", help="两个单位共用的密钥文件")],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="封好的名册，交给做比对的单位")],
    rows: Annotated[
        Path | None,
        typer.Option("--rows", metavar="文件", help="行号对照，只留本机（默认：与 --out 同名加“只留本机”）"),
    ] = None,
    born: Annotated[
        str, typer.Option("--born", metavar="起-止", help="只封这些年出生的人，如 2008-2022；生日不明的也封")
    ] = "",
) -> None:
    """把名册封成暗号：不出本机，不联网；封好的文件里没有姓名、证号、生日，也看不出原来的次序。"""
    kept = rows or sealing.row_map_beside(out)
    made = sealing.seal(source, read_key(key), out, kept, _years(born))
    if talk.as_json:
        write_json(
            "seal",
            rows=made.rows,
            unmarked=made.unmarked,
            marks=made.marks,
            key_id=made.key_id,
            out=str(out),
            row_map=str(kept),
        )
        return
    talk.say(f"封好 {made.rows - made.unmarked} 人（密钥 {made.key_id}），写入 {out}：交给做比对的单位")
    if made.unmarked:
        talk.say(f"另有 {made.unmarked} 行没有封：不在要的年份里，或姓名、证号、生日都不能用")
    talk.say(f"{kept} 是行号对照，只留本机，不要一起交出去")


def seal_rows(
    links: Annotated[Path, typer.Argument(metavar="结果", help="比对封好的名册写出的 Parquet")],
    row_map: Annotated[Path, typer.Argument(metavar="对照", help="封自己那一份名册时留在本机的行号对照")],
    out: Annotated[Path, typer.Option("--out", metavar="文件", help="写到这个文件")],
) -> None:
    """把比对结果里自己这一边的行号换回名册上的行号；另一边的仍是暗号。"""
    table = sealing.own_rows(links, row_map)
    write_links(table, out)
    if talk.as_json:
        write_json("seal_rows", rows=table.num_rows, out=str(out))
    else:
        talk.say(f"{table.num_rows} 对，写入 {out}")


def _years(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})[-—–~至](\d{4})", text.strip())
    if not found or found[1] > found[2]:
        raise Fault("E429", where="--born", text=text)
    return int(found[1]), int(found[2])
