"""Workbooks are parsed in a guarded child process: a hostile or broken file can end the child, never the program.

One child serves one opened workbook. It gets the open file and nothing else: no environment, no place on the disk, a
bound on memory and time (see fence.py and docs/adr/0012). It ends with the workbook object, or with this process.
"""

import contextlib
import gc
import importlib.util
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from notoneless.common.errors import Fault
from notoneless.files.blocks import split_block
from notoneless.files.child import CELL_END, FRAME, MIB, ROW_END

PACKAGES = Path(__file__).resolve().parents[2]
PARSER = Path(str(importlib.util.find_spec("python_calamine").origin)).parents[1]  # type: ignore[union-attr]
"""The two folders from which the child may import; the site folder of Python is not looked through, which is faster."""
MEMORY_MIB = int(os.environ.get("NOTONELESS_READER_MEMORY", "3072"))
"""The most address space a child may ever take; how much one gets depends on its file."""
FIRST_ROWS, BLOCK_ROWS = 32, 4_000
"""Rows asked for at first (headers are looked for there) and later."""
MANY_OPEN = 16
LARGEST_ANSWER = 256 << 20
PATIENCE, PATIENCE_A_MIB = 60.0, 3.0
"""Seconds to wait for an answer, and more for each MiB of the file, when the machine has other work to do."""
STOPPED = {signal.SIGXCPU: "时间", signal.SIGABRT: "内存"}
"""What a child ended by these had too little of: an allocation that fails aborts the parser."""


_open_now: "weakref.WeakSet[GuardedWorkbook]" = weakref.WeakSet()


class GuardedWorkbook:
    """A workbook open in its own child. ``facts`` is what the child said first (see child.py).

    May be used by several threads. Raises Fault E001, E003–E005, E010–E015 on opening and on reading rows.
    """

    def __init__(self, source: Path | str | bytes | BinaryIO, form: str, file_name: str) -> None:
        if len(_open_now) >= MANY_OPEN:
            # An error kept with its traceback keeps the workbook, and so a child, until Python looks for such rings.
            gc.collect()
        self._file_name = file_name
        self._lock = threading.Lock()
        with _descriptor_of(source) as descriptor:
            size = os.fstat(descriptor).st_size
            self._patience = PATIENCE + PATIENCE_A_MIB * (size >> 20)
            self._process, lifeline = _start(form, descriptor, size)
        self.close = weakref.finalize(self, _end, self._process, lifeline, os.getpid())
        _open_now.add(self)
        kind, _rows, body = self._answer()
        self.facts: dict[str, Any] = json.loads(body) if kind == b"J" else {}

    def blocks(self, sheet: int) -> Iterator[pa.ListArray]:
        """The rows of one sheet from row 1, cells from column A, in blocks (blocks.py) asked for as they are walked."""
        first, count = 0, FIRST_ROWS
        while True:
            _kind, rows, body = self._ask(sheet, first, count)
            if not rows:
                return
            yield split_block(body + ROW_END.encode(), CELL_END.encode(), ROW_END.encode())
            first, count = first + rows, BLOCK_ROWS

    def _ask(self, sheet: int, first: int, count: int) -> tuple[bytes, int, bytes]:
        request = json.dumps({"sheet": sheet, "from": first, "rows": count}).encode() + b"\n"
        with self._lock:
            if not self.close.alive:
                raise Fault("E015", file=self._file_name, detail="read after close")
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(request)
            except BrokenPipeError:
                raise self._ended() from None
            return self._answer()

    def _answer(self) -> tuple[bytes, int, bytes]:
        kind, rows, size = FRAME.unpack(self._read(FRAME.size))
        if size > LARGEST_ANSWER:
            self.close()
            raise Fault("E015", file=self._file_name, detail=f"an answer of {size} bytes")
        body = self._read(size)
        if kind == b"E":
            self.close()
            no = json.loads(body)
            raise Fault(no["code"], detail=no["detail"], file=self._file_name, **no["values"])
        return kind, rows, body

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        descriptor, parts, until = self._process.stdout.fileno(), bytearray(), time.monotonic() + self._patience
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while len(parts) < size:
            if not poll.poll(max(until - time.monotonic(), 0) * 1000):
                self.close()
                raise Fault("E014", file=self._file_name, what="时间", detail="no answer in time")
            part = os.read(descriptor, min(size - len(parts), MIB))
            if not part:
                raise self._ended()
            parts += part
        return bytes(parts)

    def _ended(self) -> Fault:
        """Why the child is gone, in words."""
        code = self._process.wait()
        self.close()
        what = STOPPED.get(signal.Signals(-code)) if code < 0 else None
        if what:
            return Fault("E014", file=self._file_name, what=what, detail=f"ended by {code}")
        return Fault("E015", file=self._file_name, detail=f"ended by {code}")


def _start(form: str, descriptor: int, size: int) -> tuple["subprocess.Popen[bytes]", int]:
    """Start a child; returns it and our end of its lifeline."""
    theirs, ours = os.pipe()
    command = [sys.executable, "-P", "-s", "-S", "-B", "-m", "notoneless.files.child"]
    try:
        process = subprocess.Popen(
            [*command, form, str(descriptor), str(theirs), str(size), str(MEMORY_MIB)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={"PYTHONPATH": f"{PACKAGES}{os.pathsep}{PARSER}", "LC_ALL": "C.UTF-8"},
            pass_fds=[descriptor, theirs],
        )
    except OSError as error:
        os.close(ours)
        raise Fault("E015", detail=repr(error)) from error
    finally:
        os.close(theirs)
    return process, ours


def _end(process: "subprocess.Popen[bytes]", lifeline: int, owner: int) -> None:
    """Kill and reap; nothing happens in a forked copy of the process that opened the workbook."""
    if os.getpid() != owner:
        return
    os.close(lifeline)
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


@contextlib.contextmanager
def _descriptor_of(source: Path | str | bytes | BinaryIO) -> Iterator[int]:
    """An open descriptor of the file; what is not a file already is copied to memory, never to the disk."""
    if isinstance(source, Path | str):
        with open(source, "rb") as stream:
            yield stream.fileno()
        return
    with _memory_file() as copy:
        if isinstance(source, bytes):
            copy.write(source)
        else:
            source.seek(0)
            shutil.copyfileobj(source, copy, MIB)
        copy.flush()
        copy.seek(0)
        yield copy.fileno()


def _memory_file() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("notoneless-workbook"), "w+b")
    return tempfile.TemporaryFile()
