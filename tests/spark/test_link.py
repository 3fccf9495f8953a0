"""`notoneless link` gives the same bytes on both engines: the command over two files, and lists of other forms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from notoneless.engine import Engine
from notoneless.flows.link_lists import link, write_links

ROOT = Path(__file__).resolve().parents[2]
LEAST_LEFT, LEAST_RIGHT = 19_000, 58_000


@pytest.fixture(scope="session")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 20,000 pupils and a register of 60,000, with every kind of error (bench/link_people.py)."""
    folder = tmp_path_factory.mktemp("lists")
    make = [sys.executable, str(ROOT / "bench" / "link_people.py"), str(folder), "--rows", "20k", "--seed", "7"]
    subprocess.run(make, check=True, capture_output=True)
    return folder


def test_the_command_writes_the_same_bytes_with_both_engines(lists: Path, tmp_path: Path) -> None:
    left, right = lists / "left.parquet", lists / "right.parquet"
    assert pq.read_metadata(left).num_rows > LEAST_LEFT
    assert pq.read_metadata(right).num_rows > LEAST_RIGHT
    written = {}
    for engine in ("duckdb", "spark"):
        out, review = tmp_path / f"{engine}.parquet", tmp_path / f"{engine}-review.parquet"
        command = [sys.executable, "-c", "from notoneless.cli.entry import main; main()", "link", left, right]
        command += ["--out", out, "--review", review, "--engine", engine, "--threads", "2", "--memory", "3GB"]
        done = subprocess.run(list(map(str, command)), cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        written[engine] = (out.read_bytes(), review.read_bytes())
    assert pq.read_table(tmp_path / "spark.parquet").num_rows > LEAST_LEFT * 0.9
    assert pq.read_table(tmp_path / "spark-review.parquet").num_rows > 0
    assert written["spark"] == written["duckdb"]
    litter = {path.name for path in tmp_path.iterdir() if path.suffix != ".parquet"}
    assert litter == set(), "Spark leaves nothing where the command was given"


def test_lists_of_other_forms_give_the_same_bytes(lists: Path, tmp_path: Path, spark: Engine) -> None:
    """Codes as numbers, days as dates, a file in the office encoding, no row_id; inside a Spark that runs already."""
    assert spark.name == "spark"
    left = pq.read_table(lists / "left.parquet").slice(0, 800)
    pacsv.write_csv(left.drop_columns(["row_id"]), tmp_path / "utf8.csv")
    (tmp_path / "left.csv").write_bytes((tmp_path / "utf8.csv").read_text("utf-8").encode("gb18030"))
    children = pq.read_table(lists / "truth_right.parquet")["school_age"]
    right = pq.read_table(lists / "right.parquet").filter(children).drop_columns(["row_id"])
    days = pc.strptime(right["dob"], format="%Y%m%d", unit="s").cast(pa.date32())
    right = right.set_column(right.column_names.index("dob"), "dob", days)
    codes = right["hukou_code"].cast(pa.int64())
    right = right.set_column(right.column_names.index("hukou_code"), "hukou_code", codes)
    digests = set()
    for engine in ("duckdb", "spark"):
        found = link(tmp_path / "left.csv", right, engine=engine)
        write_links(found.links, tmp_path / "links.parquet")
        write_links(found.review, tmp_path / "review.parquet")
        digests.add(((tmp_path / "links.parquet").read_bytes(), (tmp_path / "review.parquet").read_bytes()))
        assert found.links.num_rows > 700
    assert len(digests) == 1


def test_a_delivery_against_a_register_gives_the_same_bytes(lists: Path, tmp_path: Path, spark: Engine) -> None:
    """Few rows against many: only those near to them are looked at (link/core/lists/near.py)."""
    assert spark.name == "spark"
    left = pq.read_table(lists / "left.parquet").slice(0, 500)
    pq.write_table(left, tmp_path / "delivery.parquet")
    written = {}
    for engine in ("duckdb", "spark"):
        found = link(tmp_path / "delivery.parquet", lists / "right.parquet", engine=engine, threads=2, memory="2GB")
        write_links(found.links, tmp_path / "links.parquet")
        write_links(found.review, tmp_path / "review.parquet")
        written[engine] = ((tmp_path / "links.parquet").read_bytes(), (tmp_path / "review.parquet").read_bytes())
    assert found.links.num_rows > left.num_rows * 0.9
    assert written["spark"] == written["duckdb"]
