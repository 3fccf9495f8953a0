"""habit: what a sender's lists mean is listed and forgotten."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import By
from notoneless.cli.output import show_rows, talk, write_json
from notoneless.cli.roster import Kind, Sender, kind_id
from notoneless.roster.core import load_kinds
from notoneless.roster.records import actions, queries

LIST_EXAMPLES = ("notoneless habit list", "notoneless habit list --sender 县公安局 --kind 户籍")
FORGET_EXAMPLES = ("notoneless habit forget 12", "notoneless habit forget 12 --by clerk")
HEADER = ["编号", "送达单位", "种类", "是什么", "写法", "当作", "谁说的", "何时"]
habits = App(
    help="送达习惯：列出、忘掉", no_args_is_help=True, epilog=example_text((LIST_EXAMPLES[0], FORGET_EXAMPLES[0]))
)


def add_to(app: App) -> None:
    habits.command("list", examples=LIST_EXAMPLES)(list_habits)
    habits.command("forget", examples=FORGET_EXAMPLES)(forget)
    app.add_typer(habits, name="habit")


def list_habits(sender: Sender = "", kind: Kind = "", by: By = "") -> None:
    """列出各单位名册的习惯：哪个列名是哪一列，哪种写法是什么意思。"""
    user: Any = start.acting_user(by)
    found = queries.list_habits(user)
    if sender:
        found = found.filter(sender=sender)
    if wanted := kind_id(kind):
        found = found.filter(kind=wanted)
    rows = [_cells(habit) for habit in found]
    show_rows("habits", HEADER, rows)


def _cells(habit: Any) -> list[Any]:
    kind = load_kinds()[habit.kind]
    names = {column.id: column.name for column in kind.columns}
    column = names.get(habit.column, "不用这一列")
    meant = column if habit.sort == habit.Sort.HEADING else f"{column}：{habit.meant or '按身份证号'}"
    said = f"{habit.created_at:%Y-%m-%d}"
    return [
        habit.pk, habit.sender, kind.name, habit.get_sort_display(), habit.written, meant,
        habit.created_by.display_name, said,
    ]  # fmt: skip


def forget(
    habit: Annotated[int, typer.Argument(metavar="编号", help="列表里的编号")],
    by: By = "",
) -> None:
    """忘掉一条习惯；下一份名册起不再这样读。"""
    user: Any = start.acting_user(by)
    found = queries.get_habit(user, habit)
    actions.forget_habit(habit=found, by=user, now=start.now())
    if talk.as_json:
        write_json("habit", forgotten=habit)
    else:
        talk.say(f"已忘掉“{found.sender}”的这条习惯")
