"""Live the tutorial: run its commands in order, mend what it says to mend, find what it promises."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import openpyxl
import pytest
from tests.integration.cli.conftest import answer, run

from notoneless.case.records.models import Case
from notoneless.link.records.models import Child, ReviewPair

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/tutorial/three-lists-to-first-ledger.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
MENDED_ID = "371321201601270027"
NOT_OURS = ("python3 run.py", "export ")

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the repository's, with the examples in it."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def squeezed(text: str) -> str:
    return re.sub(r"[\s┃│━╇]+", " ", text).strip()


def mend(workbook: Path) -> None:
    """What the reader does by hand after the second step."""
    book = openpyxl.load_workbook(workbook)
    page = book.worksheets[0]
    heading = [cell.value for cell in page[1]]
    assert page.cell(row=2, column=heading.index("姓名") + 1).value == "牟若兮"
    page.cell(row=2, column=heading.index("公民身份号码") + 1).value = MENDED_ID
    book.save(workbook)


def filled_in(line: str) -> list[str]:
    """The command with the ids that are different on every machine."""
    words = shlex.split(line)[1:]
    if "孩子编号" in words:
        rows = answer("ledger", "信息不符")["rows"]
        words[words.index("孩子编号")] = next(row["孩子编号"] for row in rows if row["姓名"] == "庄晓阳")
    if "摸排编号" in words:
        words[words.index("摸排编号")] = answer("sweep", "--as-of", "2026-11-20")["id"]
    return words


def test_the_tutorial_can_be_lived(desk: Path) -> None:
    assert MENDED_ID in PAGE
    said = ""
    for kind, block in BLOCK.findall(PAGE):
        if kind == "text":
            for line in block.splitlines():
                assert squeezed(line) in said, f"{line!r} is not in the answer:\n{said}"
            continue
        for line in block.splitlines():
            if line.startswith(NOT_OURS):
                continue
            if line.startswith("notoneless import 错误行.xlsx"):
                mend(desk / "错误行.xlsx")
            result = run(*filled_in(line), by="")
            assert result.exit_code in (0, 1, 3), f"{line}: {result.output}"
            said = squeezed(result.stdout + "\n" + result.stderr)
    assert (desk / "疑似辍学_岸堤镇.xlsx").exists()
    found_as_the_text_says()


def found_as_the_text_says() -> None:
    assert Child.objects.count() == 12
    assert set(Case.objects.values_list("child__name", flat=True)) == {"薛雨桐", "顾小满", "郏一鸣", "庄晓阳"}
    pair = ReviewPair.objects.get()
    assert pair.right_child.name == "宓嘉怡"
    assert "姓名同音" in run("explain", pair.pk, by="").stdout
    assert not Child.objects.filter(name="聂子宣").exists()


def test_the_examples_are_what_their_script_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import make_examples

    monkeypatch.setitem(sys.modules, "make_examples", make_examples)
    make_examples.write_examples(tmp_path)
    kept = {path.name: path.read_bytes() for path in make_examples.FOLDER.iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept
