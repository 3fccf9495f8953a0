"""Row keys, and rows that say what an earlier row said already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from notoneless.roster.core.cells import KeyTable
from notoneless.roster.core.definitions import KindDefinition
from notoneless.roster.core.grid import Texts, as_mask

SEPARATOR = "\x1f"
DIGEST_BYTES = 12
_ALL_BITS = (1 << 64) - 1
_PREFIX = 8
"""Bytes of a digest by which repeated keys are found."""


class RowKeys:
    """Gives the rows of one file their keys, in order: 24 hex digits, a keyed hash of the key columns and, from the
    second different row with that key on, of its count.
    """

    def __init__(self, kind: KindDefinition, index_key: bytes) -> None:
        self._prefix = kind.id + SEPARATOR
        self._columns = [column.id for column in kind.columns if column.key]
        self._hash = hashlib.blake2b(digest_size=DIGEST_BYTES, key=index_key[:64])
        self._seen = KeyTable()
        self._repeats: dict[bytes, list[int]] = {}

    def of(self, values: Mapping[str, pa.Array], mapped: set[str], wanted: np.ndarray) -> tuple[pa.Array, np.ndarray]:
        """(keys of the ``wanted`` rows that are accepted, which rows those are): one that is equal in every value to
        an earlier row is not. ``mapped``: columns that some sheet of the file has.
        """
        columns = [column for column in self._columns if column in values or column in mapped]
        texts = self._key_texts(values, columns, len(wanted)).filter(pa.array(wanted)).to_pylist()
        digests = list(map(self._digest, texts))
        joined = np.frombuffer(b"".join(digests), np.uint8).reshape(-1, DIGEST_BYTES)
        keys = np.ascontiguousarray(joined[:, :_PREFIX]).view(">u8").ravel().astype(np.uint64)
        rows = _row_hashes(values, set(columns), len(wanted))[wanted]
        seen, firsts = self._seen.add(keys, rows)
        accepted = np.ones(len(keys), np.bool_)
        for at in np.flatnonzero(seen).tolist():
            another = self._another(texts[at], digests[at], int(firsts[at]), int(rows[at]))
            accepted[at] = another is not None
            digests[at] = another or digests[at]
        places = np.flatnonzero(wanted)[accepted]
        return _as_hex([digests[at] for at in np.flatnonzero(accepted).tolist()]), places

    def _key_texts(self, values: Mapping[str, pa.Array], columns: Sequence[str], size: int) -> pa.Array:
        none = pa.nulls(size, pa.string())
        parts = [pc.fill_null(values.get(column, none).cast(pa.string()), "") for column in columns]
        if not parts:
            return pa.repeat(pa.scalar(self._prefix.encode()), size)
        return pc.binary_join_element_wise(self._prefix, pc.binary_join_element_wise(*parts, SEPARATOR), "").cast(
            pa.binary()
        )

    def _digest(self, text: bytes) -> bytes:
        own = self._hash.copy()
        own.update(text)
        return own.digest()

    def _another(self, text: bytes, digest: bytes, first: int, row: int) -> bytes | None:
        """The digest of one more row with a key that has come before; None when an earlier one is equal to it."""
        rows = self._repeats.setdefault(digest, [first])
        if row in rows:
            return None
        rows.append(row)
        return self._digest(text + f"{SEPARATOR}{len(rows)}".encode())


def _row_hashes(values: Mapping[str, pa.Array], keys: set[str], size: int) -> np.ndarray:
    """64 bits for the values of each row but those of the key, which are equal where they are compared. A column that
    a sheet does not have counts as empty.
    """
    total = np.zeros(size, np.uint64)
    for column, cells in values.items():
        if column in keys or cells.null_count == size:
            continue
        texts = Texts.of(cells)
        hashes = np.fromiter(map(hash, texts.different.to_pylist()), np.int64, len(texts.different)).view(np.uint64)
        # An odd factor of its own, so that two values changing places between columns make another sum.
        hashes *= np.uint64(hash(column) & _ALL_BITS | 1)
        hashes[as_mask(pc.is_null(texts.different))] = 0
        total += hashes[texts.codes]
    return total


def _as_hex(digests: list[bytes]) -> pa.StringArray:
    ends = np.arange(0, 2 * DIGEST_BYTES * len(digests) + 1, 2 * DIGEST_BYTES, dtype=np.int32)
    text = b"".join(digests).hex().encode()
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(ends), pa.py_buffer(text))
