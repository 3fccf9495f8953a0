"""``manage.py work``: run the jobs that people started from the desk."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from notoneless.jobs.queue import run_pending
from notoneless.jobs.worker import work


class Command(BaseCommand):
    help = "运行任务队列：核对上传的名册、导入、摸排"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="做完排队中的任务就退出")
        parser.add_argument("--until-closed", action="store_true", help="标准输入关闭（启动它的进程结束）就退出")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(str(run_pending(clock=timezone.now)))
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        if options["until_closed"]:
            threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
        work(clock=timezone.now, stop=stop)


def _wait_for_end_of_input(stop: threading.Event) -> None:
    """The starter holds the other end open and says nothing; it closes when the starter ends, in whatever way."""
    sys.stdin.buffer.read()
    stop.set()
