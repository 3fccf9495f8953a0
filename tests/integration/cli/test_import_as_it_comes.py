"""import, inspect, template, habit: zips, sheets, columns told, suggestions, parts, what is remembered."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests.integration.cli.conftest import AS_OF, LISTS, answer, run
from tests.lib import rosters
from tests.lib.cast import Cast

from notoneless.roster.records.models import Delivery, SenderHabit

pytestmark = pytest.mark.django_db
SAID = ("--sender", "县公安局", "--as-of", AS_OF)


def packed(folder: Path, *members: tuple[str, bytes]) -> Path:
    path = folder / "名册.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def odd_register(folder: Path) -> Path:
    """A register whose ID column has a name of its own that nobody knows."""
    path = folder / "户籍.csv"
    path.write_bytes(rosters.hukou(rosters.CAST).replace("公民身份号码".encode(), "号码甲".encode()))
    return path


def test_a_zip_is_imported_file_by_file(cast: Cast, tmp_path: Path) -> None:
    path = packed(tmp_path, *LISTS.items(), ("通知.pdf", b"%PDF-1.4"), ("旧.zip", b"PK"))
    document = answer("import", str(path), *SAID)
    assert [one["file"] for one in document["files"]] == [*LISTS, "通知.pdf", "旧.zip"]
    assert [bool(one.get("delivery")) for one in document["files"]] == [True, True, True, False, False]
    assert [one["fault"]["code"] for one in document["files"][3:]] == ["E001", "E017"]
    assert Delivery.objects.count() == 3


def test_part_of_a_zip_ends_with_three_and_each_file_is_named(cast: Cast, tmp_path: Path) -> None:
    result = run("import", str(packed(tmp_path, *LISTS.items(), ("通知.pdf", b"%PDF-1.4"))), *SAID)
    assert result.exit_code == 3
    assert "通知.pdf" in result.stderr
    assert "E001" in result.stderr


def test_a_zip_that_is_damaged_is_refused(cast: Cast, tmp_path: Path) -> None:
    path = packed(tmp_path, *LISTS.items())
    path.write_bytes(path.read_bytes()[:200])
    result = run("import", str(path), *SAID)
    assert result.exit_code == 1
    assert "E018" in result.stderr


def test_one_bad_file_of_several_does_not_stop_the_others(cast: Cast, folder: Path) -> None:
    (folder / "坏.xlsx").write_bytes(b"\x00\x01 not a workbook")
    result = run("import", str(folder / "坏.xlsx"), str(folder / "户籍.csv"), *SAID)
    assert result.exit_code == 3
    assert Delivery.objects.count() == 1


def test_columns_are_told_and_remembered_for_the_next_list(cast: Cast, tmp_path: Path) -> None:
    path = odd_register(tmp_path)
    told = ("--kind", "户籍", "--map", "号码甲=身份证号", "--map", "户籍状态=")
    document = answer("import", str(path), *SAID, *told, "--remember")
    assert document["mapping"]["columns"]["号码甲"] == "id_no"
    assert document["remembered"] == 2
    assert SenderHabit.objects.count() == 2
    path.write_bytes(path.read_bytes().replace("王小花".encode(), "王大花".encode()))
    again = answer("import", str(path), *SAID, "--kind", "户籍", "--dry-run")
    assert again["mapping"]["columns"]["号码甲"] == "id_no"
    other = answer("import", str(path), "--sender", "别的单位", "--as-of", AS_OF, "--kind", "户籍", "--dry-run")
    assert "号码甲" not in other.get("mapping", {}).get("columns", {})


def test_habits_are_listed_and_forgotten(cast: Cast, tmp_path: Path) -> None:
    told = ("--kind", "户籍", "--map", "号码甲=身份证号", "--remember")
    run("import", str(odd_register(tmp_path)), *SAID, *told)
    (row,) = answer("habit", "list")["rows"]
    assert (row["送达单位"], row["写法"], row["当作"]) == ("县公安局", "号码甲", "身份证号")
    assert answer("habit", "list", "--sender", "别的单位")["rows"] == []
    assert run("habit", "forget", str(row["编号"]), by="stranger").stderr.startswith("E704")
    assert run("habit", "forget", str(row["编号"])).exit_code == 0
    assert answer("habit", "list")["rows"] == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["--map", "号码甲=身份证号"], "E927"),
        (["--kind", "户籍", "--map", "号码甲"], "E927"),
        (["--kind", "户籍", "--map", "=身份证号"], "E927"),
        (["--kind", "户籍", "--map", "号码甲=鞋码"], "E928"),
    ],
)
def test_columns_told_wrongly_end_with_two(cast: Cast, folder: Path, line: list[str], code: str) -> None:
    result = run("import", str(folder / "户籍.csv"), *line)
    assert (result.exit_code, result.stderr[:4]) == (2, code)


def test_a_part_is_used_together_with_the_list_before(cast: Cast, folder: Path) -> None:
    for flag in ("--supplements", "--part"):
        assert run("import", str(folder / "户籍.csv"), *SAID, flag, "--legal-basis", flag).exit_code == 0
    assert Delivery.objects.get().supplements is True


def test_one_sheet_of_several_is_read_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "户籍.xlsx"
    book = openpyxl.Workbook()
    book.remove(book.active)
    rows = [line.split(",") for line in rosters.hukou(rosters.CAST).decode().splitlines()]
    for title, part in (("东片", rows[1:3]), ("西片", rows[3:]), ("说明", [])):
        page = book.create_sheet(title)
        for row in [rows[0], *part] if part else [["本表由户政科提供"]]:
            page.append(row)
    book.save(path)
    everything = answer("inspect", str(path))
    assert [one["sheet"] for one in everything["sheets"]] == ["东片", "西片"]
    assert [one["sheet"] for one in everything["left_out"]] == ["说明"]
    assert everything["left_out"][0]["why"]
    assert everything["counts"]["read"] == 4
    one = answer("inspect", str(path), "--sheet", "西片")
    assert one["counts"]["read"] == 2
    assert "没有读" in run("inspect", str(path)).output
    assert run("inspect", str(path), "--sheet", "南片").stderr.startswith("E009")


def test_certain_suggestions_are_accepted_and_listed(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "户籍.csv"
    path.write_bytes(rosters.hukou(rosters.CAST).replace("柳行岔村".encode(), "柳行叉村".encode()))
    looked = answer("import", str(path), *SAID, "--dry-run")
    places = [one for one in looked["suggestions"] if one["topic"] == "place"]
    assert places, "柳行叉村 is near 柳行岔村"
    assert places[0]["certain"] is True
    done = answer("import", str(path), *SAID, "--accept-suggestions", "--remember")
    assert [(one["written"], one["meant"]) for one in done["accepted"]] == [("柳行叉村", "柳行岔村")]
    assert Delivery.objects.get().corrections
    assert SenderHabit.objects.get().written == "柳行叉村"
    shown = run("import", str(path), "--sender", "别的单位", "--as-of", AS_OF, "--accept-suggestions", "--dry-run")
    assert "柳行叉村→柳行岔村" in shown.stderr


def test_what_is_not_clear_is_asked_with_the_answer_to_type(tmp_path: Path) -> None:
    header = ["户号", "姓名", "姓名", "性别", "公民身份号码", "与户主关系", "户籍地址"]
    rows = [
        [f"H{n}", pupil.name, f"曾{pupil.name[1:]}", pupil.sex, pupil.id_no, "子女", pupil.address]
        for n, pupil in enumerate(rosters.CAST)
    ]
    path = tmp_path / "户籍.csv"
    path.write_bytes(rosters.csv_bytes(header, rows))
    result = run("inspect", str(path), "--kind", "户籍")
    assert (result.exit_code, result.stderr[:4]) == (1, "E321")
    assert "--map “姓名" in result.stderr
    assert answer("inspect", str(path), "--kind", "户籍")["questions"][0]["choices"]
    answered = ("--map", "姓名=姓名", "--map", "姓名(2)=")
    assert run("inspect", str(path), "--kind", "户籍", *answered).exit_code == 0


def test_a_template_is_a_workbook_that_the_reader_knows(tmp_path: Path) -> None:
    out = tmp_path / "模板.xlsx"
    assert run("template", "户籍", "--out", str(out)).exit_code == 0
    headings = [cell.value for row in openpyxl.load_workbook(out).worksheets[0].iter_rows() for cell in row]
    assert "姓名" in headings
    assert run("template", "户口本", "--out", str(out)).stderr.startswith("E313")
