"""The lists (名册) of one sweep: which kinds have come, as of when, and how a sentence calls them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from notoneless.common.wording import worded
from notoneless.roster.core.definitions import load_kinds

Deliveries = Mapping[str, list[tuple[str, date, pa.Table]]]
"""Kind → (delivery id, as-of date, accepted rows)."""


@dataclass(frozen=True)
class Lists:
    """The deliveries of a sweep by kind."""

    deliveries: Deliveries

    def has(self, kind: str) -> bool:
        """Has a list of this kind been delivered (be it empty)?"""
        return bool(self.deliveries.get(kind))

    def missing(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """Those of the kinds that were not delivered, in the order given."""
        return tuple(kind for kind in kinds if not self.has(kind))

    def label(self, kind: str) -> str:
        """学籍名册（2026-09-10）, with the newest as-of date; 学籍名册（未送达）."""
        days = [as_of for _, as_of, _ in self.deliveries.get(kind, [])]
        return f"{list_name(kind)}（{max(days).isoformat() if days else '未送达'}）"

    def numbered(self) -> Iterator[tuple[int, str, str, date, pa.Table]]:
        """Every delivery as (number, kind, id, as-of, rows), in a fixed order whatever the order given."""
        flat = [(kind, *one) for kind in sorted(self.deliveries) for one in self.deliveries[kind]]
        for number, (kind, delivery, as_of, rows) in enumerate(sorted(flat, key=lambda one: one[:2])):
            yield number, kind, delivery, as_of, rows


def list_name(kind: str) -> str:
    """学籍 → 学籍名册; names that already say 表 or 名录 stay as they are."""
    name = load_kinds()[kind].name
    return name if name.endswith(("表", "名录", "名册")) else worded("{kind}名册", kind=name)
