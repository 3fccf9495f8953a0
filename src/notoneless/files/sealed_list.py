"""The file of a sealed list: a Parquet table of marks that says by which key and rules it was made, and proves itself.

The digest over all columns finds damage by anybody; the signature, which needs the key, finds forgery too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from notoneless.common.errors import Fault

_KEY, _MAP_KEY = "notoneless.sealed", "notoneless.sealed.rows"
FORMAT = 1
ROWS_IN_GROUP = 1 << 18


@dataclass(frozen=True)
class Header:
    """`key_id`: which key; `recipe`: which rules; `rows`: of the list; `seal`: a name of this sealing, by chance."""

    key_id: str
    recipe: str
    rows: int
    seal: str
    digest: str = ""
    signature: str = ""
    format: int = FORMAT

    @classmethod
    def new(cls, *, key_id: str, recipe: str, rows: int, seal: str) -> Self:
        """The header of a list that is about to be written."""
        return cls(key_id, recipe, rows, seal)


class _Digest:
    """SHA-256 of each column and of the header's own words; how the rows are grouped in the file does not show."""

    def __init__(self, columns: int) -> None:
        self._columns = [hashlib.sha256() for _ in range(columns)]

    def add(self, batch: pa.RecordBatch) -> None:
        for digest, column in zip(self._columns, batch.columns, strict=True):
            array = column.cast(pa.int64())
            data = array.buffers()[1]
            if data is not None:
                start = array.offset * 8
                digest.update(memoryview(data)[start : start + len(array) * 8])

    def hex(self, header: Header) -> str:
        told = [header.key_id, header.recipe, str(header.rows), header.seal, str(header.format)]
        return hashlib.sha256("|".join([*told, *(one.hexdigest() for one in self._columns)]).encode()).hexdigest()


class SealedListWriter:
    """Writes tables one after the other; header, digest and signature at the end. Nothing is left of a broken run."""

    def __init__(self, path: Path, schema: pa.Schema, header: Header, sign: Callable[[str], str]) -> None:
        self._path, self._part = path, path.with_name(f"{path.name}.part")
        self._header, self._sign = header, sign
        self._file = pq.ParquetWriter(self._part, schema, compression="zstd")
        self._digest = _Digest(len(schema))

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        for batch in table.to_batches():
            self._digest.add(batch)
        self._file.write_table(table, row_group_size=ROWS_IN_GROUP)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            digest = self._digest.hex(self._header)
            header = replace(self._header, digest=digest, signature=self._sign(digest))
            self._file.add_key_value_metadata({_KEY: json.dumps(asdict(header))})
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)


def is_sealed(path: Path) -> bool:
    """Whether a file is a sealed list; false for anything that cannot be read."""
    try:
        return _KEY.encode() in (pq.read_metadata(path).metadata or {})
    except (pa.ArrowInvalid, OSError):
        return False


def open_sealed(path: Path, sign: Callable[[str], str] | None = None) -> Header:
    """The header of a sealed list whose content is what was sealed. Raises E423 (not sealed), E424 (changed; with
    `sign` also when somebody without the key made it)."""
    if not is_sealed(path):
        raise Fault("E423", where=path.name, name=path.name)
    file = pq.ParquetFile(path)
    try:
        header = Header(**json.loads(file.metadata.metadata[_KEY.encode()]))
        digest = _Digest(len(file.schema_arrow))
        for batch in file.iter_batches():
            digest.add(batch)
        found = digest.hex(header)
    except (pa.ArrowInvalid, OSError, ValueError, TypeError) as error:
        raise Fault("E424", where=path.name, name=path.name, detail=str(error)) from error
    signed = sign is None or hmac.compare_digest(sign(found), header.signature)
    if found != header.digest or not signed:
        raise Fault("E424", where=path.name, name=path.name)
    return header


def write_row_map(path: Path, seal: str, rows: Sequence[tuple[int, str]]) -> None:
    """Which sealed row is which row of one's own list (number, own name); only the owner may read it."""
    numbers, names = [row for row, _ in rows], [name for _, name in rows]
    table = pa.table({"row": pa.array(numbers, pa.int64()), "row_id": pa.array(names, pa.string())})
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        pq.write_table(table.replace_schema_metadata({_MAP_KEY: seal}), stream, compression="zstd")


def read_row_map(path: Path) -> tuple[str, dict[int, str]]:
    """The name of the sealing, and number → own name. Raises E427 when the file is no such map."""
    try:
        table = pq.read_table(path)
        seal = (table.schema.metadata or {})[_MAP_KEY.encode()].decode("ascii")
        return seal, dict(zip(table.column("row").to_pylist(), table.column("row_id").to_pylist(), strict=True))
    except (pa.ArrowInvalid, OSError, KeyError) as error:
        raise Fault("E427", where=str(path), name=path.name) from error
