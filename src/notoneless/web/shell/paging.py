"""Keyset paging: the address carries the values of the last row, so page 500 costs as much as page 1."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
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
    size = _size(query)
    after, before = _read(query.get("after"), rows.model, order), _read(query.get("before"), rows.model, order)
    backwards = before is not None and after is None
    direction = _flip(order) if backwards else list(order)
    mark = before if backwards else after
    if mark is not None:
        rows = rows.filter(_beyond(direction, mark))
    found = list(rows.order_by(*direction)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next = backwards or more
    has_previous = more if backwards else mark is not None
    return Page(
        rows=found,
        size=size,
        next_url=_url(query, after=_token(found[-1], order)) if found and has_next else "",
        previous_url=_url(query, before=_token(found[0], order)) if found and has_previous else "",
        first_url=_url(query),
        size_urls=[(choice, _url(query, size=str(choice))) for choice in SIZES],
    )


def _size(query: QueryDict) -> int:
    wanted = query.get("size", "")
    return int(wanted) if wanted in {str(size) for size in SIZES} else DEFAULT_SIZE


def _flip(order: Sequence[str]) -> list[str]:
    return [field[1:] if field.startswith("-") else f"-{field}" for field in order]


def _beyond(order: Sequence[str], mark: Sequence[Any]) -> Q:
    """Rows after ``mark``: first field beyond, or equal and the next beyond, and so on."""
    result, equal = Q(), Q()
    for field, value in zip(order, mark, strict=True):
        name = field.lstrip("-")
        result |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return result


def _token(row: Model, order: Sequence[str]) -> str:
    values = [str(getattr(row, field.lstrip("-"))) for field in order]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read(token: str | None, model: type[Model], order: Sequence[str]) -> list[Any] | None:
    if not token:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        fields = [model._meta.get_field(field.lstrip("-")) for field in order]
        return [field.to_python(str(value)) for field, value in zip(fields, values, strict=True)]
    except (ValueError, TypeError, ValidationError):
        return None


def _url(query: QueryDict, **changes: str) -> str:
    target = query.copy()
    for name in ("after", "before"):
        target.pop(name, None)
    for name, value in changes.items():
        target[name] = value
    return f"?{target.urlencode()}"
