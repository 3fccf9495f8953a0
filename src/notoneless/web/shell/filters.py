"""Filters whose whole state is the address: options with counts, chips that take one value out, nothing hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict

# Put into an address for "this value is empty" (shown as （空）).
EMPTY = "-"
PAGING = ("after", "before")


@dataclass(frozen=True)
class Facet:
    """One filter: the name in the address, its label, its values as (value, label, rows or None)."""

    param: str
    label: str
    values: Sequence[tuple[str, str, int | None]]


@dataclass(frozen=True)
class Option:
    """A value as a link that puts it on or takes it off."""

    label: str
    count: int | None
    chosen: bool
    url: str


@dataclass(frozen=True)
class FilterLine:
    """A facet ready to be shown."""

    label: str
    options: list[Option]


@dataclass(frozen=True)
class Chip:
    """An active value; the link takes it out."""

    label: str
    url: str


@dataclass(frozen=True)
class FilterPanel:
    """All filters of a list; rendered by shell/filter_panel.html and shell/chips.html."""

    lines: list[FilterLine]
    chips: list[Chip]
    clear_url: str


def filter_panel(query: QueryDict, facets: Iterable[Facet]) -> FilterPanel:
    """Links for every value of every facet, given what the address holds; several values of one facet mean "or"."""
    facets = list(facets)
    lines = [FilterLine(facet.label, _options(query, facet)) for facet in facets]
    chips = [chip for facet in facets for chip in _chips(query, facet)]
    cleared = query.copy()
    for name in (*PAGING, *(facet.param for facet in facets)):
        cleared.pop(name, None)
    return FilterPanel(lines, chips, f"?{cleared.urlencode()}")


def chosen(query: QueryDict, facet: Facet) -> list[str]:
    """The values of ``facet`` in the address that it really has; anything else in the address is ignored."""
    known = {value for value, _label, _count in facet.values}
    return [value for value in query.getlist(facet.param) if value in known]


def _options(query: QueryDict, facet: Facet) -> list[Option]:
    now = chosen(query, facet)
    return [
        Option(label, count, value in now, toggled(query, facet.param, value)) for value, label, count in facet.values
    ]


def _chips(query: QueryDict, facet: Facet) -> list[Chip]:
    labels = {value: label for value, label, _count in facet.values}
    return [Chip(labels[value], toggled(query, facet.param, value)) for value in chosen(query, facet)]


def toggled(query: QueryDict, param: str, value: str) -> str:
    """The address with ``value`` put on or taken off; paging starts anew."""
    target = query.copy()
    for name in PAGING:
        target.pop(name, None)
    values = target.getlist(param)
    target.setlist(param, [one for one in values if one != value] if value in values else [*values, value])
    return f"?{target.urlencode()}"
