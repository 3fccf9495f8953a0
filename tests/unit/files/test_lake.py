"""The lake: all or nothing, under another name never, and no plain byte on the disk."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from notoneless.common.errors import Fault
from notoneless.common.keyring import KeyRing, rotate
from notoneless.files import lake as lake_module
from notoneless.files.lake import Lake, content_digest
from notoneless.files.sealed import SealedReader

CANARY = "371321201103150021"
ROWS = pa.table(
    {
        "row_no": pa.array(range(1, 1001), pa.int32()),
        "name": [f"名{n}" for n in range(1000)],
        "id_no": [CANARY] * 1000,
    }
)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake", KeyRing.open(tmp_path / "ring.json", create=True))


def publish(lake: Lake, id: str = "D1", table: pa.Table = ROWS) -> None:
    with lake.stage() as stage:
        stage.write_table("rows.parquet", table, row_group_rows=100)
        stage.write_bytes("original", b"the sender's own file")
        stage.publish("deliveries", id, {"kind": "hukou"})


def test_what_is_published_can_be_read(lake: Lake) -> None:
    publish(lake)
    assert lake.read_table("deliveries", "D1", "rows.parquet").equals(ROWS)
    assert lake.read_bytes("deliveries", "D1", "original") == b"the sender's own file"
    assert lake.exists("deliveries", "D1")
    assert lake.ids("deliveries") == ["D1"]
    assert lake.verify("deliveries", "D1") == []
    manifest = lake.manifest("deliveries", "D1")
    assert manifest["kind"] == "hukou"
    assert [(file["name"], file["rows"]) for file in manifest["files"]] == [
        ("original", None),
        ("rows.parquet", 1000),
    ]
    assert manifest["files"][0]["sha256"] == hashlib.sha256(b"the sender's own file").hexdigest()


def test_columns_and_rows_are_pruned(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(lake)
    names = lake.read_table("deliveries", "D1", "rows.parquet", columns=["name"], filters=[("row_no", "<=", 2)])
    assert names.to_pydict() == {"name": ["名0", "名1"]}
    groups = []
    read = pq.ParquetFile.read_row_groups
    monkeypatch.setattr(
        pq.ParquetFile,
        "read_row_groups",
        lambda self, wanted, **more: groups.extend(wanted) or read(self, wanted, **more),
    )
    found = lake.read_rows("deliveries", "D1", "rows.parquet", [950, 5, 5, 4000])
    assert found["name"].to_pylist() == ["名4", "名949"]
    assert groups == [0, 9]
    some = lake.read_rows("deliveries", "D1", "rows.parquet", [7], columns=["name"])
    assert some.to_pydict() == {"name": ["名6"]}
    assert lake.read_rows("deliveries", "D1", "rows.parquet", []).num_rows == 0


def test_read_rows_with_nested_columns_before_the_number(lake: Lake) -> None:
    table = pa.table({"raw": [["a", "b"], ["c"]], "row_no": pa.array([3, 4], pa.int32())})
    publish(lake, "D2", table)
    assert lake.read_rows("deliveries", "D2", "rows.parquet", [4])["raw"].to_pylist() == [["c"]]


def test_equal_rows_give_equal_plain_bytes_however_batched(lake: Lake) -> None:
    def hash_of(data: object, **more: object) -> str:
        with lake.stage() as stage:
            return stage.write_table("t", data, row_group_rows=300, **more).sha256

    whole = hash_of(ROWS)
    assert hash_of(iter(ROWS.to_batches(max_chunksize=7))) == whole
    assert hash_of(pa.RecordBatchReader.from_batches(ROWS.schema, ROWS.to_batches(max_chunksize=450))) == whole
    assert hash_of(pa.concat_tables([ROWS.slice(500), ROWS.slice(0, 500)]), sort=["row_no"]) == whole


def test_empty_tables_and_streams(lake: Lake) -> None:
    with lake.stage() as stage:
        stage.write_table("a", ROWS.slice(0, 0))
        stage.write_table("b", iter([]), schema=ROWS.schema)
        stage.write_bytes("c", io.BytesIO(b"stream"))
        with pytest.raises(ValueError, match="schema"):
            stage.write_table("d", iter([]))
        with pytest.raises(ValueError, match="sorted"):
            stage.write_table("e", iter([]), sort=["row_no"])
        with pytest.raises(ValueError, match="already"):
            stage.write_bytes("a", b"")
        stage.publish("sweeps", "S1", {})
    for name in ("a", "b"):
        assert lake.read_table("sweeps", "S1", name).equals(ROWS.slice(0, 0))
    assert lake.read_bytes("sweeps", "S1", "c") == b"stream"


def test_a_published_id_is_never_replaced(lake: Lake) -> None:
    publish(lake)
    before = lake.manifest("deliveries", "D1")
    with pytest.raises(Fault) as caught:
        publish(lake)
    assert caught.value.code == "E030"
    assert lake.manifest("deliveries", "D1") == before
    assert list((lake.root / ".staging").iterdir()) == []


def test_losing_the_race_for_an_id_is_the_same_refusal(lake: Lake) -> None:
    for turn in range(5):
        start, codes = threading.Barrier(2), []

        def one(rows: int, id: str = f"D{turn}", start: threading.Barrier = start, codes: list[str] = codes) -> None:
            start.wait()
            try:
                publish(lake, id, ROWS.slice(0, rows))
            except Fault as fault:
                codes.append(fault.code)

        threads = [threading.Thread(target=one, args=(rows,)) for rows in (999, 1000)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert codes == ["E030"]
        assert lake.verify("deliveries", f"D{turn}") == []


def test_an_error_before_publishing_leaves_nothing(lake: Lake) -> None:
    def break_off() -> None:
        with lake.stage() as stage:
            stage.write_table("rows.parquet", ROWS)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert list((lake.root / ".staging").iterdir()) == []
    assert lake.ids("deliveries") == []


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", ".hidden", "a\\b", "名", "a" * 101, "a\n"])
def test_names_cannot_leave_their_folder(lake: Lake, name: str) -> None:
    with pytest.raises(Fault) as caught:
        lake.folder("deliveries", name)
    assert caught.value.code == "E033"
    with lake.stage() as stage, pytest.raises(Fault):
        stage.write_bytes(name, b"")


def test_reserved_words_of_the_manifest(lake: Lake) -> None:
    with lake.stage() as stage, pytest.raises(ValueError, match="files"):
        stage.publish("deliveries", "D1", {"files": []})


def test_absent_things_have_their_own_codes(lake: Lake) -> None:
    publish(lake)
    for call, code in (
        (lambda: lake.manifest("deliveries", "D9"), "E031"),
        (lambda: lake.read_bytes("deliveries", "D1", "nothing"), "E032"),
    ):
        with pytest.raises(Fault) as caught:
            call()
        assert caught.value.code == code
    (lake.folder("deliveries", "D1") / "original.sealed").unlink()
    with pytest.raises(Fault) as caught:
        lake.read_bytes("deliveries", "D1", "original")
    assert caught.value.code == "E032"
    assert lake.verify("deliveries", "D1") == ["original"]


def test_a_directory_copied_under_another_id_does_not_open(lake: Lake) -> None:
    publish(lake)
    shutil.copytree(lake.folder("deliveries", "D1"), lake.folder("deliveries", "D2"))
    with pytest.raises(Fault) as caught:
        lake.read_bytes("deliveries", "D2", "original")
    assert caught.value.code == "E031"
    path = lake.folder("deliveries", "D2") / "manifest.json"
    path.write_text(path.read_text().replace('"D1"', '"D2"'))
    with pytest.raises(Fault) as caught:
        lake.read_bytes("deliveries", "D2", "original")
    assert caught.value.code == "E023"


def test_files_swapped_inside_a_directory_do_not_open(lake: Lake) -> None:
    publish(lake)
    folder = lake.folder("deliveries", "D1")
    shutil.copy(folder / "original.sealed", folder / "rows.parquet.sealed")
    assert lake.verify("deliveries", "D1") == ["rows.parquet"]


def test_no_plain_personal_byte_on_the_disk(lake: Lake) -> None:
    publish(lake)
    for path in lake.root.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes()
            assert "名1".encode() not in path.read_bytes()


def test_old_directories_open_after_rotation(lake: Lake, tmp_path: Path) -> None:
    publish(lake)
    newer = Lake(lake.root, rotate(tmp_path / "ring.json", algorithm="SM4-GCM"))
    assert newer.read_table("deliveries", "D1", "rows.parquet").num_rows == 1000
    publish(newer, "D2")
    assert newer.read_table("deliveries", "D2", "rows.parquet").equals(ROWS)
    stranger = Lake(lake.root, KeyRing.open(tmp_path / "other.json", create=True))
    with pytest.raises(Fault):
        stranger.read_bytes("deliveries", "D1", "original")


def test_content_digest_ignores_keys_and_order(lake: Lake) -> None:
    publish(lake, "D1")
    publish(lake, "D2")
    one, two = (lake.manifest("deliveries", id)["files"] for id in ("D1", "D2"))
    assert content_digest(one) == content_digest(two[::-1])
    assert content_digest(one[:1]) != content_digest(two)


def test_discard_takes_out_an_orphan(lake: Lake) -> None:
    publish(lake)
    assert lake.discard_unknown("deliveries", list, only="D1") == ["D1"]
    assert not lake.exists("deliveries", "D1")
    assert list((lake.root / ".staging").iterdir()) == []
    publish(lake)


def test_what_the_database_does_not_know_is_taken_out_but_not_from_a_living_writer(lake: Lake) -> None:
    """A process that died between the rename and its transaction leaves a directory that nobody points to."""
    publish(lake, "D1")
    publish(lake, "D2")
    with lake.stage() as stage:
        stage.publish("deliveries", "D3", {})
        assert lake.discard_unknown("deliveries", lambda: ["D1"]) == ["D2"]
        with pytest.raises(Fault) as fault:
            lake.discard_unknown("deliveries", list, only="D3")
        assert fault.value.code == "E035"
    assert lake.ids("deliveries") == ["D1", "D3"]
    assert lake.discard_unknown("deliveries", lambda: ["D1"]) == ["D3"]
    assert list((lake.root / ".staging").iterdir()) == []


def test_what_the_database_refused_is_taken_back(lake: Lake) -> None:
    with lake.stage() as stage:
        stage.publish("deliveries", "D1", {})
        stage.withdraw()
        stage.withdraw()
    assert lake.ids("deliveries") == []
    assert list((lake.root / ".staging").iterdir()) == []


def test_staging_of_living_writers_stays(lake: Lake) -> None:
    with lake.stage() as stage:
        stage.write_bytes("a", b"1")
        assert lake.remove_staging() == 0
        stage.publish("deliveries", "D1", {})
    assert lake.read_bytes("deliveries", "D1", "a") == b"1"


WRITER = """
import sys
from pathlib import Path
import pyarrow as pa
from notoneless.common.keyring import KeyRing
from notoneless.files.lake import Lake
lake = Lake(Path(sys.argv[1]), KeyRing.open(Path(sys.argv[2])))
table = pa.table({"row_no": pa.array(range(1, 20001), pa.int32())})
print("ready", flush=True)
number = 0
while True:
    number += 1
    with lake.stage() as stage:
        stage.write_table("rows", table, row_group_rows=2000)
        stage.write_bytes("original", b"x" * 50000)
        stage.publish("deliveries", f"D{number}", {})
"""


@pytest.mark.slow
def test_killed_at_any_moment_a_directory_is_whole_or_absent(lake: Lake, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(lake_module.__file__).parents[2])}
    seen = 0
    for attempt in range(6):
        root = tmp_path / f"lake{attempt}"
        command = [sys.executable, "-c", WRITER, str(root), str(tmp_path / "ring.json")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.05 + attempt * 0.037)
            writer.send_signal(signal.SIGKILL)
        after = Lake(root, lake.keyring)
        after.remove_staging()
        assert [path.name for path in (root / ".staging").iterdir()] == []
        for path in (root / "deliveries").glob("*"):
            assert after.verify("deliveries", path.name) == []
            assert len(after.manifest("deliveries", path.name)["files"]) == 2
            seen += 1
    assert seen, "the writer never published anything: the test proved nothing"


@pytest.mark.parametrize("step", range(1, 6))
def test_a_failing_sync_publishes_nothing_or_everything(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Fail the n-th fsync once: before the rename nothing is there, after it the directory is whole."""
    calls = 0
    fsync = os.fsync

    def failing(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == step:
            raise OSError(28, "No space left on device")
        fsync(handle)

    monkeypatch.setattr("os.fsync", failing)
    with pytest.raises(OSError, match="No space"):
        publish(lake)
    monkeypatch.undo()
    assert calls >= step
    assert list((lake.root / ".staging").iterdir()) == []
    if lake.exists("deliveries", "D1"):
        assert lake.verify("deliveries", "D1") == []
    else:
        publish(lake)


def test_manifest_is_plain_json_without_the_key(lake: Lake) -> None:
    publish(lake)
    manifest = json.loads((lake.folder("deliveries", "D1") / "manifest.json").read_text())
    key = lake.keyring.unwrap(manifest["data_key"], "deliveries/D1")
    assert key.hex() not in json.dumps(manifest)
    assert isinstance(lake.open("deliveries", "D1", "original"), SealedReader)
