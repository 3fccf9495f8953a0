"""Keyset paging: the address carries the values of the last row, so page 500 costs as much as page 1."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

SIZES = (20, 50, 100)
DEFAULT_SIZE = 50


@dataclass(frozen=True)
class Page:
    """One page of rows and the addresses of its neighbours ("" where there is none); rendered by shell/pager.html."""

    rows: list[Any]
    size: int
    next_url: str
    previous_url: str
    first_url: str
    size_urls: list[tuple[int, str]]


def keyset_page(rows: QuerySet, *, order: Sequence[str], query: QueryDict) -> Page:
    """The page of ``rows`` that ``query`` (after=, before=, size=) asks for.

    ``order`` names non-null fields of the model, ``-`` for falling; the last must make the order total ("id").
    Take no personal field: the values of the last row stand in the address. A spoiled token shows the first page.
    """
    size = wanted_size(query)
    after, before = (_as_fields(mark, rows.model, order) for mark in read_marks(query))
    backwards = before is not None and after is None
    direction = _flip(order) if backwards else list(order)
    mark = before if backwards else after
    if mark is not None:
        rows = rows.filter(_beyond(direction, mark))
    found = list(rows.order_by(*direction)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return make_page(
        found,
        key=lambda row: tuple(str(getattr(row, field.lstrip("-"))) for field in order),
        query=query,
        has_previous=more if backwards else mark is not None,
        has_next=backwards or more,
    )


def make_page(
    rows: list[Any], *, key: Callable[[Any], tuple[str, ...]], query: QueryDict, has_previous: bool, has_next: bool
) -> Page:
    """A page with the addresses of its neighbours; ``key`` gives the texts that name a row's place in the order."""
    return Page(
        rows=rows,
        size=wanted_size(query),
        next_url=_url(query, after=_token(key(rows[-1]))) if rows and has_next else "",
        previous_url=_url(query, before=_token(key(rows[0]))) if rows and has_previous else "",
        first_url=_url(query),
        size_urls=[(choice, _url(query, size=str(choice))) for choice in SIZES],
    )


def wanted_size(query: QueryDict) -> int:
    """Rows a page, as asked if it is one of the choices."""
    wanted = query.get("size", "")
    return int(wanted) if wanted in {str(size) for size in SIZES} else DEFAULT_SIZE


def read_marks(query: QueryDict) -> tuple[list[str] | None, list[str] | None]:
    """What (after=, before=) hold; None where there is none or it is spoiled."""
    return _read(query.get("after")), _read(query.get("before"))


def _flip(order: Sequence[str]) -> list[str]:
    return [field[1:] if field.startswith("-") else f"-{field}" for field in order]


def _beyond(order: Sequence[str], mark: Sequence[Any]) -> Q:
    """Rows after ``mark``: first field beyond, or equal and the next beyond, and so on.

    The first field's bound is said once more by itself: databases walk an index for it, but not for the "or".
    """
    result, equal = Q(), Q()
    for field, value in zip(order, mark, strict=True):
        name = field.lstrip("-")
        result |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    first = order[0].lstrip("-")
    bound = Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": mark[0]})
    return bound & result


def _token(values: Sequence[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read(token: str | None) -> list[str] | None:
    if not token:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        return None
    return [str(value) for value in values] if isinstance(values, list) else None


def _as_fields(mark: list[str] | None, model: type[Model], order: Sequence[str]) -> list[Any] | None:
    """The texts of a mark as values of the model's fields; None when they do not fit."""
    if mark is None or len(mark) != len(order):
        return None
    try:
        fields = [model._meta.get_field(field.lstrip("-")) for field in order]
        return [field.to_python(value) for field, value in zip(fields, mark, strict=True)]
    except (ValueError, TypeError, ValidationError):
        return None


def _url(query: QueryDict, **changes: str) -> str:
    target = query.copy()
    for name in ("after", "before"):
        target.pop(name, None)
    for name, value in changes.items():
        target[name] = value
    return f"?{target.urlencode()}"
