"""seal, seal-key, link of sealed lists, seal-rows: as a department and a bureau use them, and what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from notoneless.cli.main import app
from notoneless.common import resident_id
from notoneless.flows import seal

PEOPLE = [
    ("王小花", "20120304", "371321100201"),
    ("李文博", "20130405", "371321100202"),
    ("张欣怡", "20140506", "371321100203"),
]


def number(birth: str) -> str:
    first = f"371321{birth}012"
    return first + resident_id.check_digit(first)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def write_list(path: Path, prefix: str, **changed: str) -> Path:
    rows = [
        {"row_id": f"{prefix}{n}", "name": name, "sex": "女", "dob": dob, "id_no": number(dob), "addr_code": place}
        | changed
        for n, (name, dob, place) in enumerate(PEOPLE)
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and two sealed lists: 学 without numbers, 户 with them."""
    folder = tmp_path_factory.mktemp("sealed")
    assert run("seal-key", folder / "k.key").exit_code == 0
    for name, changed in (("学", {"id_no": ""}), ("户", {})):
        source = write_list(folder / f"{name}.parquet", name, **changed)
        result = run("seal", source, "--key", folder / "k.key", "--out", folder / f"{name}-已封.parquet")
        assert result.exit_code == 0, result.stderr
    return folder


@pytest.fixture
def sealed(made: Path, tmp_path: Path) -> Path:
    """A copy of them for one test."""
    return Path(shutil.copytree(made, tmp_path / "s"))


def test_the_command_itself_links_sealed_lists(sealed: Path) -> None:
    """As a process: what the plain `link` keeps away from is needed here."""
    words = ["link", sealed / "学-已封.parquet", sealed / "户-已封.parquet", "--out", sealed / "合上.parquet"]
    start = "from notoneless.cli.entry import main; main()"
    subprocess.run([sys.executable, "-c", start, *map(str, words)], check=True)
    assert pq.read_metadata(sealed / "合上.parquet").num_rows == 3


def test_only_the_matches_come_out_and_only_for_the_owner(sealed: Path) -> None:
    result = run(
        "--json", "link", sealed / "学-已封.parquet", sealed / "户-已封.parquet", "--out", sealed / "合上.parquet"
    )
    assert json.loads(result.stdout)["links"] == 3
    table = pq.read_table(sealed / "合上.parquet")
    assert table.column_names == ["left_row", "right_row", "step", "weight", "reason"]
    ours = run(
        "seal-rows", sealed / "合上.parquet", sealed / "学-已封-只留本机.parquet", "--out", sealed / "一.parquet"
    )
    assert ours.exit_code == 0
    both = run(
        "seal-rows", sealed / "一.parquet", sealed / "户-已封-只留本机.parquet", "--out", sealed / "二.parquet"
    )
    assert both.exit_code == 0
    rows = pq.read_table(sealed / "二.parquet").to_pylist()
    assert {(row["left_row"], row["right_row"]) for row in rows} == {(f"学{n}", f"户{n}") for n in range(3)}


def test_nothing_readable_leaves_the_department(sealed: Path) -> None:
    for path in (sealed / "户-已封.parquet", sealed / "合上.parquet"):
        if not path.exists():
            run("link", sealed / "学-已封.parquet", sealed / "户-已封.parquet", "--out", path)
        held = path.read_bytes() + repr(pq.read_table(path).to_pydict()).encode("utf-8")
        for name, dob, place in PEOPLE:
            for plain in (name, dob, number(dob), f"{dob[:4]}-{dob[4:6]}-{dob[6:]}", place):
                assert plain.encode("utf-8") not in held
    key = json.loads((sealed / "k.key").read_text("utf-8"))["key"]
    assert key.encode() not in (sealed / "户-已封.parquet").read_bytes()


def test_the_order_of_the_list_is_gone(sealed: Path) -> None:
    rows = pq.read_table(sealed / "户-已封.parquet")
    for kind in set(rows["kind"].to_pylist()):
        marks = [m for k, m in zip(rows["kind"].to_pylist(), rows["mark"].to_pylist(), strict=True) if k == kind]
        assert marks == sorted(marks)
    assert oct((sealed / "户-已封-只留本机.parquet").stat().st_mode)[-3:] == "600"
    assert oct((sealed / "k.key").stat().st_mode)[-3:] == "600"


def test_a_roster_as_it_comes_is_sealed_too(sealed: Path) -> None:
    text = "姓名,性别,出生日期,身份证号,户籍地址\n" + "".join(
        f"{n},女,{d},{number(d)},临沂市\n" for n, d, _ in PEOPLE
    )
    (sealed / "户籍.csv").write_text(text, encoding="utf-8")
    result = run("--json", "seal", sealed / "户籍.csv", "--key", sealed / "k.key", "--out", sealed / "来.parquet")
    assert json.loads(result.stdout)["rows"] == 3, result.stderr


def test_years_narrow_what_leaves(sealed: Path) -> None:
    words = ("seal", sealed / "户.parquet", "--key", sealed / "k.key", "--out", sealed / "少.parquet")
    result = run("--json", *words, "--born", "2012-2013")
    assert json.loads(result.stdout)["unmarked"] == 1
    again = run(*words, "--rows", sealed / "x.parquet", "--born", "2013-2012")
    assert (again.exit_code, again.stderr[:4]) == (1, "E429")


def refused(result: Result, code: str) -> None:
    assert result.exit_code != 0
    assert result.stderr.startswith(code), result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_lists_that_cannot_be_compared_are_refused(sealed: Path) -> None:
    left, right, out = sealed / "学-已封.parquet", sealed / "户-已封.parquet", sealed / "o.parquet"
    refused(run("link", left, sealed / "户.parquet", "--out", out), "E423")
    refused(run("link", left, right, "--out", out, "--explain", sealed / "x.html"), "E428")
    assert run("seal-key", sealed / "other.key").exit_code == 0
    other = sealed / "别-已封.parquet"
    run("seal", sealed / "户.parquet", "--key", sealed / "other.key", "--out", other)
    refused(run("link", left, other, "--out", out), "E422")
    refused(run("link", left, right, "--out", out, "--key", sealed / "other.key"), "E422")
    assert run("link", left, right, "--out", out, "--key", sealed / "k.key").exit_code == 0


def test_a_changed_file_and_a_forged_one_are_refused(sealed: Path) -> None:
    right = sealed / "户-已封.parquet"
    table = pq.read_table(right)
    changed = table.set_column(3, "mark", pa.array([mark ^ 1 for mark in table["mark"].to_pylist()], pa.int64()))
    bad = sealed / "坏.parquet"
    metadata = pq.read_metadata(right).metadata
    pq.write_table(changed.replace_schema_metadata({"notoneless.sealed": metadata[b"notoneless.sealed"]}), bad)
    refused(run("link", sealed / "学-已封.parquet", bad, "--out", sealed / "o.parquet"), "E424")
    header = json.loads(metadata[b"notoneless.sealed"]) | {"signature": "0" * 64}
    pq.write_table(table.replace_schema_metadata({"notoneless.sealed": json.dumps(header)}), bad)
    refused(
        run("link", sealed / "学-已封.parquet", bad, "--out", sealed / "o.parquet", "--key", sealed / "k.key"), "E424"
    )


def test_lists_sealed_by_other_rules_are_refused(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "recipe", lambda: "rules of last year")
    old = sealed / "旧-已封.parquet"
    assert run("seal", sealed / "户.parquet", "--key", sealed / "k.key", "--out", old).exit_code == 0
    refused(run("link", sealed / "学-已封.parquet", old, "--out", sealed / "o.parquet"), "E425")


@pytest.mark.slow
def test_keys_maps_and_lists_that_do_not_fit_are_refused(sealed: Path) -> None:
    key, out = sealed / "k.key", sealed / "o.parquet"
    refused(run("seal-key", key), "E426")
    refused(run("seal", sealed / "没有.parquet", "--key", key, "--out", out), "E407")
    refused(run("seal", sealed / "户.parquet", "--key", sealed / "没有.key", "--out", out), "E407")
    refused(run("seal", sealed / "户.parquet", "--key", key, "--out", sealed / "户-已封.parquet"), "E426")
    pq.write_table(pa.table({"age": [1]}), sealed / "空.parquet")
    refused(run("seal", sealed / "空.parquet", "--key", key, "--out", out), "E408")
    run("link", sealed / "学-已封.parquet", sealed / "户-已封.parquet", "--out", sealed / "合上.parquet")
    refused(run("seal-rows", sealed / "合上.parquet", sealed / "户.parquet", "--out", out), "E427")
    damaged = sealed / "坏.key"
    damaged.write_text(key.read_text("utf-8").replace('"key": "', '"key": "0', 1), "utf-8")
    damaged.chmod(0o600)
    refused(run("seal", sealed / "户.parquet", "--key", damaged, "--out", out), "E420")
    key.chmod(0o644)
    refused(run("seal", sealed / "户.parquet", "--key", key, "--out", out), "E421")
