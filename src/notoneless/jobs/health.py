"""健康: is this installation well? Asked by the command doctor and by the page of the system administrator."""

from __future__ import annotations

import datetime as dt
import os
import platform
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording, worded
from notoneless.jobs.models import Job
from notoneless.org.keys import keyring, lake
from notoneless.org.models import User
from notoneless.org.roles import OFFICERS, ROLES
from notoneless.policy.pack import load_pack
from notoneless.trail.chain import verify_chain
from notoneless.trail.models import Checkpoint, Event

MIN_FREE_GIB = 5
SILENCE = dt.timedelta(minutes=2)  # technical: the worker marks every second that it is there
BACKUP_DAYS = 2  # technical: the manual says once a day; the second day is grace
CLOCK_SLACK = dt.timedelta(minutes=2)
ALIVE, BACKED_UP = "worker.alive", "backup.done"
Probe = Callable[[dt.datetime], tuple[bool, str]]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def examine(probes: Mapping[str, Probe], now: dt.datetime) -> list[Finding]:
    """Ask each of the probes; one that breaks is a finding, not an end."""
    return [_finding(name, probe, now) for name, probe in probes.items()]


def mark_alive() -> None:
    """The worker is there: the time of a file beside the data says so."""
    (Path(settings.DATA_DIR) / ALIVE).touch()


def _finding(name: str, probe: Probe, now: dt.datetime) -> Finding:
    try:
        ok, detail = probe(now)
    except (Fault, OSError, DatabaseError) as error:
        return Finding(name, False, str(error))
    return Finding(name, ok, detail)


def _python(_now: dt.datetime) -> tuple[bool, str]:
    return sys.version_info >= (3, 11), worded(
        "Python {version}，设置 {settings}", version=platform.python_version(), settings=settings.SETTINGS_MODULE
    )


def _database(_now: dt.datetime) -> tuple[bool, str]:
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return False, worded(
            "{name}，有 {waiting} 步升级没有做：先备份，再运行 migrate", name=connection.vendor, waiting=waiting
        )
    return True, worded("{name}，结构是最新的，账号 {n} 个", name=connection.vendor, n=User.objects.count())


def _officers(_now: dt.datetime) -> tuple[bool, str]:
    there = set(User.objects.filter(role__in=OFFICERS, is_active=True).values_list("role", flat=True))
    lacking = "、".join(str(ROLES[role].name) for role in OFFICERS if role not in there)
    return not lacking, worded("缺{roles}：用 notoneless user add 建", roles=lacking) if lacking else Wording("齐")


def _keys(_now: dt.datetime) -> tuple[bool, str]:
    plain, ring = secrets.token_bytes(16), keyring()
    return ring.open_sealed(ring.seal(plain, b"doctor"), b"doctor") == plain, str(settings.KEYRING_PATH)


def _lake(_now: dt.datetime) -> tuple[bool, str]:
    folder = Path(settings.LAKE_DIR)
    if folder.exists() and not os.access(folder, os.W_OK):
        return False, worded("{folder} 不能写", folder=folder)
    held = {name: len(lake().ids(name)) for name in ("deliveries", "sweeps")}
    return True, worded("{folder}；批次 {deliveries} 个、摸排 {sweeps} 次", folder=folder, **held)


def _disk(_now: dt.datetime) -> tuple[bool, str]:
    free = shutil.disk_usage(settings.DATA_DIR).free / 2**30
    return free > MIN_FREE_GIB, worded("可用 {free} GiB（至少 {least} GiB）", free=f"{free:.1f}", least=MIN_FREE_GIB)


def _clock(now: dt.datetime) -> tuple[bool, str]:
    """A clock that was put back would let the trail's times run backwards."""
    last = Event.objects.order_by("-id").values_list("at", flat=True).first()
    if last is not None and last - now > CLOCK_SLACK:
        return False, Wording("时钟比留痕的末条还早：请对时")
    return True, f"{time.strftime('%Y-%m-%d %H:%M:%S %z', time.localtime(now.timestamp()))}"


def _worker(now: dt.datetime) -> tuple[bool, str]:
    if Job.objects.filter(state=Job.State.RUNNING, lease_until__gt=now).exists():
        return True, Wording("正在做任务")
    waiting = Job.objects.filter(state=Job.State.READY).count()
    path = Path(settings.DATA_DIR) / ALIVE
    seen = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC) if path.exists() else None
    if seen is None or now - seen > SILENCE:
        return False, worded("没有在运行，排队 {n} 件：启动 notoneless work", n=waiting)
    return True, worded("在运行，排队 {n} 件", n=waiting)


def _backup(now: dt.datetime) -> tuple[bool, str]:
    """The backup script touches a file when it is through (docs/how-to/install.md)."""
    path = Path(settings.DATA_DIR) / BACKED_UP
    if not path.exists():
        return False, worded("没有备份记录：备份做完后 touch {path}", path=path)
    done = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)
    days = (now - done).days
    return days < BACKUP_DAYS, worded("最近一次在 {days} 天前", days=days) if days else Wording("最近一次在一天以内")


def _policy(now: dt.datetime) -> tuple[bool, str]:
    today = now.astimezone().date()
    pack = load_pack(settings.REGION, today)
    stale = len(pack.stale(today))
    told = {"version": pack.version, "region": pack.region_name, "stale": stale}
    return True, worded("政策包 {version}，{region}，待核对 {stale} 项（notoneless policy list --stale）", **told)


def _trail(now: dt.datetime) -> tuple[bool, str]:
    point = Checkpoint.objects.order_by("-id").first()
    if point is None:
        return True, Wording("还没有记过核对点：审计运行 notoneless trail checkpoint，抄在外面")
    return True, worded("最近的核对点在 {days} 天前，共 {size} 条", days=(now - point.at).days, size=point.size)


def whole_chain(_now: dt.datetime) -> tuple[bool, str]:
    """Read the whole trail; takes a while on an old installation."""
    report = verify_chain()
    return report.whole, report.summary()


INSTALLATION: dict[str, Probe] = {
    Wording("程序"): _python,
    Wording("数据库"): _database,
    Wording("三员"): _officers,
    Wording("密钥"): _keys,
    Wording("数据湖"): _lake,
    Wording("磁盘"): _disk,
    Wording("时钟"): _clock,
    Wording("政策包"): _policy,
}
"""What must be well before anything runs."""
RUNNING: dict[str, Probe] = {
    **INSTALLATION,
    Wording("后台任务"): _worker,
    Wording("备份"): _backup,
    Wording("核对点"): _trail,
}
"""… and what must be well while it runs."""
