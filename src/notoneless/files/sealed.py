"""Files sealed at rest that can still be read from the middle.

A sealed file is ``magic (4) | version (1) | algorithm (1) | chunk size (4) | salt (16)`` and then chunks of
`CHUNK` plain bytes, each followed by its tag. The key of a file is derived from the data key, the salt and the
caller's ``aad``, so equal content never looks equal, and a file does not open under another name. Each chunk
authenticates the header, its own number and whether it is the last one: chunks cannot be swapped, and a file cut at a
chunk's end is noticed, because opening a file always opens its last chunk first.
"""

import hashlib
import io
import os
import secrets
import struct
from collections import OrderedDict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag

from notoneless.common.errors import Fault
from notoneless.common.keyring import ALGORITHMS, BY_NUMBER, NONCE_BYTES, TAG_BYTES, Aead, Algorithm

CHUNK = 1 << 20
MAGIC = b"NOL1"
VERSION = 1
CACHED_CHUNKS = 8
_HEADER = struct.Struct(">4sBBI16s")
_CHUNK_AAD = struct.Struct(">Q?")


class SealingWriter(io.RawIOBase):
    """A write-only file that seals what is written, chunk by chunk; nothing plain reaches the disk.

    After `close` the file is on the disk for good (fsync), and `sha256` and `size` describe the plain bytes.
    """

    def __init__(self, path: Path, key: bytes, aad: bytes) -> None:
        super().__init__()
        algorithm = _algorithm_of(key)
        salt = secrets.token_bytes(16)
        self._header = _HEADER.pack(MAGIC, VERSION, algorithm.number, CHUNK, salt)
        self._aead = _file_aead(algorithm, key, salt, aad)
        self._pending = bytearray()
        self._number = 0
        self._digest = hashlib.sha256()
        self.size = 0
        self._target = open(path, "xb")  # noqa: SIM115 - closed in close()
        self._target.write(self._header)

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        """Take `data` (bytes-like); returns its length."""
        view = memoryview(data).cast("B")
        self._digest.update(view)
        self._pending += view
        self.size += len(view)
        # A full chunk waits until more comes: only then is it known not to be the last one.
        while len(self._pending) > CHUNK:
            self._put(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(view)

    def tell(self) -> int:
        return self.size

    def close(self) -> None:
        """Write the last chunk and wait until the disk has it. A failing fsync is never tried again."""
        if self.closed:
            return
        try:
            self._put(bytes(self._pending), last=True)
            self._target.flush()
            os.fsync(self._target.fileno())
        finally:
            self._target.close()
            super().close()

    def abandon(self) -> None:
        """Close without finishing; what was written so far does not open as a sealed file."""
        self._target.close()
        super().close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    @property
    def sha256(self) -> str:
        """Hex digest of the plain bytes written so far."""
        return self._digest.hexdigest()

    def _put(self, plain: bytes, last: bool) -> None:
        self._target.write(_seal_chunk(self._aead, self._header, self._number, last, plain))
        self._number += 1


class SealedReader(io.RawIOBase):
    """A sealed file as a seekable read-only binary file; pyarrow reads Parquet through it. Plain bytes stay in
    memory.

    Raises Fault E034 when the file is cut or not sealed, E023 when it was altered or `key` or `aad` are not its own.
    Not for use by two threads at once.
    """

    def __init__(self, path: Path, key: bytes, aad: bytes) -> None:
        super().__init__()
        self._source: BinaryIO = open(path, "rb")  # noqa: SIM115 - closed in close()
        try:
            self._read_header(key, aad)
            self._cache: OrderedDict[int, bytes] = OrderedDict()
            self._position = 0
            self._chunk(self._count - 1)
        except BaseException:
            self._source.close()
            raise

    def _read_header(self, key: bytes, aad: bytes) -> None:
        self._header = self._source.read(_HEADER.size)
        total = os.fstat(self._source.fileno()).st_size
        if len(self._header) < _HEADER.size or not self._header.startswith(MAGIC):
            raise Fault("E034")
        _magic, version, number, self._chunk_size, salt = _HEADER.unpack(self._header)
        algorithm = BY_NUMBER.get(number)
        if version != VERSION or algorithm is None or len(key) != algorithm.key_bytes or not self._chunk_size:
            raise Fault("E034")
        self._aead = _file_aead(algorithm, key, salt, aad)
        body, step = total - _HEADER.size, self._chunk_size + TAG_BYTES
        self._count = -(-body // step)
        self.size = body - self._count * TAG_BYTES
        # A rest shorter than a tag cannot be a chunk.
        if body < TAG_BYTES or body - (self._count - 1) * step < TAG_BYTES:
            raise Fault("E034")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` plain bytes from here; all the rest if negative."""
        left = max(self.size - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted:
            number, offset = divmod(self._position, self._chunk_size)
            part = self._chunk(number)[offset : offset + wanted]
            parts.append(part)
            self._position += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._source.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if number in self._cache:
            self._cache.move_to_end(number)
            return self._cache[number]
        step = self._chunk_size + TAG_BYTES
        self._source.seek(_HEADER.size + number * step)
        body = self._source.read(step)
        aad = self._header + _CHUNK_AAD.pack(number, number == self._count - 1)
        try:
            plain = self._aead.decrypt(_nonce(number), body, aad)
        except InvalidTag as error:
            raise Fault("E023") from error
        self._cache[number] = plain
        if len(self._cache) > CACHED_CHUNKS:
            self._cache.popitem(last=False)
        return plain


def seal_file(source: Path | bytes, target: Path, key: bytes, aad: bytes) -> tuple[int, str]:
    """Seal a whole file (or bytes) into the new file `target`; returns (plain size, plain sha256)."""
    with SealingWriter(target, key, aad) as writer:
        if isinstance(source, bytes):
            writer.write(source)
        else:
            with open(source, "rb") as stream:
                while block := stream.read(CHUNK):
                    writer.write(block)
    return writer.size, writer.sha256


def _algorithm_of(key: bytes) -> Algorithm:
    for algorithm in ALGORITHMS.values():
        if algorithm.key_bytes == len(key):
            return algorithm
    raise ValueError(f"no algorithm takes a key of {len(key)} bytes")


def _file_aead(algorithm: Algorithm, key: bytes, salt: bytes, aad: bytes) -> Aead:
    # Hex, because a purpose is text; distinct aad gives distinct keys.
    return algorithm.aead(algorithm.derive(key, f"sealed-file|{aad.hex()}", salt))


def _seal_chunk(aead: Aead, header: bytes, number: int, last: bool, plain: bytes) -> bytes:
    return aead.encrypt(_nonce(number), plain, header + _CHUNK_AAD.pack(number, last))


def _nonce(number: int) -> bytes:
    # The file's key is its own (fresh salt), so counting nonces never repeat under one key.
    return number.to_bytes(NONCE_BYTES, "big")
