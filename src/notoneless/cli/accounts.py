"""user: accounts are listed, added, approved. The first of each of 三员 is made here, by the installation itself."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsAdmin, AsSecurity
from notoneless.cli.output import show_rows, talk, write_json
from notoneless.common.errors import Fault
from notoneless.org import actions as org
from notoneless.org.grants import decide_grant, list_grants
from notoneless.org.models import Grant, User
from notoneless.org.queries import list_staff
from notoneless.org.roles import OFFICERS, ROLES
from notoneless.policy.places import full_code

ADMIN, SECURITY = "system_admin", "security_admin"
HEADER = ["账号", "姓名", "角色", "辖区", "学校", "送达单位", "启用"]
LIST_EXAMPLES = ("notoneless user list", "notoneless --json user list --by admin")
ADD_EXAMPLES = (
    "notoneless user add admin --role system_admin --name 季管理",
    "notoneless user add anquan --role security_admin --name 卫安全",
    "notoneless user add clerk --role county_clerk --name 王经办 --place 371321",
    "notoneless user add lishi --role teacher --name 李老师 --school 2137001001",
)
APPROVE_EXAMPLES = (
    "notoneless user approve clerk",
    "notoneless user approve lishi --refuse --reason 学校选错了",
)
RESET_EXAMPLES = ("notoneless user reset clerk", "notoneless user reset anquan")
users = App(
    help="账号：列出、新建、批准、重设密码",
    no_args_is_help=True,
    epilog=example_text((LIST_EXAMPLES[0], ADD_EXAMPLES[0], APPROVE_EXAMPLES[0])),
)


def add_to(app: App) -> None:
    users.command("list", examples=LIST_EXAMPLES)(list_users)
    users.command("add", examples=ADD_EXAMPLES)(add_user)
    users.command("approve", examples=APPROVE_EXAMPLES)(approve_user)
    users.command("reset", examples=RESET_EXAMPLES)(reset_user)
    app.add_typer(users, name="user")


def list_users(by: AsAdmin = "") -> None:
    """列出账号（系统管理员用）。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    rows = [_cells(user) for user in list_staff(admin)]
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
    """新建账号，打印一次性口令；首次登录要改。安全管理员批准后才能登录；三员的头一个账号由本机直接建，立即生效。"""
    start.prepare_database()
    if role not in ROLES:
        raise Fault("E914", where="--role", name=role, known="、".join(ROLES))
    if not User.objects.exists() and role != ADMIN:
        raise Fault("E915", where="--role")
    password, place_code = secrets.token_urlsafe(9), full_code(place) if place else ""
    first = role in OFFICERS and not User.objects.filter(role=role, is_active=True).exists()
    if first:
        org.load_places(by=None, now=start.now())
        org.create_first_officer(
            username=username, display_name=name, role=role, place_code=place_code, password=password, now=start.now()
        )
    else:
        admin: Any = start.acting_user(by, role=ADMIN)
        org.create_user(
            username=username, display_name=name, role=role, password=password, place_code=place_code,
            school_code=school, sender=sender, by=admin, now=start.now(),
        )  # fmt: skip
    _show_password(username, password)
    if not first:
        talk.say(f"还不能登录：请安全管理员批准（notoneless user approve {username}）")


def approve_user(
    username: Annotated[str, typer.Argument(metavar="账号", help="等批准的账号")],
    refuse: Annotated[bool, typer.Option("--refuse", help="不批准")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="不批准要写理由")] = "",
    by: AsSecurity = "",
) -> None:
    """批准（或不批准）一个账号的申请：新建、调整角色或范围、恢复（安全管理员用）。"""
    security: Any = start.acting_user(by, role=SECURITY)
    grant = list_grants(security).filter(user__username=username, state=Grant.State.OPEN).first()
    if grant is None:
        raise Fault("E704", where=username)
    done = decide_grant(grant=grant, approved=not refuse, reason=reason, by=security, now=start.now())
    if talk.as_json:
        write_json("grant", username=username, kind=done.kind, state=done.state)
    else:
        talk.say(f"{done.get_kind_display()}：账号 {username} {done.get_state_display()}")


def reset_user(
    username: Annotated[str, typer.Argument(metavar="账号", help="忘记密码的账号")],
    by: AsAdmin = "",
) -> None:
    """重设密码，打印一次性口令。三员的密码只能这样在服务器上重设，请两人在场。"""
    start.prepare_database()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Fault("E903", where=username)
    password = secrets.token_urlsafe(9)
    if user.role in OFFICERS:
        org.reset_officer_password(user=user, new_password=password, now=start.now())
    else:
        admin: Any = start.acting_user(by, role=ADMIN)
        org.reset_password(user=user, new_password=password, by=admin, now=start.now())
    _show_password(username, password)


def _show_password(username: str, password: str) -> None:
    if talk.as_json:
        write_json("user", username=username, password=password)
    else:
        typer.echo(f"账号 {username}  一次性口令 {password}")
