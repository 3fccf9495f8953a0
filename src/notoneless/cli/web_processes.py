"""Several web processes at one door: Python computes on one core a process, and a desk has more than one."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST = 4
"""More processes than this share one database badly on a small machine; a big one has gunicorn (docs/how-to/install.md)."""
BACKLOG = 256


def usual_number() -> int:
    """One process a core, four at most; one where processes cannot be forked."""
    return min(os.cpu_count() or 1, MOST) if hasattr(os, "fork") else 1


def open_door(host: str, port: int) -> socket.socket:
    """The socket at which all of them listen. Raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


@contextmanager
def beside(number: int, run: Callable[[], None]) -> Iterator[None]:
    """Run the function in ``number`` further processes; they end with this one, in whatever way it ends.

    To be entered before this process has threads or database connections.
    """
    listening, held = os.pipe()
    for _one in range(number):
        if os.fork() == 0:
            os.close(held)
            threading.Thread(target=_end_with_starter, args=(listening,), daemon=True).start()
            try:
                run()
            finally:
                os._exit(0)
    os.close(listening)
    try:
        yield
    finally:
        os.close(held)


def _end_with_starter(listening: int) -> None:
    """The starter holds the other end open and says nothing; it closes when the starter ends."""
    os.read(listening, 1)
    os._exit(0)
