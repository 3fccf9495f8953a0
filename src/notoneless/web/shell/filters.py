"""Filters whose whole state is the address: options with counts, chips that take one value out, nothing hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

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

    @property
    def link(self) -> SafeString:
        """``<a class="option" …>✓ 岸堤镇 2,117</a>``."""
        number = "" if self.count is None else f' <span class="count">{self.count:,}</span>'
        mark, tick = (' aria-current="true"', "✓ ") if self.chosen else ("", "")
        return SafeString(
            f'<a class="option" href="{escape(self.url)}"{mark} rel="nofollow">{tick}{escape(self.label)}{number}</a>'
        )


@dataclass(frozen=True)
class FilterLine:
    """A facet ready to be shown."""

    label: str
    options: list[Option]

    @property
    def links(self) -> SafeString:
        """The options as links. Written here and not in the template: a panel has a hundred of them."""
        return format_html_join("\n", "{}", ((option.link,) for option in self.options))


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
    now = set(chosen(query, facet))
    rest = [(name, value) for name in query if name not in PAGING for value in query.getlist(name)]
    return [
        Option(label, count, value in now, _with_or_without(rest, (facet.param, value), value in now))
        for value, label, count in facet.values
    ]


def _with_or_without(pairs: list[tuple[str, str]], pair: tuple[str, str], there: bool) -> str:
    return f"?{urlencode([one for one in pairs if one != pair] if there else [*pairs, pair])}"


def _chips(query: QueryDict, facet: Facet) -> list[Chip]:
    labels = {value: label for value, label, _count in facet.values}
    return [Chip(labels[value], toggled(query, facet.param, value)) for value in chosen(query, facet)]


def toggled(query: QueryDict, param: str, value: str) -> str:
    """The address with ``value`` put on or taken off; paging starts anew."""
    rest = [(name, one) for name in query if name not in PAGING for one in query.getlist(name)]
    return _with_or_without(rest, (param, value), value in query.getlist(param))
