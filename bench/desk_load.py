"""Load for bench/desk.py: so many connections, each asks as soon as it was answered; bounded in count and in time.

Speaks to 127.0.0.1 only. A request is (method, path, cookie, body); only the status and the length of an answer are kept.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    """One request of one signed-in person."""

    path: str
    cookie: str
    body: str = ""

    def to_bytes(self, port: int) -> bytes:
        """As a browser sends it, over a connection that stays open."""
        method = "POST" if self.body else "GET"
        head = f"{method} {self.path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: sessionid={self.cookie}\r\n"
        if self.body:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(self.body)}\r\n"
        return f"{head}\r\n{self.body}".encode()


@dataclass
class Measured:
    """Milliseconds of each answer, bytes of the largest, CPU milliseconds of the server for one answer."""

    times: list[float]
    seconds: float
    cpu_ms: float
    largest: int
    load: float

    def to_dict(self) -> dict[str, Any]:
        ordered = sorted(self.times)
        return {
            "requests": len(ordered),
            "p50_ms": round(ordered[len(ordered) // 2], 1),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
            "per_second": round(len(ordered) / self.seconds, 1),
            "server_cpu_ms": round(self.cpu_ms, 1),
            "largest_bytes": self.largest,
            "load": round(self.load, 1),
        }


def measure(
    port: int, pid: int, requests: Sequence[Request], *, connections: int, count: int, most_seconds: float
) -> Measured:
    """Ask ``count`` times, going round in ``requests``; stops after ``most_seconds`` at the latest.

    ``pid``: the server, whose whole family's CPU time is taken. Raises SystemExit on any answer that is no success.
    """
    before, started = family_cpu(pid), time.monotonic()
    times, largest = asyncio.run(_all(port, requests, connections, count, started + most_seconds))
    seconds = time.monotonic() - started
    return Measured(times, seconds, (family_cpu(pid) - before) * 1000 / len(times), largest, os.getloadavg()[0])


async def _all(
    port: int, requests: Sequence[Request], connections: int, count: int, until: float
) -> tuple[list[float], int]:
    wanted, times, sizes = iter(range(count)), list[float](), [0]
    work = [_connection(port, requests, wanted, until, times, sizes) for _ in range(connections)]
    await asyncio.gather(*work)
    return times, max(sizes)


async def _connection(
    port: int, requests: Sequence[Request], wanted: Iterator[int], until: float, times: list[float], sizes: list[int]
) -> None:
    reader, writer = await asyncio.open_connection(HOST, port, limit=1 << 20)
    for number in wanted:
        if time.monotonic() > until:
            break
        request, asked = requests[number % len(requests)], time.monotonic()
        writer.write(request.to_bytes(port))
        status, length = await _answer(reader)
        if status not in (200, 302):
            raise SystemExit(f"{request.path.partition('?')[0]} answered {status}")
        times.append((time.monotonic() - asked) * 1000)
        sizes.append(length)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    length = int(head.partition("content-length:")[2].partition("\r\n")[0].strip() or 0)
    await reader.readexactly(length)
    return status, length


def family_cpu(pid: int) -> float:
    """CPU seconds so far of a process and everything it started."""
    parents: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        number = int(stat.parent.name)
        parents.setdefault(int(fields[1]), []).append(number)
        spent[number] = sum(int(one) for one in fields[11:15]) / TICK
    family, total = [pid], 0.0
    while family:
        one = family.pop()
        total += spent.get(one, 0.0)
        family += parents.get(one, [])
    return total
