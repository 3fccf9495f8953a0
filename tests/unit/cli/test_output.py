"""stdout is data, stderr is talk; tables fit a narrow terminal and stay whole in a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from notoneless.cli import output
from notoneless.cli.output import Exit, exit_code_of, print_table, talk, write_json, write_rows
from notoneless.common.errors import Fault
from notoneless.files.tables import read_table

ROWS = [["县局经办", "一个很长很长的说明，要折到下一行才放得下，但一个字也不能少"]]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 40 columns."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")


def test_cells_fold_in_a_narrow_terminal(narrow: None, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["角色", "做什么"], ROWS)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "…" not in shown
    assert max(cell_len(line) for line in shown.splitlines()) <= 40
    assert "".join(line.split("│")[-1].strip() for line in shown.splitlines()[2:]) == ROWS[0][1]


def test_many_columns_become_blocks_in_a_narrow_terminal(narrow: None, capsys: pytest.CaptureFixture[str]) -> None:
    header = [f"列{number}" for number in range(8)]
    print_table(header, [[f"值{number}" for number in range(8)], ["", *"1234567"]])
    blocks = capsys.readouterr().out.split("\n\n")
    assert blocks[0].splitlines()[0] == "列0：值0"
    assert blocks[1].splitlines()[0] == "列1：1"  # empty cells are left out


def test_a_row_is_one_line_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["一", "二"], [["[bold]甲[/bold]", "很长" * 100]])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "[bold]甲[/bold]" in lines[2]
    assert "很长" * 100 in lines[2]


def test_json_has_a_schema_version(capsys: pytest.CaptureFixture[str]) -> None:
    write_json("sweep", counts=[1])
    assert json.loads(capsys.readouterr().out) == {"schema_version": 1, "kind": "sweep", "counts": [1]}


def test_csv_opens_in_excel_and_keeps_long_numbers(tmp_path: Path) -> None:
    out = tmp_path / "台账.csv"
    write_rows("csv", ["学籍号"], [["G37132120160502002X"]], "台账", out)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    write_rows("xlsx", ["学籍号"], [["37132120160502002X"]], "台账", tmp_path / "台账.xlsx")
    sheet = read_table(tmp_path / "台账.xlsx", "台账.xlsx").sheets[0]
    assert list(sheet.rows) == [["学籍号"], ["37132120160502002X"]]


def test_xlsx_needs_a_file_name() -> None:
    with pytest.raises(Fault, match="E911"):
        write_rows("xlsx", ["一"], [], "台账", None)


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    talk.begin(quiet=True)
    talk.say("说明")
    talk.begin()
    assert capsys.readouterr().err == ""


def test_talk_goes_to_stderr_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    talk.say("长" * 300)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["长" * 300]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("E701", Exit.REFUSED), ("E702", Exit.REFUSED), ("E905", Exit.USAGE), ("E301", Exit.FINDINGS)],
)
def test_each_fault_has_its_exit_code(code: str, expected: Exit) -> None:
    assert exit_code_of(Fault(code)) is expected


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress() as tell:
        tell("核对名册", 1, 2)
    assert capsys.readouterr() == ("", "")
