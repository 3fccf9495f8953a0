"""The guarded child: it comes quickly, goes with its workbook, and whatever happens to it becomes a sentence."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.lib.broken_files import broken
from tests.lib.workbooks import one_sheet, roster, rows_xml

from notoneless.common.errors import Fault
from notoneless.files import guarded
from notoneless.files.child import FRAME, Server, joined, serve, texts
from notoneless.files.guarded import GuardedWorkbook
from notoneless.files.refusal import Refused
from notoneless.files.sniff import form_of
from notoneless.files.tables import read_table

BROKEN = 40


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def opened(data: bytes) -> GuardedWorkbook:
    return GuardedWorkbook(data, "zip", "名册.xlsx")


def test_the_child_goes_with_its_workbook() -> None:
    workbook = opened(roster())
    process = workbook._process.pid
    rows = workbook.blocks(0)
    assert next(rows)[0].as_py()[0] == "户籍学龄人口"
    assert alive(process)
    del workbook
    assert alive(process), "rows that are still walked keep it"
    del rows
    assert not alive(process)


def test_a_closed_workbook_says_so() -> None:
    workbook = opened(roster())
    workbook.close()
    with pytest.raises(Fault) as caught:
        list(workbook.blocks(0))
    assert caught.value.code == "E015"


def test_a_refused_workbook_leaves_no_process() -> None:
    before = children()
    with pytest.raises(Fault):
        opened(b"PK\x03\x04 rubbish")
    assert children() == before


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


@pytest.mark.parametrize(
    ("ended_by", "code", "word"),
    [(signal.SIGXCPU, "E014", "时间"), (signal.SIGABRT, "E014", "内存"), (signal.SIGSEGV, "E015", "意外停止")],
)
def test_the_end_of_a_child_is_told_in_words(ended_by: signal.Signals, code: str, word: str) -> None:
    workbook = opened(roster())
    os.kill(workbook._process.pid, ended_by)
    with pytest.raises(Fault) as caught:
        list(workbook.blocks(0))
    assert caught.value.code == code
    assert word in caught.value.what


def test_a_child_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = opened(roster())
    os.kill(workbook._process.pid, signal.SIGSTOP)
    workbook._patience = 0.2
    with pytest.raises(Fault) as caught:
        list(workbook.blocks(0))
    assert caught.value.code == "E014"
    assert not alive(workbook._process.pid)


def test_an_absurd_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "LARGEST_ANSWER", 10)
    with pytest.raises(Fault) as caught:
        opened(roster())
    assert caught.value.code == "E015"


def test_several_at_once_and_rows_walked_in_turns() -> None:
    data = roster(300)
    with ThreadPoolExecutor(4) as pool:
        tables = list(pool.map(lambda _n: read_table(data, "名册.xlsx"), range(4)))
    # The threads that opened them are gone by now.
    counts = [sum(1 for _row in table.sheets[0].rows) for table in tables]
    assert counts == [302] * 4
    one, other = iter(tables[0].sheets[0].rows), iter(tables[0].sheets[0].rows)
    pairs = list(zip(one, other, strict=True))
    assert len(pairs) == 302
    assert all(left == right for left, right in pairs)


def test_the_child_dies_with_its_parent() -> None:
    script = (
        "import sys,time; from notoneless.files.guarded import GuardedWorkbook\n"
        "book = GuardedWorkbook(sys.stdin.buffer.read(), 'zip', 'x'); print(book._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent.stdin as asking, parent.stdout as answer:
        asking.write(roster())
        asking.close()
        child = int(answer.readline())
        parent.kill()
        parent.wait()
    until = time.monotonic() + 5
    while running(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not running(child)


def running(process: int) -> bool:
    try:
        return ") Z" not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


def test_a_child_sees_no_environment_and_stays_inside_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTONELESS_SECRET", "geheim")
    workbook = opened(roster())
    proc = Path(f"/proc/{workbook._process.pid}")
    assert b"geheim" not in (proc / "environ").read_bytes()
    limits = {line[:25].strip(): line[26:].split()[:2] for line in (proc / "limits").read_text().splitlines()}
    assert limits["Max file size"] == ["0", "0"]
    assert int(limits["Max address space"][0]) <= 400 << 20
    assert int(limits["Max cpu time"][0]) < 30
    assert "NoNewPrivs:\t1" in (proc / "status").read_text()
    assert len(list((proc / "fd").iterdir())) <= 6


def test_behind_the_fence_nothing_can_be_opened_written_or_reached() -> None:
    script = (
        "import socket, sys\nfrom notoneless.files import fence\nfence.enclose(512, 20)\n"
        "def tried(act):\n    try: act()\n    except OSError: return 'no'\n    return 'yes'\n"
        "print(tried(lambda: open('/etc/passwd')), tried(lambda: open('/tmp/x', 'w').write('x' * 9999)),"
        "tried(lambda: socket.create_connection(('127.0.0.1', 9), 1)))\n"
        "try: bytearray(1 << 30)\nexcept MemoryError: print('no memory')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    reading, writing, reaching = done.stdout.splitlines()[0].split()
    assert writing == reaching == "no"
    assert reading == "no" or not landlock()
    assert done.stdout.splitlines()[1] == "no memory"


def landlock() -> bool:
    return (
        "landlock" in Path("/sys/kernel/security/lsm").read_text()
        if Path("/sys/kernel/security/lsm").exists()
        else False
    )


def test_a_child_starts_quickly() -> None:
    data = roster()
    times = []
    for _ in range(3):
        started = time.perf_counter()
        opened(data).close()
        times.append(time.perf_counter() - started)
    assert min(times) < 1.5, "0.1 s on a quiet machine; a busy one takes longer"


@pytest.mark.parametrize("give", ["path", "text", "bytes", "stream"])
def test_a_file_may_be_given_in_every_form(give: str, tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(roster())
    source: Path | str | bytes | BinaryIO = {
        "path": path, "text": str(path), "bytes": roster(), "stream": io.BytesIO(roster()),
    }[give]  # fmt: skip
    table = read_table(source)
    path.unlink()
    assert len(list(table.sheets[0].rows)) == 5


# ---- the child's side, in this process


class Plain:
    """Limits that limit nothing: here the child's code runs in the test itself."""

    def widen(self, memory: int, unpacked: int) -> None: ...


def served(data: bytes, form: str, *asked: dict[str, int]) -> list[tuple[bytes, int, bytes]]:
    """The frames with which the child answers."""
    answers = io.BytesIO()
    requests = io.BytesIO(b"".join(json.dumps(each).encode() + b"\n" for each in asked))
    serve(form, io.BytesIO(data), requests, answers, Plain())  # type: ignore[arg-type]
    answers.seek(0)
    frames = []
    while head := answers.read(FRAME.size):
        kind, rows, size = FRAME.unpack(head)
        frames.append((kind, rows, answers.read(size)))
    return frames


def test_rows_come_in_blocks_from_any_place() -> None:
    asked = [{"sheet": 0, "from": first, "rows": 2} for first in (0, 2, 4, 5, 1)]
    frames = served(roster(), "zip", *asked)
    assert [rows for kind, rows, _body in frames if kind == b"R"] == [2, 2, 1, 0, 2]
    assert frames[2][2].decode().split("\x1e")[0].split("\x1f")[0] == "王小0"


def test_characters_that_keep_cells_apart_cannot_be_smuggled_in() -> None:
    rows = [["a\x1fb", "c\x1ed\x00"], [], ["王", 1.0]]
    assert joined(rows, ["\x1f".join(texts(row)) for row in rows]) == "ab\x1fcd\x1e\x1e王\x1f1"
    assert joined([], []) == ""


def test_a_row_without_end_is_refused() -> None:
    class Endless:
        def describe(self) -> dict[str, object]:
            return {}

        def rows(self, sheet: int) -> object:
            yield ["x" * (40 << 20)]

    with pytest.raises(Refused) as caught:
        Server(Endless(), io.BytesIO()).answer(0, 0, 10)  # type: ignore[arg-type]
    assert caught.value.code == "E005"


@pytest.mark.parametrize(("error", "code"), [(BaseException("panicked"), "E004"), (MemoryError(), "E014")])
def test_a_panic_is_told_like_damage(monkeypatch: pytest.MonkeyPatch, error: BaseException, code: str) -> None:
    def panic(*_all: object) -> None:
        raise error

    monkeypatch.setattr("notoneless.files.child.open_workbook", panic)
    ((kind, _rows, body),) = served(roster(), "zip")
    assert kind == b"E"
    assert json.loads(body)["code"] == code


def test_broken_files_are_read_or_refused() -> None:
    """The short form of tests/fault/test_hostile_files.py, without a child for each."""
    for number in range(BROKEN):
        _what, data = broken(2026, number)
        try:
            form = form_of(data[:4096])
        except Refused:
            continue
        if form != "csv":
            last = served(data, form, {"sheet": 0, "from": 0, "rows": 1000})[-1]
            assert last[0] in (b"R", b"E")
            assert last[0] == b"R" or json.loads(last[2])["code"] in ("E001", "E003", "E004", "E005", "E007", "E012")


def test_the_shortest_sheet() -> None:
    assert [list(sheet.rows) for sheet in read_table(one_sheet(rows_xml(b"")), "x.xlsx").sheets] == [[]]
