"""inbox: drop folders are opened, listed, stopped, and looked into without a worker."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from notoneless.cli import start
from notoneless.cli.accounts import ADMIN
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsAdmin
from notoneless.cli.output import print_table, show_rows, talk, write_json
from notoneless.cli.roster import Kind, kind_id
from notoneless.common.errors import Fault
from notoneless.files.drop_folder import DropFolderOnDisk
from notoneless.flows.inbox import folder_path
from notoneless.jobs.inbox import Inbox
from notoneless.org.models import User
from notoneless.policy.places import full_code
from notoneless.roster.core import load_kinds
from notoneless.roster.records import drop_folders as records

ADD_EXAMPLES = (
    "notoneless inbox add gongan-hukou --sender 县公安局户政科 --user clerk --kind 户籍",
    "notoneless inbox add canlian --sender 县残联 --user clerk --import-good",
)
LIST_EXAMPLES = ("notoneless inbox list", "notoneless --json inbox list")
STOP_EXAMPLES = ("notoneless inbox stop gongan-hukou", "notoneless inbox stop gongan-hukou --by admin")
ONCE_EXAMPLES = ("notoneless inbox run-once", "notoneless --json inbox run-once --wait 5")
WATCH_EXAMPLES = ("notoneless inbox watch", "notoneless inbox watch --wait 30")
HEADER = ["收件夹", "位置", "送达单位", "辖区", "种类", "账号", "没有错误时", "状态"]
inboxes = App(
    help="收件夹：开设、列出、停用、收取",
    no_args_is_help=True,
    epilog=example_text((ADD_EXAMPLES[0], LIST_EXAMPLES[0], ONCE_EXAMPLES[0])),
)
Wait = Annotated[float, typer.Option("--wait", metavar="秒", help="隔几秒看两次；两次没有变化才算放好了")]


def add_to(app: App) -> None:
    inboxes.command("add", examples=ADD_EXAMPLES)(add)
    inboxes.command("list", examples=LIST_EXAMPLES)(list_inboxes)
    inboxes.command("stop", examples=STOP_EXAMPLES)(stop_inbox)
    inboxes.command("run-once", examples=ONCE_EXAMPLES)(run_once)
    inboxes.command("watch", examples=WATCH_EXAMPLES)(watch)
    app.add_typer(inboxes, name="inbox")


def add(
    name: Annotated[str, typer.Argument(metavar="名称", help="小写字母、数字和短横线，就是文件夹的名字")],
    sender: Annotated[str, typer.Option("--sender", metavar="单位", help="哪个单位往里放")],
    user: Annotated[str, typer.Option("--user", metavar="账号", help="以哪个账号的名义收，权限不会多于它")],
    place: Annotated[
        str, typer.Option("--place", metavar="代码", help="名册说的是哪个辖区（默认：账号的辖区）")
    ] = "",
    kind: Kind = "",
    legal_basis: Annotated[str, typer.Option("--legal-basis", metavar="依据", help="送达依据，写进批次")] = "",
    import_good: Annotated[
        bool, typer.Option("--import-good", help="没有错误、没有疑问的直接导入（默认：都等人确认）")
    ] = False,
    by: AsAdmin = "",
) -> None:
    """开设一个收件夹并建好文件夹。部门把名册放进去，系统核对后在里面回单。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    taker = User.objects.filter(username=user, is_active=True).first()
    if taker is None:
        raise Fault("E903", where=user)
    choice: Literal["good_files", "confirm"] = "good_files" if import_good else "confirm"
    folder = records.add_folder(
        id=name, sender=sender, place_code=full_code(place or taker.place_code), user=taker, kind=kind_id(kind) or "",
        legal_basis=legal_basis, choice=choice, by=admin, now=start.now(),
    )  # fmt: skip
    DropFolderOnDisk(folder_path(folder)).prepare()
    if talk.as_json:
        write_json("inbox", id=folder.pk, path=str(folder_path(folder)))
    else:
        talk.say(f"已开设 {folder_path(folder)}；把名册放进去就会收")


def list_inboxes(by: AsAdmin = "") -> None:
    """列出收件夹。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    kinds = load_kinds()
    rows = [
        [
            folder.pk,
            str(folder_path(folder)),
            folder.sender,
            folder.place_code,
            kinds[folder.kind].name if folder.kind else "由表头认出",
            folder.user.username,
            folder.get_choice_display(),
            "在用" if folder.is_active else "已停用",
        ]
        for folder in records.list_folders(admin)
    ]
    show_rows("inboxes", HEADER, rows)


def stop_inbox(
    name: Annotated[str, typer.Argument(metavar="名称", help="收件夹的名称")],
    by: AsAdmin = "",
) -> None:
    """停用一个收件夹：不再收新的；已取走的照常办完，文件夹不删。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    records.stop_folder(folder=records.get_folder(admin, name), by=admin, now=start.now())
    if talk.as_json:
        write_json("inbox", id=name, stopped=True)
    else:
        talk.say(f"已停用收件夹 {name}")


def run_once(wait: Wait = 2.0) -> None:
    """把各收件夹里放好的名册收一遍：取走、核对、导入、回单，做完就退出。"""
    start.prepare_database()
    _tell(Inbox(start.now, wait).run_once())


def watch(wait: Wait = 10.0) -> None:
    """一直守着收件夹，放进来就收。按 Ctrl+C 结束。网页和后台任务开着时不必用。"""
    start.prepare_database()
    inbox = Inbox(start.now, wait)
    talk.say("正在守着收件夹，按 Ctrl+C 结束")
    while True:
        _tell(inbox.run_once(), silent=True)


def _tell(said: list[tuple[str, str, str]], silent: bool = False) -> None:
    if silent and not said:
        return
    if talk.as_json:
        write_json("inbox_run", said=[{"inbox": one[0], "file": one[1], "sentence": one[2]} for one in said])
    elif said:
        print_table(["收件夹", "文件", "结果"], said)
    else:
        talk.say("收件夹里没有放好的新名册")
