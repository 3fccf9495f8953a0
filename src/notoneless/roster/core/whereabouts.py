"""The address of a row: its parts joined, and the place that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.policy.places import Places, level_of
from notoneless.roster.core.cells import CellReader
from notoneless.roster.core.definitions import Column, KindDefinition
from notoneless.roster.core.grid import Texts, group_rows
from notoneless.roster.core.normalise import Issue

NO_PLACE = "E305"
_HOUSE_NUMBER = re.compile(r"[0-9０-９].*")


class AddressReader:
    """Completes the addresses of a kind's rows; addresses without a county are looked up ``within`` a place."""

    def __init__(self, kind: KindDefinition, within: str | None) -> None:
        self._kind = kind
        self._finder = CellReader(PlaceFinder(within).judge, pa.string(), None, pa.array([], pa.string()))

    def complete(
        self, values: dict[str, pa.Array], size: int, see: Callable[[Texts, pa.Array], None]
    ) -> list[tuple[int, Column, Issue]]:
        """Join the parts into ``addr`` and find ``addr_code`` where the file gives none (in place); the issues.

        ``see`` is shown the addresses and the place codes of the rows.
        """
        self._join(values, size)
        sources = [each for each in self._kind.address_from if each in values]
        if not sources:
            return []
        texts = Texts.of(pc.fill_null(pc.coalesce(*(values[each] for each in sources)), ""))
        judged = self._finder.read(texts)
        given = values.get("addr_code", pa.nulls(size, pa.string()))
        values["addr_code"] = pc.coalesce(given, texts.spread(judged.values))
        see(texts, values["addr_code"])
        column = self._kind.column(sources[0])
        return [(index, column, issue) for index, issue in judged.found(texts) if not given[index].is_valid]

    def _join(self, values: dict[str, pa.Array], size: int) -> None:
        parts = [values.pop(column.id) for column in self._kind.columns if column.into and column.id in values]
        if not parts:
            return
        columns = [values.get("addr", pa.nulls(size, pa.string())), *parts]
        first, group = group_rows(columns)
        different = zip(*(column.take(pa.array(first)).to_pylist() for column in columns), strict=True)
        joined = pa.array([join_address(row[1:], row[0]) for row in different], pa.string())
        values["addr"] = joined.take(pa.array(group))


def join_address(parts: Sequence[str | None], addr: str | None) -> str | None:
    """Parts of an address (province to group) before the free text, each left out when the text names it already."""
    whole = addr or ""
    missing: list[str] = []
    for part in parts:
        if part and not part.isdigit() and part not in whole and part not in missing:
            missing.append(part)
    return "".join(missing) + whole or None


class PlaceFinder:
    """Address → 12-digit place code, judged once per distinct address without its house number."""

    def __init__(self, within: str | None) -> None:
        self._within = within
        self._places = Places.load()
        self._seen: dict[str, tuple[str | None, bool]] = {}

    def judge(self, address: str) -> tuple[str | None, Issue | None]:
        """The lowest place named; an issue when no township or village of ours is named in a filled address."""
        if not address:
            return None, None
        stem = without_house_number(address)
        found = self._seen.get(stem) or self._find(stem)
        return found[0], None if found[1] else Issue(NO_PLACE, {"value": address[:3] + "…"})

    def _find(self, stem: str) -> tuple[str | None, bool]:
        """The place, and whether it is as low as a township."""
        code = self._places.find(stem, self._within)
        found = self._seen[stem] = code, code is not None and level_of(code) in ("town", "village")
        return found


def without_house_number(address: str) -> str:
    """The address up to its first digit."""
    return _HOUSE_NUMBER.sub("", address) or address
