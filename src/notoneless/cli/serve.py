"""serve, work: the web desk and its worker."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from django.core.management import call_command
from django.db import connections

from notoneless.cli import start, web_processes
from notoneless.cli.chinese import App
from notoneless.cli.output import talk, write_json

THREADS = 4
WORKER_GOODBYE_SECONDS = 30
Host = Annotated[str, typer.Option(metavar="地址", help="监听地址")]
Port = Annotated[int, typer.Option(metavar="端口", help="监听端口")]


def add_to(app: App) -> None:
    app.command(examples=("notoneless serve", "notoneless serve --no-worker --behind-proxy 127.0.0.1"))(serve)
    app.command(examples=("notoneless work", "notoneless work --once"))(work)


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="不带后台任务（另用 notoneless work）")] = False,
    behind_proxy: Annotated[
        str,
        typer.Option(metavar="地址", help="前面的反向代理的地址；只信它转来的 X-Forwarded-For 与 X-Forwarded-Proto"),
    ] = "",
    processes: Annotated[
        int,
        typer.Option(
            "--processes", metavar="个", min=0, max=32, help="几个进程一起答；0 为每个处理器核心一个，最多 4 个"
        ),
    ] = 0,
) -> None:
    """打开网页（同时启动后台任务）。按 Ctrl+C 结束。"""
    start.prepare_database()
    run_server(host, port, with_worker=not no_worker, behind_proxy=behind_proxy, processes=processes)


def run_server(host: str, port: int, *, with_worker: bool = True, behind_proxy: str = "", processes: int = 0) -> None:
    """Web in this process and in others at the same door, one worker beside them; all end together."""
    from waitress import serve as waitress_serve

    call_command("collectstatic", interactive=False, verbosity=0)  # first: the site looks once, when it is made
    from notoneless.wsgi import application

    number, door = processes or web_processes.usual_number(), web_processes.open_door(host, port)

    def listen() -> None:
        # A page more than the threads can take at once waits in line; that is not worth a line in the log.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        waitress_serve(
            application, sockets=[door], threads=THREADS, ident=None, _quiet=True, asyncore_use_poll=True,
            **_proxy(behind_proxy),
        )  # fmt: skip

    connections.close_all()  # a connection must not be used by two processes
    with web_processes.beside(number - 1, listen), _worker(with_worker):
        talk.say(f"网页：http://{host}:{port}   按 Ctrl+C 结束")
        listen()


def _proxy(address: str) -> dict[str, Any]:
    """Waitress drops forwarded headers unless it is told whom to believe."""
    if not address:
        return {}
    return {"trusted_proxy": address, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}


@contextmanager
def _worker(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    command = [sys.executable, "-m", "django", "work", "--until-closed"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, env=dict(os.environ))
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=WORKER_GOODBYE_SECONDS)


def work(once: Annotated[bool, typer.Option("--once", help="做完排队中的任务就退出")] = False) -> None:
    """运行后台任务：核对上传的名册、导入、摸排。与网页分开运行时用。"""
    start.prepare_database()
    said = io.StringIO()
    call_command("work", once=once, stdout=said)
    if not once:
        return
    done = int(said.getvalue())
    if talk.as_json:
        write_json("work", done=done)
    else:
        talk.say(f"做完 {done} 个任务")
