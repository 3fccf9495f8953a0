"""Every help page and every complaint about the command line is Chinese and says how to go on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer
from typer._click.core import Command, Context
from typer.testing import CliRunner

from notoneless.cli.main import app

NAMES = {"help_option_names": ["-h", "--help"]}


def walk(command: Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Command]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, (*path, name))


COMMANDS = dict(walk(typer.main.get_command(app), ("notoneless",)))
# Words that are part of a command line, not of the sentence around it.
TECHNICAL = re.compile(
    r"notoneless(?: work)?\S*|--?[a-z][\w-]*|[A-Z_]{4,}|\b(?:Excel|WPS|CSV|JSON|Ctrl|hukou|csv|xlsx|json|table|township|county|city"
    r"|schema_version|admin|anquan|security_admin|clerk|lishi|system_admin|county_\w+|township_officer|principal|teacher|partner|auditor"
    r"|Parquet|parquet|duckdb|spark|name|id_no|dob|X-Forwarded-\w+|[CDP]\w{10,}|D?\d{8}-\w+|zip|send|read)\b"
)


def page_of(path: tuple[str, ...], width: int = 80) -> str:
    command = COMMANDS[path]
    return command.get_help(Context(command, info_name=" ".join(path), terminal_width=width, **NAMES))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_no_english_sentence_is_left(path: tuple[str, ...]) -> None:
    prose = page_of(path).split("\n例：")[0]
    words = re.findall(r"[A-Za-z]{3,}", TECHNICAL.sub("", prose.replace(" ".join(path), "")))
    leaves = {word for name in getattr(COMMANDS[path], "commands", {}) for word in name.split("-")}
    assert [word for word in words if word not in leaves] == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_page_has_two_examples(path: tuple[str, ...]) -> None:
    examples = page_of(path).split("\n例：")[1].strip().splitlines()
    assert sum(line.strip().startswith("notoneless ") for line in examples) >= 2


def test_examples_are_never_broken_and_prose_always_fits() -> None:
    from rich.cells import cell_len

    prose, examples = page_of(("notoneless", "import"), width=60).split("\n例：")
    assert max(cell_len(line) for line in prose.splitlines()) <= 60
    assert "notoneless import 户籍.xlsx 学籍.xlsx 在校点名.csv --dry-run --errors-out 错误行.xlsx" in examples


def test_exit_codes_stand_on_the_first_page() -> None:
    page = page_of(("notoneless",), width=200)
    assert "0 完成 · 1 数据里有错误或缺口 · 2 用法或配置不对 · 3 只接收了一部分 · 4 没有权限" in page


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("import", "E920", "缺少 文件"),
        ("sweep --as-off 2026-10-10", "E921", "是不是 --as-of？"),
        ("sweeps", "E922", "是不是 sweep？"),
        ("借阅", "E922", "可用的命令：inspect、"),
        ("sweep diff", "E920", "缺少 先前"),
        ("sweep --as-of", "E923", "--as-of 后面少了值"),
        ("serve --no-worker=yes", "E923", "--no-worker"),
        ("serve --port 八千", "E924", "--port 的值不对，要 整数"),
        ("ledger 疑似辍学 --format pdf", "E924", "要 table|json|csv|xlsx"),
        ("--quiet", "E925", "没有写要做什么"),
        ("inspect 一.xlsx 二.xlsx", "E926", "多了 二.xlsx"),
        ("delivery revoke D1", "E920", "缺少 --reason"),
    ],
)
def test_a_wrong_command_line_is_explained(line: str, code: str, said: str) -> None:
    result = CliRunner().invoke(app, line.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(code)
    assert said in result.stderr
    assert "--help" in result.stderr


def test_a_complaint_is_json_when_json_is_asked_for() -> None:
    import json

    result = CliRunner().invoke(app, ["--json", "sweeps"])
    document = json.loads(result.stdout)
    assert (document["schema_version"], document["kind"], document["code"]) == (1, "fault", "E922")


@pytest.mark.parametrize("line", [[], ["delivery"], ["user"]])
def test_without_a_command_the_page_is_shown(line: list[str]) -> None:
    result = CliRunner().invoke(app, line)
    assert result.exit_code == 2
    assert "用法：" in result.stderr


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_an_answer_not_an_error(option: str) -> None:
    result = CliRunner().invoke(app, ["delivery", "list", option])
    assert result.exit_code == 0
    assert "列出送达批次" in result.stdout


def test_ctrl_c_ends_with_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("notoneless.cli.start.prepare_database", interrupted)
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 130
