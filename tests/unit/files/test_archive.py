"""A zip of rosters is taken apart in memory, every file of it with a verdict."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from tests.lib.hostile_files import overlapping
from tests.lib.workbooks import roster, zipped

from notoneless.common.errors import Fault
from notoneless.files import archive as module
from notoneless.files.archive import Archive, Verdict, open_archive


def verdicts(archive: Archive) -> dict[str, str]:
    return {member.name: str(member.verdict) for member in archive.members}


def refusal(data: bytes) -> Fault:
    with pytest.raises(Fault) as caught:
        open_archive(data, "送来.zip")
    return caught.value


def test_each_member_has_its_verdict_and_its_words() -> None:
    data = zipped(
        {
            "2026秋/户籍.xlsx": roster(),
            "2026秋/": b"",
            "里面.zip": zipped({"a": b""}),
            "../x.csv": b"a,b\n",
            "C:\\x.csv": b"a,b\n",
            "__MACOSX/._户籍.xlsx": b"x",
            "Thumbs.db": b"x",
            "~$户籍.xlsx": b"x",
            "说明.pdf": b"%PDF",
        }
    )
    with open_archive(data, "送来.zip") as archive:
        assert verdicts(archive) == {
            "2026秋/户籍.xlsx": "readable",
            "里面.zip": "nested",
            "../x.csv": "unsafe",
            "C:/x.csv": "unsafe",
            "__MACOSX/._户籍.xlsx": "litter",
            "Thumbs.db": "litter",
            "~$户籍.xlsx": "litter",
            "说明.pdf": "readable",
        }
        first, nested = archive.members[0], archive.members[1]
        assert archive.read(first) == roster()[:0] + archive.read(first)
        assert zipfile.is_zipfile(io.BytesIO(archive.read(first)))
        assert (first.fault, first.size) == (None, len(archive.read(first)))
        with pytest.raises(Fault) as caught:
            archive.read(nested)
        assert caught.value.code == "E017"
        assert "里面.zip" in caught.value.what


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_a_mark_are_gbk_or_utf8(encoding: str, tmp_path: Path) -> None:
    """As Windows in Chinese writes (GBK) and as macOS does (UTF-8 unmarked)."""
    name = "户籍_岸堤镇.csv"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("A" * len(name.encode(encoding))), b"a,b\n")
    path = tmp_path / "x.zip"
    path.write_bytes(data.getvalue().replace(b"A" * len(name.encode(encoding)), name.encode(encoding)))
    with open_archive(path, "x.zip") as archive:
        assert [member.name for member in archive.members] == [name]
        assert archive.read(archive.members[0]) == b"a,b\n"


def test_one_name_twice_and_an_encrypted_member() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.csv", b"1,2\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.csv", b"3,4\n")
        archive.writestr("b.csv", b"5,6\n")
    raw = bytearray(data.getvalue())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 8] |= 1
    with open_archive(bytes(raw), "x.zip") as opened:
        assert [str(member.verdict) for member in opened.members] == ["readable", "twice", "encrypted"]


def test_too_large_members_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_MEMBER", 1 << 20)
    monkeypatch.setattr(module, "RATIO_FROM", 1 << 18)
    data = zipped({"bomb.csv": b"0" * (1 << 19), "large.csv": bytes(range(256)) * (5 << 12), "small.csv": b"1,2\n"})
    with open_archive(data, "x.zip") as archive:
        assert list(verdicts(archive).values()) == [Verdict.TOO_LARGE, Verdict.TOO_LARGE, Verdict.READABLE]


def test_a_forged_size_is_noticed_while_unpacking() -> None:
    data = zipped({"a.csv": b"1,2\n" * 5000})
    forged = data.replace(struct.pack("<I", 20_000), struct.pack("<I", 20))
    with open_archive(forged, "x.zip") as archive, pytest.raises(Fault) as caught:
        archive.read(archive.members[0])
    assert caught.value.code == "E018"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 rubbish", "E018"),
        (overlapping(), "E018"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "E001"),
        (zipped({"word/document.xml": b""}), "E001"),
    ],
    ids=["rubbish", "overlapping", "ods", "docx"],
)
def test_what_cannot_be_taken_apart_is_said(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_too_many_files_or_too_much_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    assert "3 个文件" in refusal(zipped({"a": b"", "b": b"", "c": b""})).what
    monkeypatch.setattr(module, "LARGEST_TOTAL", 10)
    assert "上限" in refusal(zipped({"a": b"x" * 100})).what
