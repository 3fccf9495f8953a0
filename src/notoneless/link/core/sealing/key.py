"""The key that two owners of lists share: from it, one key for each kind of mark. It is never in a sealed file."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Sequence

from notoneless.common.errors import Fault

KIND, VERSION = "notoneless seal key", 1
_BYTES = 32
_ID_CHARS = 16
_MARK_BYTES = 8
_FIELD = "\x1f"
"""Stands between the parts of one mark; no cleaned value holds it."""


class SealKey:
    """A key of 32 random bytes. `id` tells keys apart and says nothing about the key."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != _BYTES:
            raise Fault("E420", where="密钥")
        self._secret = secret
        self.id = self._sub_key("key id").hex()[:_ID_CHARS]

    def __repr__(self) -> str:
        """Never the key: a log line or a traceback must not carry it."""
        return f"SealKey({self.id})"

    @classmethod
    def new(cls) -> SealKey:
        """A fresh random key."""
        return cls(secrets.token_bytes(_BYTES))

    @classmethod
    def from_text(cls, text: str, where: str) -> SealKey:
        """Read a key file. Raises E420 when it is none, or was changed."""
        try:
            held = json.loads(text)
            key = cls(base64.b64decode(held["key"], validate=True))
            sound = (held["kind"], held["version"], held["id"]) == (KIND, VERSION, key.id)
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise Fault("E420", where=where) from error
        if not sound:
            raise Fault("E420", where=where)
        return key

    def to_text(self) -> str:
        """What a key file holds."""
        secret = base64.b64encode(self._secret).decode("ascii")
        return json.dumps({"kind": KIND, "version": VERSION, "id": self.id, "key": secret}, indent=1) + "\n"

    def marker(self, purpose: str) -> Marker:
        """What makes the marks of one kind; two kinds never share a mark."""
        return Marker(self._sub_key(f"mark {purpose}"))

    def signature(self, digest: str) -> str:
        """The keyed check of a sealed file's digest, for whoever holds the key too."""
        return hmac.digest(self._sub_key("file"), digest.encode("ascii"), "sha256").hex()

    def _sub_key(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, f"notoneless seal {VERSION}|{purpose}".encode(), "sha256")


class Marker:
    """HMAC-SHA-256 under one sub-key, of which the first 64 bits are kept."""

    def __init__(self, key: bytes) -> None:
        self._start = hmac.new(key, digestmod="sha256")

    def mark(self, parts: Sequence[str]) -> int:
        """The mark of some values: a whole number of 64 bits with sign."""
        one = self._start.copy()
        one.update(_FIELD.join(parts).encode("utf-8"))
        return int.from_bytes(one.digest()[:_MARK_BYTES], "big", signed=True)
