"""stdout is data, stderr is talk. Fixed exit codes; JSON documents carry a schema version."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from notoneless.common.errors import Fault

SCHEMA_VERSION = 1
NO_LIMIT = 100_000  # columns
NARROWEST_COLUMN = 10  # terminal columns below which a folded cell can no longer be read


class Exit(IntEnum):
    """退出码; the same table stands in --help and in the reference."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    PART = 3
    REFUSED = 4
    OUTSIDE = 5
    INTERRUPTED = 130


EXIT_MEANING = {
    Exit.OK: "完成",
    Exit.FINDINGS: "数据里有错误或缺口",
    Exit.USAGE: "用法或配置不对",
    Exit.PART: "只接收了一部分",
    Exit.REFUSED: "没有权限，或已被锁定",
    Exit.OUTSIDE: "外部服务没有成功",
    Exit.INTERRUPTED: "被中断",
}


class Talk:
    """How this run speaks: set once by the global options."""

    def __init__(self) -> None:
        self.begin()

    def begin(self, *, as_json: bool = False, quiet: bool = False, colour: bool = True) -> None:
        """Take the global options; NO_COLOR in the environment counts too (rich reads it)."""
        self.as_json, self.quiet = as_json, quiet
        self.no_color = None if colour else True
        self.console = Console(stderr=True, highlight=False, markup=False, no_color=self.no_color)

    def say(self, text: str) -> None:
        """A line for the person at the keyboard; never broken when it goes into a file."""
        if not self.quiet:
            self.console.print(text, soft_wrap=not self.console.is_terminal)


talk = Talk()


def write_json(kind: str, **content: Any) -> None:
    """One JSON document on stdout with stable field names."""
    document = {"schema_version": SCHEMA_VERSION, "kind": kind, **content}
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")


def show_rows(kind: str, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """What a `list` command says: a table, or with --json the rows under the same names."""
    write_rows("json" if talk.as_json else "table", header, rows, kind, None)


def write_rows(
    format: str, header: Sequence[str], rows: Iterable[Sequence[Any]], name: str, out: Path | None
) -> None:
    """Rows as table, json, csv (UTF-8 with BOM, for Excel) or xlsx (text cells; needs --out)."""
    if format == "json":
        write_json(name, rows=[dict(zip(header, row, strict=True)) for row in rows])
    elif format == "csv":
        _write_csv(header, rows, out)
    elif format == "xlsx":
        if out is None:
            raise Fault("E911", where="--out")
        from notoneless.files.xlsx_write import (
            Sheet,
            write_workbook,
        )  # most commands write none, and it is slow to load

        write_workbook(out, [Sheet(name=name[:31], header=list(header), rows=[[_text(c) for c in r] for r in rows])])
        talk.say(f"已写入 {out}")
    else:
        print_table(header, rows)


def print_table(header: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """A table on stdout. Too wide for the terminal, cells fold; far too wide, each row becomes a block of lines."""
    cells = [[_text(cell) for cell in row] for row in rows]
    screen = Console(highlight=False, markup=False, no_color=talk.no_color)
    if screen.is_terminal and len(header) * NARROWEST_COLUMN > screen.width:
        _print_blocks(screen, header, cells, title)
        return
    table = Table(title=title or None, title_justify="left", header_style="bold", show_edge=False)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in cells:
        table.add_row(*[Text(cell) for cell in row])
    if not screen.is_terminal:  # a file or a pipe: one line a row, whatever its length
        screen.width = NO_LIMIT
    screen.print(table)


def _print_blocks(screen: Console, header: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    if title:
        screen.print(title, style="bold")
    for row in rows:
        for name, cell in zip(header, row, strict=True):
            if cell:
                screen.print(f"{name}：{cell}")
        screen.print()


def _write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], out: Path | None) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    writer.writerows([_text(cell) for cell in row] for row in rows)
    if out is None:
        sys.stdout.write("\ufeff" + buffer.getvalue())
    else:
        out.write_text(buffer.getvalue(), encoding="utf-8-sig")
        talk.say(f"已写入 {out}")


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress line on stderr while it is a terminal; silent in a pipe or with -q."""
    if talk.quiet or not talk.console.is_terminal:
        yield lambda _stage, _done, _total: None
        return
    columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=talk.console, transient=True) as bar:
        task = bar.add_task("准备", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total or None)


def exit_code_of(fault: Fault) -> Exit:
    """Permission faults end with 4, usage faults with 2, all others with 1."""
    if fault.code.startswith("E70"):
        return Exit.REFUSED
    return Exit.USAGE if fault.code.startswith("E9") else Exit.FINDINGS


def report_fault(fault: Fault) -> None:
    """A user's error: code, where, what, how to mend; never a traceback."""
    if talk.as_json:
        write_json("fault", **fault.to_dict())
    talk.console.print(f"{fault.code} {fault.message}", soft_wrap=not talk.console.is_terminal)


def stop(code: Exit) -> None:
    if code is not Exit.OK:
        raise typer.Exit(int(code))
