"""Children as the database holds them, worked out column by column from a sweep's persons: there are millions of them.

A keyed digest of everything that is written tells the next sweep which children it may leave alone.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import BooleanField, ExpressionWrapper, Q

from notoneless.common import names
from notoneless.org.keys import keyring
from notoneless.org.sealed import index_all, seal_all
from notoneless.trail.many_rows import stored

from .models import Child
from .search import id_tails

FORM = 2
"""Count up when a column is worked out otherwise from the same values: then the next sweep writes every child anew."""
AT_ONCE = 50_000
FLAGS = {
    "in_hukou": "in_hukou",
    "in_school_roll": "in_school_roll",
    "in_head_count": "in_head_count",
    "is_poverty": "in_poverty",
    "is_disability": "in_disability",
    "is_low_income": "in_low_income",
    "is_destitute": "in_destitute",
    "is_orphan": "in_orphan",
    "is_left_behind": "left_behind",
    "school_age": "school_age",
    "preschool_age": "preschool_age",
    "has_conflict": "has_conflict",
}
TEXTS = ["id_state", "nation", "school_name", "grade", "class_no", "guardian_name"]
SEARCHED = ["name", "initials", "id_index", "id_tail", "phone_index", "place_code", "school_code"]
"""Fields with an index."""
PLAIN = ["sex", "birth_date", "id_no", "guardian_phone", *TEXTS, *FLAGS, "digest"]
_READ = ["sex", "dob", "id_no", "guardian_phone", "name", "place_code", "school_code", *TEXTS, *FLAGS.values()]
_BIRTH = Child._meta.get_field("birth_date")
_INITIALS = Child._meta.get_field("initials").max_length


@dataclass(frozen=True)
class Sorted:
    """A sweep's persons, with initials and digest, by what the database holds of them; who is not among them; how many it holds."""

    before: int
    new: pa.Table
    changed: pa.Table
    gone: list[str]


def sort_persons(persons: pa.Table, *, region: str, earlier: Collection[str]) -> Sorted:
    """Hold the persons of a region's sweep against the children in the database.

    `gone`: the children last seen by one of the `earlier` sweeps who are not among the persons.
    """
    known = _known(earlier)
    told = _told(persons, f"{FORM}|{region}|{keyring().state}|")
    place = pc.index_in(told["child_id"], known["id"])
    fresh = pc.is_null(place)
    before = known["digest"].take(place)
    same = pc.fill_null(pc.equal(before, told["digest"]), False)
    gone = pc.and_(known["here"], pc.invert(pc.is_in(known["id"], told["child_id"])))
    return Sorted(
        before=known.num_rows,
        new=told.filter(fresh),
        changed=told.filter(pc.invert(pc.or_(fresh, same))),
        gone=known["id"].filter(gone).to_pylist(),
    )


def rows(
    persons: pa.Table, fields: Sequence[str], fixed: dict[str, object], tell: Callable[[int], None]
) -> Iterator[tuple[object, ...]]:
    """Rows for the database in the order of `fields`; `fixed`: fields that are the same for all.

    `tell` hears how many persons more are done, so many at a time.
    """
    days: dict[object, object] = {}
    for batch in persons.to_batches(max_chunksize=AT_ONCE):
        values = _Values(batch, days)
        constants = {name: [value] * batch.num_rows for name, value in fixed.items()}
        yield from zip(*(constants[name] if name in constants else values[name] for name in fields), strict=True)
        tell(batch.num_rows)


class _Values:
    """The values of some persons by field, worked out when asked for."""

    def __init__(self, batch: pa.RecordBatch, days: dict[object, object]) -> None:
        self._batch, self._days = batch, days
        self._ids = batch.column("child_id").to_pylist()

    def __getitem__(self, name: str) -> Sequence[object]:
        if name == "id":
            return self._ids
        if name == "birth_date":
            return self._births()
        if name in ("id_no", "guardian_phone"):
            return seal_all(Child, name, self._ids, _texts(self._batch, name))
        if name in ("id_index", "phone_index"):
            source, purpose = ("id_no", "id_no") if name == "id_index" else ("guardian_phone", "phone")
            return index_all(_texts(self._batch, source), purpose)
        if name == "id_tail":
            return id_tails(_texts(self._batch, "id_no"))
        if name == "sex":
            return [sex or "0" for sex in _texts(self._batch, "sex")]
        if name in FLAGS:
            return pc.fill_null(self._batch.column(FLAGS[name]), False).to_pylist()
        return self._batch.column(name).to_pylist() if name == "digest" else _texts(self._batch, name)

    def _births(self) -> list[object]:
        births = self._batch.column("dob").to_pylist()
        self._days.update((day, stored(_BIRTH, day)) for day in set(births) - self._days.keys())
        return [self._days[day] for day in births]


def _texts(batch: pa.RecordBatch, column: str) -> list[str]:
    texts: list[str] = pc.fill_null(batch.column(column), "").to_pylist()
    return texts


def _known(earlier: Collection[str]) -> pa.Table:
    """id, digest (null when it must be written anew), here (seen by one of these sweeps, not gone) of every child."""
    # Never an empty list: Django would answer it with a number of its own, which is no truth value on PostgreSQL.
    here = ExpressionWrapper(Q(gone=False, last_sweep__in=[*earlier, ""]), output_field=BooleanField())
    found = Child.objects.order_by().annotate(here=here).values_list("pk", "digest", "here")
    schema = pa.schema([("id", pa.string()), ("digest", pa.int64()), ("here", pa.bool_())])
    batches = [
        pa.record_batch([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)
        for columns in _columns(found.iterator(chunk_size=AT_ONCE))
    ]
    return pa.Table.from_batches(batches, schema)


def _columns(found: Iterator[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    while chunk := list(itertools.islice(found, AT_ONCE)):
        yield list(zip(*chunk, strict=True))


def _told(persons: pa.Table, form: str) -> pa.Table:
    """The persons with `initials` and `digest`; equal digests mean equal rows, whoever reads them learns no more."""
    key, read = keyring().purpose_key("child digest"), persons.select(["child_id", *_READ])
    schema = read.schema.append(pa.field("initials", pa.string())).append(pa.field("digest", pa.int64()))
    batches = []
    for batch in read.to_batches(max_chunksize=AT_ONCE):
        initials = pa.array([names.initials(name)[:_INITIALS] for name in _texts(batch, "name")], pa.string())
        texts = [pc.fill_null(batch.column(name).cast(pa.string()), "") for name in batch.schema.names]
        lines = pc.binary_join_element_wise(form, *texts, initials, "\x1f").to_pylist()
        digests = pa.array([_digest(line, key) for line in lines], pa.int64())
        batches.append(pa.record_batch([*batch.columns, initials, digests], schema))
    return pa.Table.from_batches(batches, schema)


def _digest(line: str, key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=8, key=key).digest(), "big", signed=True)
