"""Files on their way in are never plain on the disk (I9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from notoneless.files.sealed import SealingWriter
from notoneless.org.sealed_upload import SealedUploadHandler

CONTENT = "姓名,身份证号\n张小花,371321201109300018\n".encode() * 60_000


@pytest.fixture
def folder(settings: object, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR = tmp_path
    return tmp_path


def request(*contents: bytes) -> HttpRequest:
    files = {f"file{n}": SimpleUploadedFile(f"户籍{n}.csv", content) for n, content in enumerate(contents)}
    return RequestFactory().post("/", {"kind": "hukou", **files})


def test_an_upload_reads_like_any_other_and_lies_sealed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    close = SealingWriter.close

    def look_then_close(self: SealingWriter) -> None:
        close(self)
        written.extend(path.read_bytes() for path in folder.iterdir())

    monkeypatch.setattr(SealingWriter, "close", look_then_close)
    arrived = request(CONTENT, b"")
    assert arrived.POST["kind"] == "hukou"
    with arrived.FILES["file0"] as file:
        assert (file.name, file.size) == ("户籍0.csv", len(CONTENT))
        assert b"".join(file.chunks()) == CONTENT
        file.seek(0)
        assert file.read(6) == "姓名".encode()
    arrived.close()
    assert len(written[0]) > len(CONTENT)
    for data in written:
        assert b"371321201109300018" not in data
    assert list(folder.iterdir()) == []


def test_a_broken_off_upload_leaves_nothing(folder: Path) -> None:
    handler = SealedUploadHandler()
    handler.upload_interrupted()
    handler.new_file("file", "a.csv", "text/csv", None)
    handler.receive_data_chunk(b"371321201109300018", 0)
    handler.upload_interrupted()
    assert list(folder.iterdir()) == []
