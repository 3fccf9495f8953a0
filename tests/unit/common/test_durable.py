"""Files that are whole or absent."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from notoneless.common import durable


def test_a_new_file_is_private_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    durable.write_new(path, b"one")
    assert path.stat().st_mode & 0o777 == durable.PRIVATE
    with pytest.raises(FileExistsError):
        durable.write_new(path, b"two")
    assert path.read_bytes() == b"one"


def test_a_file_is_replaced_whole_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    durable.replace(path, b"one")
    durable.replace(path, b"two")
    assert path.read_bytes() == b"two"

    def full(_handle: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        durable.replace(path, b"three")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"two"], "nothing is left beside it"


def test_of_several_that_start_at_once_one_makes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"

    def make(number: int) -> bytes:
        durable.create_once(path, f"{number}".encode())
        return path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(make, range(40)))
    assert len(seen) == 1
    assert [one.name for one in path.parent.iterdir()] == ["secret"]
