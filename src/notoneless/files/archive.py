"""A zip of rosters taken apart in memory: each member is named, judged and read within limits; nothing is unpacked to
the disk, and nothing is passed over in silence.
"""

import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from types import TracebackType
from typing import BinaryIO

from notoneless.common.errors import Fault
from notoneless.files.guard import MAX_RATIO, RATIO_FROM, looks_of
from notoneless.files.refusal import Refused
from notoneless.files.tables import Source, open_source
from notoneless.files.zips import ENCRYPTED, READABLE, check_directory, is_unsafe_name, open_zip, unpack

MAX_FILES = 500
LARGEST_MEMBER = 256 << 20
LARGEST_TOTAL = 1 << 30
UTF8_NAME = 0x800
NESTED = (".zip", ".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz")
LITTER = ("thumbs.db", "desktop.ini", ".ds_store")


class Verdict(StrEnum):
    """What becomes of a member; all but READABLE carry a Fault that says why and how to mend it."""

    READABLE = "readable"
    LITTER = "litter"
    NESTED = "nested"
    ENCRYPTED = "encrypted"
    UNSAFE = "unsafe"
    TWICE = "twice"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"


_WHY = {
    Verdict.LITTER: ("它是电脑自动生成的附带文件，不是名册", "不必处理"),
    Verdict.NESTED: ("它又是一个压缩包", "请先解开它，把里面的表格直接压缩或逐个上传"),
    Verdict.ENCRYPTED: ("它加了密码", "请去掉密码后重新压缩，或逐个上传表格"),
    Verdict.UNSAFE: ("它的名字指向压缩包以外的位置", "请向发送单位核实来源；确是名册的，重新压缩后再送"),
    Verdict.TWICE: ("压缩包里已有一个同名文件", "请改名或删去多余的一个，重新压缩后再送"),
    Verdict.TOO_LARGE: (
        f"它解开后过大（上限 {LARGEST_MEMBER >> 20} MiB）",
        "请只保留有数据的区域，或分成几份另存后再送",
    ),
    Verdict.UNSUPPORTED: ("它的压缩方式不能识别", "请用电脑自带的“压缩为 ZIP 文件”重新压缩，或逐个上传表格"),
}


@dataclass(frozen=True)
class Member:
    """One file of the archive: ``name`` with its folders as its sender saw it, ``size`` in bytes when unpacked."""

    name: str
    size: int
    verdict: Verdict
    fault: Fault | None
    position: int


class Archive:
    """An open zip; ``members`` are its files in its order, folders left out. Close it, or use it in a ``with``."""

    def __init__(self, stream: BinaryIO, archive: zipfile.ZipFile, name: str, infos: list[zipfile.ZipInfo]) -> None:
        self._stream = stream
        self._archive = archive
        self._infos = infos
        self.name = name
        self.members = list(_judged(name, infos))

    def read(self, member: Member) -> bytes:
        """The content of one member. Raises its Fault E017 when it is not readable, E018 when it is damaged."""
        if member.fault is not None:
            raise member.fault
        try:
            return b"".join(unpack(self._archive, self._infos[member.position]))
        except Refused as no:
            raise Fault("E018", file=self.name, why=f"里面的“{member.name}”已损坏", detail=no.detail) from no

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()
        self._stream.close()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_archive(source: Source, name: str) -> Archive:
    """Open a zip given as path, bytes or seekable binary stream and judge each of its files.

    Raises Fault E018 when the zip as a whole cannot be trusted, E001 when it is a document (.ods, .docx, …).
    """
    stream = open_source(source)
    try:
        archive = open_zip(stream)
        infos = check_directory(archive, twice=True)
        if looks := looks_of(archive, infos):
            raise Refused("E001", looks=looks)
        _check_whole(infos)
        return Archive(stream, archive, name, [info for info in infos if not info.is_dir()])
    except Refused as no:
        stream.close()
        if no.code == "E001":
            raise Fault(no.code, file=name, **no.values) from no
        raise Fault("E018", file=name, why=no.values.get("why", "可能没有下载完整或已损坏"), detail=no.detail) from no


def _check_whole(infos: list[zipfile.ZipInfo]) -> None:
    files = sum(not info.is_dir() for info in infos)
    if files > MAX_FILES:
        raise Refused("E018", why=f"里面有 {files} 个文件，一次最多 {MAX_FILES} 个")
    total = sum(info.file_size for info in infos)
    if total > LARGEST_TOTAL:
        raise Refused("E018", why=f"解开后有 {total >> 20} MiB，上限 {LARGEST_TOTAL >> 20} MiB")


def _judged(archive_name: str, infos: list[zipfile.ZipInfo]) -> Iterator[Member]:
    seen: set[str] = set()
    for position, info in enumerate(infos):
        name = member_name(info)
        verdict = Verdict.TWICE if name in seen else _verdict(info, name)
        seen.add(name)
        fault = None
        if verdict in _WHY:
            why, mend = _WHY[verdict]
            fault = Fault("E017", file=archive_name, member=name, why=why, mend=mend)
        yield Member(name, info.file_size, verdict, fault, position)


def _verdict(info: zipfile.ZipInfo, name: str) -> Verdict:
    path = PurePosixPath(name)
    base = path.name.lower()
    if "__MACOSX" in path.parts or base in LITTER or base.startswith(("~$", "._", ".~")):
        return Verdict.LITTER
    if is_unsafe_name(name) or is_unsafe_name(info.orig_filename):
        return Verdict.UNSAFE
    if info.flag_bits & ENCRYPTED:
        return Verdict.ENCRYPTED
    if base.endswith(NESTED):
        return Verdict.NESTED
    if info.compress_type not in READABLE:
        return Verdict.UNSUPPORTED
    bomb = info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)
    return Verdict.TOO_LARGE if bomb or info.file_size > LARGEST_MEMBER else Verdict.READABLE


def member_name(info: zipfile.ZipInfo) -> str:
    """The name as its sender saw it: UTF-8 where the zip says so or it is well-formed, else GB18030 as Windows writes."""
    name = info.orig_filename
    if not info.flag_bits & UTF8_NAME:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
