"""user: accounts are listed and added. The very first one is the system administrator."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsAdmin
from notoneless.cli.output import show_rows, talk, write_json
from notoneless.common.errors import Fault
from notoneless.org import actions as org
from notoneless.org.models import User
from notoneless.org.permissions import Permission, check_may
from notoneless.org.roles import ROLES
from notoneless.policy.places import full_code

ADMIN = "system_admin"
HEADER = ["账号", "姓名", "角色", "辖区", "学校", "送达单位", "启用"]
LIST_EXAMPLES = ("notoneless user list", "notoneless --json user list --by admin")
ADD_EXAMPLES = (
    "notoneless user add admin --role system_admin --name 季管理",
    "notoneless user add clerk --role county_clerk --name 王经办 --place 371321",
    "notoneless user add lishi --role teacher --name 李老师 --school 2137001001",
)
users = App(help="账号：列出、新建", no_args_is_help=True, epilog=example_text((LIST_EXAMPLES[0], ADD_EXAMPLES[0])))


def add_to(app: App) -> None:
    users.command("list", examples=LIST_EXAMPLES)(list_users)
    users.command("add", examples=ADD_EXAMPLES)(add_user)
    app.add_typer(users, name="user")


def list_users(by: AsAdmin = "") -> None:
    """列出账号（系统管理员用）。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    check_may(admin, Permission.ORG_MANAGE)
    rows = [_cells(user) for user in User.objects.order_by("username")]
    show_rows("users", HEADER, rows)


def _cells(user: User) -> list[str]:
    active = "是" if user.is_active else "否"
    role = ROLES[user.role].name
    return [user.username, user.display_name, role, user.place_code, user.school_code, user.sender, active]


def add_user(
    username: Annotated[str, typer.Argument(metavar="账号", help="登录用的名字")],
    role: Annotated[str, typer.Option(metavar="角色", help="、".join(f"{r.id} {r.name}" for r in ROLES.values()))],
    name: Annotated[str, typer.Option(metavar="姓名", help="这个人的姓名")],
    place: Annotated[str, typer.Option(metavar="代码", help="辖区代码，2–12 位")] = "",
    school: Annotated[str, typer.Option(metavar="代码", help="学校标识码（校长、教师用）")] = "",
    sender: Annotated[str, typer.Option(metavar="单位", help="送达单位（部门联系人用）")] = "",
    by: AsAdmin = "",
) -> None:
    """新建账号，打印一次性口令；首次登录要改。"""
    start.prepare_database()
    if role not in ROLES:
        raise Fault("E914", where="--role", name=role, known="、".join(ROLES))
    password = secrets.token_urlsafe(9)
    if User.objects.exists():
        post = {"place_code": full_code(place) if place else "", "school_code": school, "sender": sender}
        admin: Any = start.acting_user(by, role=ADMIN)
        org.create_user(
            username=username, display_name=name, role=role, password=password, by=admin, now=start.now(), **post
        )
    else:
        _first_admin(username, role, name, password)
    if talk.as_json:
        write_json("user", username=username, password=password)
    else:
        typer.echo(f"账号 {username}  一次性口令 {password}")


def _first_admin(username: str, role: str, name: str, password: str) -> None:
    if role != ADMIN:
        raise Fault("E915", where="--role")
    org.load_places(by=None, now=start.now())
    org.create_first_admin(username=username, display_name=name, password=password, now=start.now())
