"""The key ring: sealing of values and of data keys, and keyed hashes for exact search.

A ring is one JSON file, readable by its owner only, kept outside the database and outside its backups. It holds
numbered secrets; every key in use is derived from a secret for one purpose, so that no key does two jobs.

A sealed value is ``version (1) | algorithm (1) | secret number (2) | nonce (12) | ciphertext and tag``. The header
and the caller's ``aad`` (which table, column and row) are authenticated, so that a value moved elsewhere does not
open. Rotation adds a secret: new values are sealed with it, old ones still open. Search hashes rotate on their own,
because changing them means writing every hash column anew; until that is done `indexes` gives the hashes of both
secrets.
"""

import base64
import binascii
import hmac
import json
import os
import secrets
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from notoneless.common import durable
from notoneless.common.errors import Fault

AES, SM4 = "AES-256-GCM", "SM4-GCM"
VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_HEX_CHARS = 32
_HEADER = struct.Struct(">BBH12s")


class Aead(Protocol):
    """Authenticated encryption under one key."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class _Sm4Gcm:
    """SM4-GCM in the shape of AESGCM, which `cryptography` does not offer ready-made."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        worker = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        worker.authenticate_additional_data(associated_data or b"")
        return worker.update(data) + worker.finalize() + worker.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        if len(data) < TAG_BYTES:
            raise InvalidTag
        worker = Cipher(self._cipher, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        worker.authenticate_additional_data(associated_data or b"")
        return worker.update(data[:-TAG_BYTES]) + worker.finalize()


@dataclass(frozen=True)
class Algorithm:
    """A cipher with the hash that belongs to it; `number` is what headers carry and never changes."""

    name: str
    number: int
    key_bytes: int
    hash: hashes.HashAlgorithm

    def aead(self, key: bytes) -> Aead:
        """The cipher under `key`."""
        return AESGCM(key) if self.name == AES else _Sm4Gcm(key)

    def derive(self, secret: bytes, purpose: str, salt: bytes = b"") -> bytes:
        """A key for one purpose out of a secret (HKDF, RFC 5869)."""
        return HKDF(self.hash, self.key_bytes, salt or None, purpose.encode()).derive(secret)


ALGORITHMS = {
    AES: Algorithm(AES, 1, 32, hashes.SHA256()),
    SM4: Algorithm(SM4, 2, 16, hashes.SM3()),
}
BY_NUMBER = {algorithm.number: algorithm for algorithm in ALGORITHMS.values()}


@dataclass(frozen=True)
class Secret:
    """One numbered secret of a ring."""

    number: int
    algorithm: Algorithm
    value: bytes


class KeyRing:
    """Seals, opens and hashes. Make one with `open`; it is safe to share between threads."""

    def __init__(self, secrets_: dict[int, Secret], seal_with: int, index_with: list[int]) -> None:
        self._secrets = secrets_
        self._seal_with = seal_with
        self._index_with = index_with
        self._key = cache(self._derived_key)
        self._aead = cache(self._derived_aead)
        self._hasher = cache(self._derived_hasher)

    @classmethod
    def open(cls, path: Path, create: bool = False, algorithm: str = AES) -> "KeyRing":
        """Read the ring at `path`; with `create`, make it first if there is none.

        Raises Fault E020 (no file), E021 (others may read it), E022 (not a key ring).
        """
        path = Path(path)
        if create and not path.exists():
            durable.create_once(path, _to_json([_new_secret(1, algorithm)], 1, [1]).encode())
        if not path.exists():
            raise Fault("E020", where=str(path))
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise Fault("E021", where=str(path))
        try:
            return cls(*_from_json(json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, KeyError, TypeError) as error:
            raise Fault("E022", where=str(path)) from error

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm that new values are sealed with."""
        return self._secrets[self._seal_with].algorithm

    @property
    def state(self) -> str:
        """Which secrets new values are sealed and hashed with: what was written under another state is older."""
        return f"{self._seal_with}.{self._index_with[0]}"

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """`plain` sealed under the current secret and bound to `aad`; 32 bytes longer than `plain`."""
        return next(self.seal_all([(plain, aad)]))

    def seal_all(self, values: Sequence[tuple[bytes, bytes]]) -> Iterator[bytes]:
        """`seal` of many (plain, aad), each under a nonce of its own."""
        start = _HEADER.pack(VERSION, self.algorithm.number, self._seal_with, b"")[:-NONCE_BYTES]
        encrypt = self._aead(self._seal_with, "value").encrypt
        drawn = secrets.token_bytes(NONCE_BYTES * len(values))
        for at, (plain, aad) in enumerate(values):
            nonce = drawn[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            header = start + nonce
            yield header + encrypt(nonce, plain, header + aad)

    def open_sealed(self, blob: bytes, aad: bytes) -> bytes:
        """The plain bytes.

        Raises Fault E023 if altered or of another place, E024 if its secret is not in the ring.
        """
        try:
            version, number, secret, nonce = _HEADER.unpack_from(blob)
        except struct.error as error:
            raise Fault("E023") from error
        if version != VERSION or secret not in self._secrets or self._secrets[secret].algorithm.number != number:
            raise Fault("E024", secret=secret)
        header, body = blob[: _HEADER.size], blob[_HEADER.size :]
        try:
            return self._aead(secret, "value").decrypt(nonce, body, header + aad)
        except InvalidTag as error:
            raise Fault("E023") from error

    def index(self, text: str, purpose: str) -> str:
        """Keyed hash of `text`, 32 hex characters, for exact search; equal text under another purpose differs."""
        return self.hasher(purpose)(text)

    def hasher(self, purpose: str) -> Callable[[str], str]:
        """`index` for many texts of one purpose."""
        return self._hasher(self._index_with[0], purpose)

    def indexes(self, text: str, purpose: str) -> list[str]:
        """Hashes of `text` under every secret still in use for search, newest first: ask for any of them."""
        return [self._hasher(number, purpose)(text) for number in self._index_with]

    def purpose_key(self, purpose: str) -> bytes:
        """32 bytes for a keyed hash made elsewhere (row keys, child ids); stays the same while search keys do."""
        secret = self._secrets[self._index_with[-1]]
        return HKDF(secret.algorithm.hash, 32, None, f"purpose:{purpose}".encode()).derive(secret.value)

    def new_data_key(self, context: str = "") -> tuple[str, bytes]:
        """A fresh key for a set of files: (wrapped text to store, the key).

        `context` must be given to `unwrap` too.
        """
        key = secrets.token_bytes(self.algorithm.key_bytes)
        return self.wrap(key, context), key

    def wrap(self, key: bytes, context: str = "") -> str:
        """`key` sealed as text."""
        return base64.b64encode(self.seal(key, f"data-key|{context}".encode())).decode("ascii")

    def unwrap(self, wrapped: str, context: str = "") -> bytes:
        """The data key. Raises Fault E023 or E024."""
        try:
            blob = base64.b64decode(wrapped, validate=True)
        except binascii.Error as error:
            raise Fault("E023") from error
        return self.open_sealed(blob, f"data-key|{context}".encode())

    def _derived_key(self, number: int, purpose: str) -> bytes:
        secret = self._secrets[number]
        return secret.algorithm.derive(secret.value, purpose)

    def _derived_aead(self, number: int, purpose: str) -> Aead:
        return self._secrets[number].algorithm.aead(self._key(number, purpose))

    def _derived_hasher(self, number: int, purpose: str) -> Callable[[str], str]:
        key = self._key(number, f"index:{purpose}")
        if self._secrets[number].algorithm.name == AES:
            start = hmac.new(key, digestmod="sha256")
            return lambda text: _fed(start, text).hexdigest()[:INDEX_HEX_CHARS]
        worker = HMAC(key, hashes.SM3())
        return lambda text: _fed(worker, text).finalize().hex()[:INDEX_HEX_CHARS]


def _fed(start: Any, text: str) -> Any:
    """A keyed hash that has read the text; `start` holds the key and stays as it is."""
    worker = start.copy()
    worker.update(text.encode())
    return worker


def rotate(path: Path, *, algorithm: str = AES, search: bool = False) -> KeyRing:
    """Add a secret to the ring at `path` and seal with it from now on; old values still open.

    With `search` new search hashes use it too, until then `indexes` gives both. The file is replaced in one step.
    Raises Fault E020–E022.
    """
    KeyRing.open(path)
    known, _seal_with, index_with = _from_json(json.loads(path.read_text(encoding="utf-8")))
    added = _new_secret(max(known) + 1, algorithm)
    searching = [added.number, *index_with] if search else index_with
    durable.replace(path, _to_json([*known.values(), added], added.number, searching).encode())
    return KeyRing.open(path)


def _new_secret(number: int, algorithm: str) -> Secret:
    if algorithm not in ALGORITHMS:
        raise Fault("E025", algorithm=algorithm)
    return Secret(number, ALGORITHMS[algorithm], secrets.token_bytes(32))


def _to_json(known: list[Secret], seal_with: int, index_with: list[int]) -> str:
    rows = [
        {"number": one.number, "algorithm": one.algorithm.name, "secret": base64.b64encode(one.value).decode()}
        for one in known
    ]
    return json.dumps({"version": VERSION, "seal": seal_with, "search": index_with, "secrets": rows}, indent=1)


def _from_json(ring: dict[str, Any]) -> tuple[dict[int, Secret], int, list[int]]:
    known = {
        row["number"]: Secret(row["number"], ALGORITHMS[row["algorithm"]], base64.b64decode(row["secret"]))
        for row in ring["secrets"]
    }
    seal_with, index_with = ring["seal"], list(ring["search"])
    if not index_with or not {seal_with, *index_with} <= known.keys():
        raise ValueError("a secret that is in use is missing")
    return known, seal_with, index_with
