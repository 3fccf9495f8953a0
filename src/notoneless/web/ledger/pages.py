"""One page of a ledger: by children from the database, by open cases from what the process keeps."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
from django.http import QueryDict

from notoneless.flows.ledger import list_ledger
from notoneless.flows.ledger_counts import by_case, case_rows
from notoneless.link.records.models import Child
from notoneless.link.records.queries import list_children
from notoneless.org.models import User
from notoneless.org.scope import Scope, looking_at
from notoneless.web.ledger.asking import Asked
from notoneless.web.shell.paging import Page, keyset_page, make_page, read_marks, wanted_size

ORDER = ("place_code", "id")


def listed_page(asked: Asked, query: QueryDict) -> Page:
    """The page of children that an address asks for, in the order of place and child on either way."""
    if not by_case(asked.ledger, asked.filters):
        user = _looking_from(asked.user, *read_marks(query))
        children = list_ledger(user, asked.ledger, asked.filters, asked.today)
        return keyset_page(children, order=ORDER, query=query)
    table, size = case_rows(asked.user, asked.ledger, asked.filters, asked.today), wanted_size(query)
    after, before = (mark if mark and len(mark) == len(ORDER) else None for mark in read_marks(query))
    low = 0
    if after is not None:
        low = _rows_up_to(table, after, with_it=True)
    elif before is not None:
        low = max(0, _rows_up_to(table, before, with_it=False) - size)
    ids = table["child"].slice(low, size).to_pylist()
    return make_page(
        children_in_order(asked, ids),
        key=lambda child: (child.place_code, child.pk),
        query=query,
        has_previous=low > 0,
        has_next=low + size < len(table),
    )


def _looking_from(user: User, after: Sequence[str] | None, before: Sequence[str] | None) -> User:
    """The person looking only at the places from the mark on (or up to it).

    A scope and a mark would be two lower bounds of the same column: SQLite walks the index from the first of the two,
    which for a page a million rows deep are a million rows.
    """
    scope = Scope.of(user)
    if not scope.low or not (after or before):
        return user
    low, high = (after[0], scope.high) if after else (scope.low, f"{before[0]}~" if before else scope.high)
    return looking_at(user, max(scope.low, low), min(scope.high, high), scope.school)


def children_in_order(asked: Asked, ids: Sequence[str]) -> list[Child]:
    """These children, asked of the database in the person's scope, in this order."""
    found = {child.pk: child for child in list_children(asked.user).filter(pk__in=ids)}
    return [found[child_id] for child_id in ids if child_id in found]


def _rows_up_to(table: pa.Table, mark: Sequence[str], *, with_it: bool) -> int:
    """How many rows of a sorted table stand before a mark (or up to it)."""
    place, child = mark
    within = pc.less_equal(table["child"], child) if with_it else pc.less(table["child"], child)
    earlier = pc.or_(pc.less(table["place"], place), pc.and_(pc.equal(table["place"], place), within))
    return pc.sum(earlier).as_py() or 0
