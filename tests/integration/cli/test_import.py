"""inspect and import: exit codes, dry run, the workbook of wrong rows and back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from tests.integration.cli.conftest import AS_OF, answer, run
from tests.lib import rosters
from tests.lib.cast import Cast

from notoneless.org.keys import lake
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
NAMELESS = "王小花".encode()


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A register whose first row has lost its name."""
    path = tmp_path / "户籍.csv"
    path.write_bytes(rosters.hukou(rosters.CAST).replace(NAMELESS, b""))
    return path


def test_inspect_says_what_a_file_is_and_writes_nothing(folder: Path) -> None:
    result = run("inspect", str(folder / "学籍.csv"))
    assert result.exit_code == 0
    assert "认作“学籍”" in result.stderr
    assert answer("inspect", str(folder / "学籍.csv"))["roster_kind"] == "school_roll"
    assert (Delivery.objects.count(), Event.objects.count()) == (0, 0)


def test_inspect_ends_with_one_when_rows_are_wrong(torn: Path) -> None:
    result = run("inspect", str(torn))
    assert result.exit_code == 1
    document = answer("inspect", str(torn))
    assert document["counts"]["refused"] == 1
    assert all("code" in problem for problem in document["problems"])


def test_a_dry_run_writes_nothing(cast: Cast, folder: Path) -> None:
    events = Event.objects.count()
    result = run("import", str(folder / "户籍.csv"), "--as-of", AS_OF, "--dry-run")
    assert (result.exit_code, "没有导入" in result.stderr) == (0, True)
    assert (Delivery.objects.count(), Event.objects.count()) == (0, events)
    assert list(lake().root.glob("deliveries/*")) == []


def test_good_rows_go_in_and_the_mended_ones_follow(cast: Cast, torn: Path, tmp_path: Path) -> None:
    mend = tmp_path / "错误行.xlsx"
    first = run("import", str(torn), "--sender", "县公安局", "--as-of", AS_OF, "--errors-out", str(mend))
    assert first.exit_code == 3
    book = openpyxl.load_workbook(mend)
    page = book.worksheets[0]
    heading = [cell.value for cell in page[1]]
    assert heading[-1] == "错误说明"
    page.cell(row=2, column=heading.index("姓名") + 1).value = "王小花"
    book.save(mend)
    second = run("import", str(mend), "--sender", "县公安局", "--as-of", AS_OF)
    assert second.exit_code == 0, second.output
    assert sorted(Delivery.objects.values_list("kind", "rows_accepted")) == [("hukou", 1), ("hukou", 3)]


def test_all_or_nothing_takes_nothing(cast: Cast, torn: Path) -> None:
    result = run("import", str(torn), "--as-of", AS_OF, "--all-or-nothing")
    assert result.exit_code == 1
    assert Delivery.objects.count() == 0


def test_several_files_each_get_their_own_workbook(cast: Cast, torn: Path, tmp_path: Path) -> None:
    other = tmp_path / "户籍二.csv"
    other.write_bytes(torn.read_bytes().replace("赵大海".encode(), b""))
    result = run("import", str(torn), str(other), "--as-of", AS_OF, "--errors-out", str(tmp_path / "错.xlsx"))
    assert result.exit_code == 3
    assert {path.name for path in tmp_path.glob("错*.xlsx")} == {"错_户籍.xlsx", "错_户籍二.xlsx"}


def test_the_kind_may_be_said_and_a_wrong_word_is_refused(cast: Cast, folder: Path) -> None:
    assert answer("inspect", str(folder / "户籍.csv"), "--kind", "户籍")["roster_kind"] == "hukou"
    result = run("inspect", str(folder / "户籍.csv"), "--kind", "户口本")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["inspect", "没有这个文件.xlsx"], "E901"),
        (["import", "没有这个文件.xlsx"], "E901"),
        (["sweep", "--as-of", "十月一日"], "E905"),
        (["ledger", "光荣榜"], "E912"),
        (["ledger", "辍学", "--format", "xlsx"], "E911"),
    ],
)
def test_wrong_words_end_with_two(cast: Cast, line: list[str], code: str) -> None:
    result = run(*line)
    assert (result.exit_code, result.stderr[:4]) == (2, code)


def test_a_file_that_is_no_list_is_refused_in_words(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(b"\x00\x01 not a workbook")
    result = run("import", str(path), "--as-of", AS_OF)
    assert result.exit_code == 1
    assert result.stderr.startswith(("E0", "E3"))


def test_a_teacher_may_not_import(cast: Cast, folder: Path) -> None:
    result = run("import", str(folder / "户籍.csv"), "--as-of", AS_OF, by="teacher_li")
    assert result.exit_code == 4
    assert Delivery.objects.count() == 0


def test_the_first_account_is_the_administrator(db: None) -> None:
    first = ["user", "add", "admin", "--name", "季管理", "--role"]
    assert run(*first, "county_clerk", by="").stderr.startswith("E915")
    assert run(*first, "system_admin", by="").exit_code == 0
    assert run("user", "add", "anquan", "--name", "卫安全", "--role", "security_admin", by="").exit_code == 0
    line = ["user", "add", "clerk", "--role", "county_clerk", "--name", "王经办", "--place", "371321"]
    assert run(*line, by="").exit_code == 0
    assert run("delivery", "list", by="").exit_code != 0  # nobody has approved the account yet
    assert run("user", "approve", "clerk", by="").exit_code == 0
    assert run("user", "approve", "clerk", by="").stderr.startswith("E704")
    assert run("delivery", "list", by="").exit_code == 0
    assert run("user", "reset", "anquan", by="").exit_code == 0


def test_queued_jobs_are_worked_off(cast: Cast) -> None:
    assert answer("work", "--once")["done"] == 0
