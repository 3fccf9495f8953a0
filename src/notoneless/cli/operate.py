"""serve, work, doctor, user: running the program on a machine."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import subprocess
import sys
from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from notoneless.cli import start
from notoneless.cli.options import By, examples
from notoneless.cli.output import Exit, print_table, stop, talk, write_json
from notoneless.common.errors import Fault
from notoneless.org import actions as org
from notoneless.org.keys import keyring, lake
from notoneless.org.models import User
from notoneless.org.roles import ROLES
from notoneless.policy.pack import load_pack
from notoneless.policy.places import full_code
from notoneless.trail.chain import verify_chain

MIN_FREE_GIB = 5
users = typer.Typer(help="账号", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.command(epilog=examples("notoneless serve", "notoneless serve --host 0.0.0.0 --port 8080"))(serve)
    app.command(epilog=examples("notoneless doctor", "notoneless --json doctor"))(doctor)
    users.command("list", epilog=examples("notoneless user list", "notoneless --json user list"))(list_users)
    users.command(
        "add",
        epilog=examples(
            "notoneless user add admin --role system_admin --name 季管理",
            "notoneless user add clerk --role county_clerk --name 王经办 --place 371321",
            "notoneless user add lishi --role teacher --name 李老师 --place 371321101 --school 2137000001",
        ),
    )(add_user)
    app.add_typer(users, name="user")


def serve(
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口")] = 8000,
) -> None:
    """打开网页（同时启动后台任务）。按 Ctrl+C 结束。"""
    start.prepare_database()
    run_server(host, port)


def run_server(host: str, port: int) -> None:
    """Web in this process, one worker beside it; both end together."""
    from waitress import serve as waitress_serve

    from notoneless.wsgi import application

    call_command("collectstatic", interactive=False, verbosity=0)
    worker = subprocess.Popen([sys.executable, "-m", "django", "work"], env=dict(os.environ))
    try:
        talk.say(f"网页：http://{host}:{port}   按 Ctrl+C 结束")
        waitress_serve(application, host=host, port=port, threads=4, ident=None, _quiet=True)
    finally:
        worker.terminate()
        worker.wait(timeout=30)


def doctor() -> None:
    """检查数据库、密钥、数据湖、磁盘、政策包和留痕链是否正常。"""
    start.prepare_database()
    findings = [_line(name, probe) for name, probe in PROBES.items()]
    if talk.as_json:
        write_json("doctor", checks=[{"name": n, "ok": ok, "detail": d} for n, ok, d in findings])
    else:
        print_table(["项目", "结果", "说明"], [(n, "正常" if ok else "有问题", d) for n, ok, d in findings])
    stop(Exit.OK if all(ok for _, ok, _ in findings) else Exit.FINDINGS)


def _line(name: str, probe: object) -> tuple[str, bool, str]:
    try:
        ok, detail = probe()  # type: ignore[operator]
    except (Fault, OSError) as error:
        return name, False, str(error)
    return name, ok, detail


def _probe_database() -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, f"{connection.vendor}，账号 {User.objects.count()} 个"


def _probe_keys() -> tuple[bool, str]:
    plain = secrets.token_bytes(16)
    ring = keyring()
    return ring.open_sealed(ring.seal(plain, b"doctor"), b"doctor") == plain, str(settings.KEYRING_PATH)


def _probe_lake() -> tuple[bool, str]:
    removed = lake().remove_staging()
    return True, f"{settings.LAKE_DIR}；清理未完成的写入 {removed} 处"


def _probe_disk() -> tuple[bool, str]:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.DATA_DIR).free / 2**30
    return free > MIN_FREE_GIB, f"可用 {free:.1f} GiB（至少 {MIN_FREE_GIB} GiB）"


def _probe_policy() -> tuple[bool, str]:
    pack = load_pack(settings.REGION, start.today())
    stale = pack.stale(start.today())
    return True, f"政策包 {pack.version}，待确认 {len(stale)} 项"


def _probe_trail() -> tuple[bool, str]:
    report = verify_chain()
    return report.ok, f"{report.size} 条，{'前后相扣' if report.ok else report.problem}"


def _probe_python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()}"


PROBES = {
    "程序": _probe_python,
    "数据库": _probe_database,
    "密钥": _probe_keys,
    "数据湖": _probe_lake,
    "磁盘": _probe_disk,
    "政策包": _probe_policy,
    "留痕": _probe_trail,
}


def list_users(by: By = "") -> None:
    """列出账号。"""
    start.prepare_database()
    header = ["账号", "姓名", "角色", "辖区", "学校", "送达单位", "启用"]
    rows = [
        (
            u.username,
            u.display_name,
            ROLES[u.role].name,
            u.place_code,
            u.school_code,
            u.sender,
            "是" if u.is_active else "否",
        )
        for u in User.objects.order_by("username")
    ]
    if talk.as_json:
        write_json("users", rows=[dict(zip(header, row, strict=True)) for row in rows])
    else:
        print_table(header, rows)


def add_user(
    username: Annotated[str, typer.Argument(help="账号")],
    role: Annotated[str, typer.Option(help="角色：" + "、".join(ROLES))],
    name: Annotated[str, typer.Option(help="姓名")],
    place: Annotated[str, typer.Option(help="辖区代码，2–12 位")] = "",
    school: Annotated[str, typer.Option(help="学校标识码")] = "",
    sender: Annotated[str, typer.Option(help="送达单位（部门联系人用）")] = "",
    by: By = "",
) -> None:
    """新建账号，打印一次性口令；首次登录要改。"""
    start.prepare_database()
    if role not in ROLES:
        raise Fault("E914", where="--role", name=role, known="、".join(ROLES))
    password = secrets.token_urlsafe(9)
    if not User.objects.exists():
        if role != "system_admin":
            raise Fault("E915", where="--role")
        org.load_places(by=None, now=start.now())
        org.create_first_admin(username=username, display_name=name, password=password, now=start.now())
    else:
        org.create_user(
            username=username,
            display_name=name,
            role=role,
            place_code=full_code(place) if place else "",
            school_code=school,
            sender=sender,
            password=password,
            by=start.acting_user(by, role="system_admin"),
            now=start.now(),
        )
    if talk.as_json:
        write_json("user", username=username, password=password)
    else:
        typer.echo(f"账号 {username}  一次性口令 {password}")
