"""The lake: a folder of sealed Parquet files in directories that never change once published.

    root/deliveries/<id>/   root/sweeps/<id>/     manifest.json and sealed files
    root/.staging/<name>/                         being written; with <name>.lock held by its writer

A directory is written in staging, every file and folder is fsynced, then one rename publishes it. A process killed at
any point leaves either nothing or a staging directory that `remove_staging` clears away. A directory counts only once
the database points to it; one that was published just before a crash is taken out by `discard_unknown`. The manifest is plain text and holds no personal data: the wrapped data key, the files with row counts and
the SHA-256 of their plain bytes, and what the publisher adds.
"""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from notoneless.common.durable import SHARED, sync_folder, write_new
from notoneless.common.errors import Fault
from notoneless.common.keyring import KeyRing
from notoneless.files.parquet import groups_holding, write_parquet
from notoneless.files.sealed import SealedReader, SealingWriter

FORMAT = 1
MANIFEST = "manifest.json"
SEALED_SUFFIX = ".sealed"
STAGING = ".staging"
RESERVED = frozenset({"format", "collection", "id", "seal", "data_key", "files"})
ROW_GROUP_ROWS = 65_536
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class FileInfo:
    """One file of a directory. `bytes` and `sha256` are those of the plain content; `rows` is None if not a table."""

    name: str
    rows: int | None
    bytes: int
    sha256: str


class Stage:
    """A directory being written. Get one from `Lake.stage`."""

    def __init__(self, lake: "Lake", folder: Path, lock: IO[str]) -> None:
        self._lake = lake
        self._folder = folder
        self._lock = lock
        self._seal = secrets.token_hex(16)
        self._key = lake.keyring.new_data_key()[1]
        self._files: dict[str, FileInfo] = {}
        self.published: Path | None = None

    @property
    def files(self) -> list[FileInfo]:
        """What was written so far, by name."""
        return [self._files[name] for name in sorted(self._files)]

    def write_table(
        self,
        name: str,
        data: pa.Table | pa.RecordBatchReader | Iterator[pa.RecordBatch],
        *,
        schema: pa.Schema | None = None,
        sort: Sequence[str] = (),
        row_group_rows: int = ROW_GROUP_ROWS,
    ) -> FileInfo:
        """Write `data` as sealed Parquet. Equal rows in equal order give equal plain bytes, however they are batched.

        `sort` (column names, ascending) is for whole tables only; an iterator comes sorted, and needs `schema` if it
        may be empty. Small row groups make reading single rows cheap.
        """
        if isinstance(data, pa.Table):
            data = data.sort_by([(column, "ascending") for column in sort]) if sort else data
            data, schema = iter(data.to_batches()), data.schema
        elif sort:
            raise ValueError("only a whole table can be sorted")
        elif isinstance(data, pa.RecordBatchReader):
            schema = data.schema
        with self._writer(name) as sink:
            rows = write_parquet(sink, data, schema, row_group_rows)
        return self._note(FileInfo(name, rows, sink.size, sink.sha256))

    def write_bytes(self, name: str, data: bytes | IO[bytes]) -> FileInfo:
        """Seal bytes or a binary stream as they are (the sender's original file, a workbook)."""
        with self._writer(name) as sink:
            if isinstance(data, bytes):
                sink.write(data)
            else:
                shutil.copyfileobj(data, sink, 1 << 20)
        return self._note(FileInfo(name, None, sink.size, sink.sha256))

    def publish(self, collection: str, id: str, manifest: dict[str, Any]) -> Path:
        """Make the directory visible as `collection`/`id`, whole or not at all; returns its path.

        Raises Fault E030 if that id is there already, E033 on a bad name; ValueError on a reserved word in `manifest`.
        """
        if taken := RESERVED & manifest.keys():
            raise ValueError(f"reserved words in the manifest: {sorted(taken)}")
        target = self._lake.folder(collection, id)
        head = {
            "format": FORMAT,
            "collection": collection,
            "id": id,
            "seal": self._seal,
            # Bound to the place: the files do not open in a directory of another name.
            "data_key": self._lake.keyring.wrap(self._key, f"{collection}/{id}"),
            "files": [asdict(info) for info in self.files],
        }
        text = json.dumps(head | manifest, ensure_ascii=False, indent=1, sort_keys=True)
        write_new(self._folder / MANIFEST, text.encode(), SHARED)
        sync_folder(self._folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._lake.alone():
            if target.exists():
                raise Fault("E030", where=id, id=id)
            self._lock.write(f"{collection}/{id}")  # still ours until the stage ends: see `discard_unknown`
            self._lock.flush()
            os.rename(self._folder, target)
        self.published = target
        sync_folder(target.parent)
        sync_folder(self._lake.root)
        return target

    def withdraw(self) -> None:
        """Take back what was published, because the database has refused the row that would point to it."""
        if self.published:
            self._lake.bury(self.published)
            self.published = None

    def _writer(self, name: str) -> SealingWriter:
        if name in self._files:
            raise ValueError(f"{name} was written already")
        path = self._folder / (_checked(name) + SEALED_SUFFIX)
        return SealingWriter(path, self._key, _aad(self._seal, name))

    def _note(self, info: FileInfo) -> FileInfo:
        self._files[info.name] = info
        return info


class Lake:
    """Deliveries and sweeps under `root`, sealed with data keys that `keyring` wraps."""

    def __init__(self, root: Path, keyring: KeyRing) -> None:
        self.root = Path(root)
        self.keyring = keyring
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """A new staging directory; removed at the end unless it was published.

        Write the row that points to a published directory before the stage ends: until then nobody takes it out.
        """
        staging = self.root / STAGING
        staging.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = staging / secrets.token_hex(8)
        lock_path = folder.with_suffix(".lock")
        with open(lock_path, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder.mkdir(mode=0o700)
            try:
                yield Stage(self, folder, lock)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                lock_path.unlink(missing_ok=True)

    def remove_staging(self) -> int:
        """Clear away what killed processes left behind, not what is still being written. Returns how many went."""
        removed = 0
        for lock_path in sorted((self.root / STAGING).glob("*.lock")):
            with open(lock_path) as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                shutil.rmtree(lock_path.with_suffix(""), ignore_errors=True)
                lock_path.unlink(missing_ok=True)
                removed += 1
        return removed

    def exists(self, collection: str, id: str) -> bool:
        """Whether that directory is published."""
        return (self.folder(collection, id) / MANIFEST).exists()

    def ids(self, collection: str) -> list[str]:
        """All published ids, sorted."""
        return sorted(path.parent.name for path in (self.root / _checked(collection)).glob(f"*/{MANIFEST}"))

    def folder(self, collection: str, id: str) -> Path:
        """Where a directory is or would be. Raises Fault E033 on a name that is not a plain word."""
        return self.root / _checked(collection) / _checked(id)

    def manifest(self, collection: str, id: str) -> dict[str, Any]:
        """The manifest as it was published. Raises Fault E031 if there is none."""
        try:
            text = (self.folder(collection, id) / MANIFEST).read_text(encoding="utf-8")
            found = json.loads(text)
        except (FileNotFoundError, ValueError) as error:
            raise Fault("E031", where=id, id=id) from error
        if (found.get("collection"), found.get("id")) != (collection, id):
            raise Fault("E031", where=id, id=id)
        return dict(found)

    def open(self, collection: str, id: str, name: str) -> SealedReader:
        """A file of a directory, for reading at any place. Raises Fault E031, E032, E023, E024 or E034."""
        manifest = self.manifest(collection, id)
        if name not in {file["name"] for file in manifest["files"]}:
            raise Fault("E032", where=id, id=id, name=name)
        path = self.folder(collection, id) / (name + SEALED_SUFFIX)
        if not path.exists():
            raise Fault("E032", where=id, id=id, name=name)
        key = self.keyring.unwrap(manifest["data_key"], f"{collection}/{id}")
        return SealedReader(path, key, _aad(manifest["seal"], name))

    def read_table(
        self,
        collection: str,
        id: str,
        name: str,
        columns: Sequence[str] | None = None,
        filters: pc.Expression | list[Any] | None = None,
        few: Sequence[str] = (),
    ) -> pa.Table:
        """A table, or the named columns and the rows that meet `filters` (pyarrow's form); opens only those parts.

        `few`: text columns with few different values, to be read as dictionaries, which is quicker and smaller.
        """
        with self.open(collection, id, name) as source:
            file, wanted = pa.PythonFile(source, mode="r"), None if columns is None else list(columns)
            return pq.read_table(file, columns=wanted, filters=filters, use_threads=False, read_dictionary=list(few))

    def read_rows(
        self,
        collection: str,
        id: str,
        name: str,
        row_numbers: Sequence[int],
        *,
        column: str = "row_no",
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """The rows whose integer `column` is one of `row_numbers`, in file order; other row groups stay closed."""
        wanted = pa.array(sorted(set(row_numbers)), pa.int64())
        asked = None if columns is None else list(columns)
        with self.open(collection, id, name) as source:
            file = pq.ParquetFile(pa.PythonFile(source, mode="r"))
            groups = groups_holding(file, column, wanted.to_pylist())
            read = None if asked is None else [*asked, *([] if column in asked else [column])]
            table = file.read_row_groups(groups, columns=read, use_threads=False)
        found = table.filter(pc.is_in(table[column].cast(pa.int64()), value_set=wanted))
        return found if asked is None else found.select(asked)

    def read_bytes(self, collection: str, id: str, name: str) -> bytes:
        """A whole file's plain bytes."""
        with self.open(collection, id, name) as source:
            return source.readall()

    def verify(self, collection: str, id: str) -> list[str]:
        """Names of the files whose plain content is not what the manifest says (altered, cut or missing)."""
        return [
            file["name"]
            for file in self.manifest(collection, id)["files"]
            if not self._is_whole(collection, id, file)
        ]

    def discard_unknown(self, collection: str, known: Callable[[], Iterable[str]], only: str = "") -> list[str]:
        """Take out the directories (or `only` that one) whose publisher died before its transaction; returns their ids.

        `known` gives the ids that the database points to. It is asked after the living writers were seen, so that one
        who finishes meanwhile loses nothing. Raises Fault E035 when `only` is being written by somebody else.
        """
        with self.alone():
            found = {only} & set(self.ids(collection)) if only else set(self.ids(collection))
            living = {id for kind, _, id in self._being_published() if kind == collection}
            if only in living:
                raise Fault("E035", where=only, id=only)
            unknown = sorted(found - living - set(known()))
            for id in unknown:
                self.bury(self.folder(collection, id))
        return unknown

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While directories appear and vanish: one process, one thread at a time."""
        handle = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def bury(self, folder: Path) -> None:
        """Make a directory vanish at once, then remove its files."""
        grave = self.root / STAGING / secrets.token_hex(8)
        grave.parent.mkdir(exist_ok=True, mode=0o700)
        grave.with_suffix(".lock").touch()
        os.rename(folder, grave)
        shutil.rmtree(grave)
        grave.with_suffix(".lock").unlink()

    def _being_published(self) -> set[tuple[str, str, str]]:
        """What living writers have published and not yet finished with."""
        found = set()
        for lock_path in (self.root / STAGING).glob("*.lock"):
            with suppress(FileNotFoundError), open(lock_path) as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    found.add(lock.read().partition("/"))
        return found

    def _is_whole(self, collection: str, id: str, file: dict[str, Any]) -> bool:
        digest = hashlib.sha256()
        try:
            with self.open(collection, id, file["name"]) as source:
                while block := source.read(1 << 20):
                    digest.update(block)
        except Fault:
            return False
        return digest.hexdigest() == file["sha256"]


def content_digest(files: Sequence[FileInfo | dict[str, Any]]) -> str:
    """One SHA-256 over names, rows and plain hashes: equal for equal content, whatever keys it is sealed with."""
    rows = [asdict(file) if isinstance(file, FileInfo) else file for file in files]
    lines = sorted(f"{row['name']}\t{row['rows']}\t{row['sha256']}\n" for row in rows)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Fault("E033", where=name, name=name)
    return name


def _aad(seal: str, name: str) -> bytes:
    return f"{seal}|{name}".encode()
