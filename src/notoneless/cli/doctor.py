"""doctor: is this installation well?"""

from __future__ import annotations

import platform
import secrets
import shutil
import sys
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection

from notoneless.cli import start
from notoneless.cli.chinese import App
from notoneless.cli.output import Exit, print_table, stop, talk, write_json
from notoneless.common.errors import Fault
from notoneless.flows.clean_up import clean_up
from notoneless.org.keys import keyring
from notoneless.org.models import User
from notoneless.policy.pack import load_pack
from notoneless.trail.chain import verify_chain

MIN_FREE_GIB = 5
Probe = Callable[[], tuple[bool, str]]


def add_to(app: App) -> None:
    app.command(examples=("notoneless doctor", "notoneless --json doctor"))(doctor)


def doctor() -> None:
    """检查程序、数据库、密钥、数据湖、磁盘、政策包和留痕链是否正常；有问题时退出码是 1。"""
    start.prepare_database()
    findings = [_line(name, probe) for name, probe in PROBES.items()]
    if talk.as_json:
        write_json("doctor", checks=[{"name": n, "ok": ok, "detail": d} for n, ok, d in findings])
    else:
        print_table(["项目", "结果", "说明"], [(n, "正常" if ok else "有问题", d) for n, ok, d in findings])
    stop(Exit.OK if all(ok for _, ok, _ in findings) else Exit.FINDINGS)


def _line(name: str, probe: Probe) -> tuple[str, bool, str]:
    try:
        ok, detail = probe()
    except (Fault, OSError, DatabaseError) as error:
        return name, False, str(error)
    return name, ok, detail


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()}，设置 {settings.SETTINGS_MODULE}"


def _database() -> tuple[bool, str]:
    return True, f"{connection.vendor}，账号 {User.objects.count()} 个"


def _keys() -> tuple[bool, str]:
    plain, ring = secrets.token_bytes(16), keyring()
    return ring.open_sealed(ring.seal(plain, b"doctor"), b"doctor") == plain, str(settings.KEYRING_PATH)


def _lake() -> tuple[bool, str]:
    cleaned = clean_up()
    unused = len(cleaned.directories)
    swept = (
        f"清理未完成的写入 {cleaned.unfinished} 处、没有生效的目录 {unused} 个、没有成稿的上传 {cleaned.uploads} 个"
    )
    return True, f"{settings.LAKE_DIR}；{swept}"


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(settings.DATA_DIR).free / 2**30
    return free > MIN_FREE_GIB, f"可用 {free:.1f} GiB（至少 {MIN_FREE_GIB} GiB）"


def _policy() -> tuple[bool, str]:
    pack = load_pack(settings.REGION, start.today())
    stale = len(pack.stale(start.today()))
    return True, f"政策包 {pack.version}，{pack.region_name}，待核对 {stale} 项（notoneless policy list --stale）"


def _trail() -> tuple[bool, str]:
    report = verify_chain()
    return report.whole, report.summary()


PROBES: dict[str, Probe] = {
    "程序": _python,
    "数据库": _database,
    "密钥": _keys,
    "数据湖": _lake,
    "磁盘": _disk,
    "政策包": _policy,
    "留痕": _trail,
}
