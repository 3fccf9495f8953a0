"""Zip archives from strangers: the directory is checked as a whole, and sizes are counted while unpacking.

Python's reader stops at the declared size while other readers go on, so a forged size would show the guard one file
and the parser another; here the content must end exactly where the directory says.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from notoneless.files.refusal import Refused

PIECE = 1 << 20
PACKED_PIECE = 1 << 18
MAX_MEMBERS = 10_000
LOCAL_HEADER = 30
ENCRYPTED = 0x1
READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (
    zipfile.BadZipFile,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    zlib.error,
    struct.error,
    RuntimeError,
)


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """The directory of a zip. Raises Refused E004 when it cannot be read."""
    try:
        return zipfile.ZipFile(stream)
    except BROKEN as error:
        raise Refused("E004", detail=repr(error)) from error


def check_directory(archive: zipfile.ZipFile, *, twice: bool = False) -> list[zipfile.ZipInfo]:
    """The members, if the directory is honest: no overlap, not too many, no name ``twice``.

    Raises Refused E004, E005, E012.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise Refused("E005", size=f"有 {len(members)} 个部分", limit=f" {MAX_MEMBERS} 个")
    if not twice and len({member.filename.lower() for member in members}) < len(members):
        raise Refused("E012", why="同一个名字出现了两次")
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise Refused("E012", why="各部分互相重叠")
        end = member.header_offset + LOCAL_HEADER + member.compress_size
    if members and end > archive.start_dir:
        raise Refused("E004", detail="a member reaches into the directory")
    return members


def is_unsafe_name(name: str) -> bool:
    """Whether a member's name points outside of the folder it would be unpacked to."""
    parts = name.replace("\\", "/").split("/")
    return (
        name.startswith(("/", "\\")) or ".." in parts or (len(parts[0]) > 1 and parts[0][1] == ":") or "\x00" in name
    )


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of one member in pieces of at most 1 MiB.

    Raises Refused E003 when it is encrypted, E012 when it is larger than the directory says, E004 when it is damaged.
    """
    if member.flag_bits & ENCRYPTED:
        raise Refused("E003")
    if member.compress_type not in READABLE:
        raise Refused("E004", detail=f"compression method {member.compress_type}")
    size = check = 0
    try:
        for piece in _inflated(archive, member):
            size += len(piece)
            if size > member.file_size:
                raise Refused("E012", why="里面的内容比标明的大")
            check = zlib.crc32(piece, check)
            yield piece
    except BROKEN as error:
        raise Refused("E004", detail=repr(error)) from error
    if size != member.file_size or check != member.CRC:
        raise Refused("E004", detail=f"{size} bytes, check {check:08x}, not as declared")


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    packed = _packed(archive, member)
    if member.compress_type == zipfile.ZIP_STORED:
        yield from packed
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in packed:
        while piece and not inflater.eof:
            yield inflater.decompress(piece, PIECE)
            piece = inflater.unconsumed_tail
    while not inflater.eof and (rest := inflater.decompress(inflater.unconsumed_tail, PIECE)):
        yield rest
    if not inflater.eof:
        raise EOFError("the packed data end too early")


def _packed(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    stream = archive.fp
    assert stream is not None
    at = member.header_offset
    stream.seek(at)
    header = stream.read(LOCAL_HEADER)
    if not header.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile("no local header")
    at += LOCAL_HEADER + sum(struct.unpack("<HH", header[26:30]))
    left = member.compress_size
    while left:
        # Other members may be read in between, so the place is found anew each time.
        stream.seek(at)
        piece = stream.read(min(left, PACKED_PIECE))
        if not piece:
            raise EOFError("the packed data end too early")
        at += len(piece)
        left -= len(piece)
        yield piece
