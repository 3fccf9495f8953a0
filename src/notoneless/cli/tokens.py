"""token: keys for other machines are made, listed and stopped by the administrator."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from notoneless.cli import start
from notoneless.cli.accounts import ADMIN
from notoneless.cli.chinese import App, example_text
from notoneless.cli.options import AsAdmin
from notoneless.cli.output import show_rows, talk, write_json
from notoneless.common.errors import Fault
from notoneless.org import tokens as org
from notoneless.org.models import ApiToken, User

CREATE_EXAMPLES = (
    "notoneless token create partner --name 残联业务系统",
    "notoneless token create partner --name 残联业务系统 --scope send --days 180",
)
LIST_EXAMPLES = ("notoneless token list", "notoneless --json token list --by admin")
REVOKE_EXAMPLES = ("notoneless token revoke 3", "notoneless token revoke 3 --by admin")
HEADER = ["编号", "名称", "账号", "范围", "到期", "最近使用", "状态"]
tokens = App(
    help="接口令牌：新建、列出、停用",
    no_args_is_help=True,
    epilog=example_text((CREATE_EXAMPLES[0], LIST_EXAMPLES[0], REVOKE_EXAMPLES[0])),
)


def add_to(app: App) -> None:
    tokens.command("create", examples=CREATE_EXAMPLES)(create)
    tokens.command("list", examples=LIST_EXAMPLES)(list_tokens)
    tokens.command("revoke", examples=REVOKE_EXAMPLES)(revoke)
    app.add_typer(tokens, name="token")


def create(
    username: Annotated[str, typer.Argument(metavar="账号", help="令牌以哪个账号的名义办事，权限不会多于它")],
    name: Annotated[str, typer.Option("--name", metavar="名称", help="给哪个系统用")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="范围", help="send 送达名册，read 查看批次；可写多次（默认：两样都有）"),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", metavar="天", help="有效几天（默认：政策包允许的最长）")
    ] = None,
    by: AsAdmin = "",
) -> None:
    """建一个接口令牌。令牌只显示这一次，请立刻交给对方保管；丢了就停用再建。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Fault("E903", where=username)
    now = start.now()
    token, text = org.create_token(
        name=name,
        user=user,
        scopes=scope or ApiToken.Scope.values,
        days=days or org.longest_days(now),
        by=admin,
        now=now,
    )
    if talk.as_json:
        write_json("token", id=token.pk, token=text, expires_at=token.expires_at.isoformat())
    else:
        typer.echo(text)
        talk.say(f"令牌 {token.pk}（{org.scope_names(token)}）只显示这一次；{token.expires_at:%Y-%m-%d} 到期")


def list_tokens(by: AsAdmin = "") -> None:
    """列出接口令牌和它们的状态；令牌本身看不到。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    now = start.now()
    rows = [
        [
            token.pk,
            token.name,
            token.user.username,
            org.scope_names(token),
            f"{token.expires_at:%Y-%m-%d}",
            f"{token.last_used_at:%Y-%m-%d}" if token.last_used_at else "",
            org.state_name(token, now),
        ]
        for token in org.list_tokens(admin)
    ]
    show_rows("tokens", HEADER, rows)


def revoke(
    token: Annotated[int, typer.Argument(metavar="编号", help="列表里的编号")],
    by: AsAdmin = "",
) -> None:
    """立刻停用一个接口令牌。"""
    admin: Any = start.acting_user(by, role=ADMIN)
    stopped = org.revoke_token(token=org.get_token(admin, token), by=admin, now=start.now())
    if talk.as_json:
        write_json("token", id=stopped.pk, revoked_at=stopped.revoked_at.isoformat() if stopped.revoked_at else "")
    else:
        talk.say(f"已停用令牌 {stopped.pk}（{stopped.name}）")
