"""The container of old Office files (OLE): its directory, and one stream of it, read without trust in its chains."""

import struct
from array import array
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFC
"""Sector numbers from here on are marks (end of chain, free, …), not places."""
_IN_HEADER = 109
_ENTRY = 128
_SMALL = 4096


class OleFile:
    """Opens the container in ``stream``. Raises ValueError when it is damaged or its chains lead in circles."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        stream.seek(0, 2)
        self._size = stream.tell()
        stream.seek(0)
        header = stream.read(512)
        if len(header) < 512 or not header.startswith(MAGIC):
            raise ValueError("no OLE header")
        shift, small_shift = struct.unpack_from("<HH", header, 30)
        if shift not in (9, 12) or small_shift != 6:
            raise ValueError(f"odd sector sizes {shift}, {small_shift}")
        self._sector = 1 << shift
        directory, small_table, more, more_count = (
            struct.unpack_from("<I", header, at)[0] for at in (48, 60, 68, 72)
        )
        self._table = self._allocation(header, more, more_count)
        entries = self._chain(directory)
        self._entries = dict(_entry(entries[at : at + _ENTRY]) for at in range(0, len(entries) - _ENTRY + 1, _ENTRY))
        self._small_table = array("I", self._whole(self._chain(small_table))) if small_table < _END else array("I")

    @property
    def names(self) -> set[str]:
        """The names of all streams and folders."""
        return set(self._entries)

    def read(self, name: str) -> bytes:
        """The content of one stream. Raises KeyError when there is none of that name, ValueError on a bad chain."""
        start, size = self._entries[name]
        if size >= _SMALL or name == "Root Entry":
            return self._chain(start, size)
        root = self._chain(self._entries["Root Entry"][0])
        return b"".join(root[at * 64 : at * 64 + 64] for at in self._places(start, self._small_table))[:size]

    def _allocation(self, header: bytes, more: int, more_count: int) -> "array[int]":
        """The table that gives for each sector the next one of its chain."""
        places = list(struct.unpack_from(f"<{_IN_HEADER}I", header, 76))
        for _turn in range(more_count):
            if more >= _END:
                break
            sector = array("I", self._whole(self._read_sector(more)))
            places += sector[:-1]
            more = sector[-1]
            if len(places) > self._size // self._sector + _IN_HEADER + len(sector):
                raise ValueError("more tables than the file has room for")
        used = [place for place in places if place < _END]
        if len(used) > self._size // self._sector + 1 or len(set(used)) < len(used):
            raise ValueError("tables that cannot be")
        return array("I", self._whole(b"".join(map(self._read_sector, used))))

    def _chain(self, start: int, size: int | None = None) -> bytes:
        content = b"".join(map(self._read_sector, self._places(start, self._table)))
        return content if size is None else content[:size]

    def _places(self, start: int, table: "array[int]") -> list[int]:
        places: list[int] = []
        while start < _END:
            if start >= len(table) or len(places) > len(table):
                raise ValueError("a chain leads out of the file or in circles")
            places.append(start)
            start = table[start]
        return places

    def _read_sector(self, place: int) -> bytes:
        at = (place + 1) * self._sector
        if at >= self._size:
            raise ValueError("a sector beyond the end of the file")
        self._stream.seek(at)
        return self._stream.read(self._sector)

    @staticmethod
    def _whole(content: bytes) -> bytes:
        return content[: len(content) // 4 * 4]


def _entry(entry: bytes) -> tuple[str, tuple[int, int]]:
    length = struct.unpack_from("<H", entry, 64)[0]
    name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", entry, 116)
    return name, (start, size)
