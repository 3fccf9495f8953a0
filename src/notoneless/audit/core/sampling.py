"""抽样: the same seed over the same population gives the same sample, on every machine and in every version of Python."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def draw(population: Iterable[str], seed: str, size: int) -> list[str]:
    """``size`` members of the population (all of it when it is smaller), in the order of their lot.

    The lot of a member is SHA-256 over seed and member: whoever has the list can draw again with a pocket tool, and the
    order in which the list comes does not matter.
    """
    return sorted(set(population), key=lambda one: (_lot(seed, one), one))[: max(size, 0)]


def population_digest(population: Iterable[str]) -> str:
    """SHA-256 over the sorted members: whether a later draw was over the same list."""
    sums = hashlib.sha256()
    for one in sorted(set(population)):
        sums.update(one.encode() + b"\n")
    return sums.hexdigest()


def _lot(seed: str, member: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{member}".encode()).digest()
