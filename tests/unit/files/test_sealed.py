"""Sealed files: reading from the middle, and noticing every kind of damage."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from notoneless.common.errors import Fault
from notoneless.files import sealed
from notoneless.files.sealed import SealedReader, SealingWriter, seal_file

KEY = bytes(range(32))
HEADER = 26


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 64 bytes, so that small files have many."""
    monkeypatch.setattr(sealed, "CHUNK", 64)


def seal(path: Path, plain: bytes, key: bytes = KEY, aad: bytes = b"a") -> Path:
    size, _digest = seal_file(plain, path, key, aad)
    assert size == len(plain)
    return path


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 127, 128, 129, 1000])
@pytest.mark.parametrize("key", [KEY, KEY[:16]], ids=["AES", "SM4"])
def test_whole_file_comes_back(tmp_path: Path, size: int, key: bytes) -> None:
    plain = random.Random(size).randbytes(size)
    path = seal(tmp_path / "f", plain, key)
    with SealedReader(path, key, b"a") as reader:
        assert reader.size == size
        assert reader.read() == plain
        assert reader.read() == b""
    chunks = max(-(-size // 64), 1)
    assert path.stat().st_size == HEADER + size + 16 * chunks


def test_reading_from_the_middle_like_a_plain_file(tmp_path: Path) -> None:
    luck = random.Random(7)
    plain = luck.randbytes(2000)
    reference = io.BytesIO(plain)
    with SealedReader(seal(tmp_path / "f", plain), KEY, b"a") as reader:
        for _ in range(500):
            if luck.random() < 0.5:
                whence = luck.choice([io.SEEK_SET, io.SEEK_END])
                offset = luck.randrange(0, 2100) if whence == io.SEEK_SET else -luck.randrange(0, 2000)
                assert reader.seek(offset, whence) == reference.seek(offset, whence)
            size = luck.choice([0, 1, 5, 64, 200, -1])
            assert reader.read(size) == reference.read(size)
            assert reader.tell() == reference.tell()


def test_only_the_touched_chunks_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = seal(tmp_path / "f", bytes(6400))
    with SealedReader(path, KEY, b"a") as reader:
        reader.seek(640)
        reader.read(64)
        assert set(reader._cache) == {99, 10}  # the last one, opened first, and the one asked for


def test_writing_in_any_pieces_gives_the_same_content(tmp_path: Path) -> None:
    plain = random.Random(3).randbytes(777)
    digests = set()
    for number, step in enumerate((1, 64, 100, 777)):
        path = tmp_path / str(number)
        with SealingWriter(path, KEY, b"a") as writer:
            for start in range(0, len(plain), step):
                writer.write(plain[start : start + step])
        digests.add(writer.sha256)
        assert SealedReader(path, KEY, b"a").readall() == plain
    assert len(digests) == 1


def test_every_flipped_bit_of_the_file_is_noticed(tmp_path: Path) -> None:
    path = seal(tmp_path / "f", random.Random(5).randbytes(200))
    whole = path.read_bytes()
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 1 << (place % 8)
        path.write_bytes(altered)
        with pytest.raises(Fault), SealedReader(path, KEY, b"a") as reader:
            reader.read()


def test_every_cut_is_noticed_on_opening(tmp_path: Path) -> None:
    path = seal(tmp_path / "f", bytes(200))
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(Fault):
            SealedReader(path, KEY, b"a")
    path.write_bytes(whole + b"x")
    with pytest.raises(Fault):
        SealedReader(path, KEY, b"a")


def test_swapped_and_repeated_chunks_are_noticed(tmp_path: Path) -> None:
    path = seal(tmp_path / "f", random.Random(6).randbytes(320))
    whole = path.read_bytes()
    chunks = [whole[HEADER + n * 80 : HEADER + (n + 1) * 80] for n in range(5)]
    for order in ([1, 0, 2, 3, 4], [0, 0, 2, 3, 4], [4, 1, 2, 3, 0], [0, 1, 3, 4]):
        path.write_bytes(whole[:HEADER] + b"".join(chunks[number] for number in order))
        with pytest.raises(Fault), SealedReader(path, KEY, b"a") as reader:
            reader.read()


def test_chunks_of_another_file_under_the_same_key_do_not_fit(tmp_path: Path) -> None:
    one = seal(tmp_path / "1", bytes(100)).read_bytes()
    two = seal(tmp_path / "2", bytes(100)).read_bytes()
    assert one[HEADER:] != two[HEADER:]
    mixed = tmp_path / "3"
    mixed.write_bytes(one[:HEADER] + two[HEADER:])
    with pytest.raises(Fault):
        SealedReader(mixed, KEY, b"a")


def test_wrong_key_and_wrong_name_do_not_open(tmp_path: Path) -> None:
    path = seal(tmp_path / "f", b"secret")
    for key, aad in ((bytes(32), b"a"), (KEY, b"b"), (KEY[:16], b"a")):
        with pytest.raises(Fault):
            SealedReader(path, key, aad)


def test_an_abandoned_file_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "f"

    def break_off() -> None:
        with SealingWriter(path, KEY, b"a") as writer:
            writer.write(bytes(500))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with pytest.raises(Fault):
        SealedReader(path, KEY, b"a")


def test_nothing_plain_reaches_the_disk(tmp_path: Path) -> None:
    plain = b"371321201103150021" * 50
    assert b"3713212011" not in seal(tmp_path / "f", plain).read_bytes()


def test_a_file_is_sealed_from_a_path_and_never_over_another(tmp_path: Path) -> None:
    source = tmp_path / "plain"
    source.write_bytes(b"y" * 300)
    size, digest = seal_file(source, tmp_path / "f", KEY, b"a")
    assert (size, len(digest)) == (300, 64)
    with pytest.raises(FileExistsError):
        seal_file(source, tmp_path / "f", KEY, b"a")


def test_a_failing_fsync_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fail(handle: int) -> None:
        calls.append(handle)
        raise OSError(5, "I/O error")

    monkeypatch.setattr(sealed.os, "fsync", fail)
    with pytest.raises(OSError, match="I/O error"):
        seal_file(b"x", tmp_path / "f", KEY, b"a")
    assert len(calls) == 1


def test_pyarrow_reads_parquet_through_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "CHUNK", 4096)
    table = pa.table({"row_no": list(range(20_000)), "name": [f"n{n}" for n in range(20_000)]})
    path = tmp_path / "t"
    with SealingWriter(path, KEY, b"a") as writer:
        pq.write_table(table, pa.PythonFile(writer, mode="w"), row_group_size=1000)
    with SealedReader(path, KEY, b"a") as reader:
        file = pq.ParquetFile(pa.PythonFile(reader, mode="r"))
        assert file.read_row_group(7, columns=["name"])["name"][0].as_py() == "n7000"
        assert file.read().equals(table)


def test_bad_calls_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no algorithm"):
        seal_file(b"", tmp_path / "f", b"short", b"a")
    with SealedReader(seal(tmp_path / "g", b"abc"), KEY, b"a") as reader:
        buffer = bytearray(5)
        assert reader.readinto(buffer) == 3
        assert bytes(buffer) == b"abc\0\0"
        assert reader.readable()
        assert reader.seekable()
        assert not reader.writable()
        with pytest.raises(ValueError, match="negative"):
            reader.seek(-1)
