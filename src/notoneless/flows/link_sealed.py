"""Matching two sealed lists, by whoever has both files; the key is not needed, only to see that nobody forged one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from notoneless.common.errors import Fault
from notoneless.engine import open_engine
from notoneless.files.sealed_list import Header, is_sealed, open_sealed
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.sealing import SealedLinks, SealKey, match_sealed
from notoneless.policy import load_pack

__all__ = ["SealedLinks", "are_sealed", "link_sealed"]

MEMORY = "1400MB"
"""What the engine may hold when nothing is said; the rest is spilled encrypted."""


def are_sealed(left: Path, right: Path) -> bool:
    """Whether the two lists are sealed. Raises E423 when only one of them is."""
    sealed = [is_sealed(path) for path in (left, right)]
    if any(sealed) and not all(sealed):
        name = (left, right)[sealed.index(False)].name
        raise Fault("E423", where=name, name=name)
    return all(sealed)


def link_sealed(
    left: Path,
    right: Path,
    *,
    key: SealKey | None = None,
    engine: str = "duckdb",
    threads: int | None = None,
    memory: str | None = None,
    costs: LinkCosts | None = None,
) -> SealedLinks:
    """Which sealed rows are one person: `links` and `review` with left_row, right_row (numbers that only the owners'
    maps of rows can read), step, weight, reason.

    Raises E422 (two keys), E423 (not sealed), E424 (changed; forged, when `key` is given), E425 (two versions).
    """
    headers = [_opened(path, key) for path in (left, right)]
    _check_alike(left, right, *headers)
    with (
        tempfile.TemporaryDirectory(prefix="notoneless-link-") as spill,
        open_engine(
            engine, threads=threads, memory=memory or MEMORY, temp_dir=Path(spill), files=[left, right]
        ) as opened,
    ):
        opened.scan("left_marks", left)
        opened.scan("right_marks", right)
        found = match_sealed(
            opened,
            persons=headers[1].rows,
            costs=costs or LinkCosts.from_pack(load_pack(None, date.max)),
        )
    told = {"left_seal": headers[0].seal, "right_seal": headers[1].seal, "key": headers[0].key_id}
    links, review = (table.replace_schema_metadata(told) for table in (found.links, found.review))
    return replace(found, links=links, review=review)


def _opened(path: Path, key: SealKey | None) -> Header:
    header = open_sealed(path)
    if key is None:
        return header
    if header.key_id != key.id:
        raise Fault("E422", where=path.name, left=path.name, left_key=header.key_id, right="--key", right_key=key.id)
    return open_sealed(path, key.signature)


def _check_alike(left: Path, right: Path, one: Header, other: Header) -> None:
    if one.key_id != other.key_id:
        keys = {"left_key": one.key_id, "right_key": other.key_id}
        raise Fault("E422", where=f"{left.name}、{right.name}", left=left.name, right=right.name, **keys)
    if (one.recipe, one.format) != (other.recipe, other.format):
        raise Fault("E425", where=f"{left.name}、{right.name}", left=left.name, right=right.name)
