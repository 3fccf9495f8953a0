"""doctor: is this installation well?"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from notoneless.cli import start
from notoneless.cli.chinese import App
from notoneless.cli.output import Exit, print_table, stop, talk, write_json
from notoneless.flows.clean_up import clean_up
from notoneless.jobs.health import INSTALLATION, examine, whole_chain


def add_to(app: App) -> None:
    app.command(examples=("notoneless doctor", "notoneless --json doctor"))(doctor)


def doctor() -> None:
    """检查程序、数据库、三员、密钥、数据湖、磁盘、时钟、政策包和留痕链是否正常；有问题时退出码是 1。"""
    start.prepare_database()
    findings = examine({**INSTALLATION, "数据湖": _lake, "留痕": whole_chain}, start.now())
    if talk.as_json:
        checks = [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in findings]
        write_json("doctor", checks=checks)
    else:
        rows = [(one.name, "正常" if one.ok else "有问题", one.detail) for one in findings]
        print_table(["项目", "结果", "说明"], rows)
    stop(Exit.OK if all(one.ok for one in findings) else Exit.FINDINGS)


def _lake(_now: dt.datetime) -> tuple[bool, str]:
    cleaned = clean_up()
    unused = len(cleaned.directories)
    swept = (
        f"清理未完成的写入 {cleaned.unfinished} 处、没有生效的目录 {unused} 个、没有成稿的上传 {cleaned.uploads} 个"
    )
    return True, f"{settings.LAKE_DIR}；{swept}"
