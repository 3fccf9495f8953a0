"""Names for children that stay the same from sweep to sweep, and names for questions."""

from __future__ import annotations

import array
import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.common.errors import Fault

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_PAIRS = [_ALPHABET[ten & 31] + _ALPHABET[ten >> 5] for ten in range(1024)]
"""Ten bits → two letters, the lower five first."""


def keep_names(shared: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """pid → child_id of the last sweep, for persons and names that share rows.

    `shared`: pid, child_id, n (rows in common) and row_key (the person's smallest). A name goes to the person with most
    of its rows, and one person keeps one name.
    """
    names: dict[int, str] = {}
    used: set[str] = set()
    for one in sorted(shared, key=lambda one: (-one["n"], one["child_id"], one["row_key"], one["pid"])):
        if one["pid"] not in names and one["child_id"] not in used:
            names[one["pid"]] = one["child_id"]
            used.add(one["child_id"])
    return names


def mint_names(row_keys: Sequence[str], id_key: bytes, taken: pa.ChunkedArray) -> pa.Array:
    """A new name for each person by its smallest row_key, in the same order. `taken`: names that are never given anew.

    Raises E406 without a key.
    """
    if not id_key:
        raise Fault("E406")
    minted = _all_named(row_keys, id_key)
    if len(pc.unique(minted)) == len(minted) and not pc.any(pc.is_in(minted, taken.combine_chunks())).as_py():
        return minted
    return _told_apart(row_keys, id_key, set(taken.to_pylist()))


def _all_named(keys: Sequence[str], id_key: bytes) -> pa.Array:
    """The letter C and the hash of each key, as `_hash` writes it, the letters all at once."""
    keyed, digests = _keyed(id_key), bytearray()
    for key in keys:
        one = keyed.copy()
        one.update(key.encode())
        digests += one.digest()
    numbers = array.array("Q", digests)
    if sys.byteorder == "little":
        numbers.byteswap()
    bits = pa.Array.from_buffers(pa.uint64(), len(numbers), [None, pa.py_buffer(numbers)])
    pairs = [_letters(bits, shift, _PAIRS) for shift in (0, 10, 20, 30, 40)]
    return pc.binary_join_element_wise("C", *pairs, _letters(bits, 50, list(_ALPHABET)), "")


def _letters(bits: pa.Array, shift: int, letters: Sequence[str]) -> pa.Array:
    """The letters that bits from `shift` on stand for; there are a power of two of them."""
    mask = pa.scalar(len(letters) - 1, pa.uint64())
    places = pc.bit_wise_and(pc.shift_right(bits, pa.scalar(shift, pa.uint64())), mask)
    return pa.array(letters, pa.string()).take(places)


def _told_apart(row_keys: Sequence[str], id_key: bytes, used: set[str]) -> pa.Array:
    """As above, one by one in the order of row_key, because two names would be alike."""
    names = [""] * len(row_keys)
    for place in sorted(range(len(row_keys)), key=lambda place: row_keys[place]):
        names[place] = _mint(row_keys[place], id_key, used)
        used.add(names[place])
    return pa.array(names, pa.string())


def pair_id(left_key: str, right_key: str, id_key: bytes) -> str:
    """The name of a question about two rows; the same two rows always give the same name."""
    return "P" + _hash("|".join(sorted((left_key, right_key))), id_key)


def _mint(key: str, id_key: bytes, used: set[str]) -> str:
    attempt = 0
    while (name := "C" + _hash(f"{key}|{attempt}" if attempt else key, id_key)) in used:
        attempt += 1
    return name


def _keyed(id_key: bytes) -> hashlib.blake2b:
    return hashlib.blake2b(key=id_key[:64], digest_size=8)


def _hash(text: str, id_key: bytes) -> str:
    keyed = _keyed(id_key)
    keyed.update(text.encode())
    number = int.from_bytes(keyed.digest(), "big")
    pairs = _PAIRS
    return (
        pairs[number & 1023]
        + pairs[number >> 10 & 1023]
        + pairs[number >> 20 & 1023]
        + pairs[number >> 30 & 1023]
        + pairs[number >> 40 & 1023]
        + _ALPHABET[number >> 50 & 31]
    )
