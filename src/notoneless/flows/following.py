"""What a process keeps in memory is as new as the trail: every change leaves its event in the change's own transaction,
so the events since the last look say what to read again. Nothing is kept that the database does not hold.

Two things are kept: the counts of children (changed by sweeps only) and one small row per open case. Both are cut by
county, because most people look at one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import pyarrow as pa

from notoneless.case.records.models import Case, Gap
from notoneless.check.core import load_checks
from notoneless.link.records.models import ChildCount
from notoneless.org.models import School
from notoneless.trail.actions import READS, Action
from notoneless.trail.models import ZERO_HASH, ChainHead, Event

COUNTY = 6
AT_ONCE = 500
MOST_ANSWERS = 512
Answer = TypeVar("Answer")
MOST_FOLLOWED = 5000
"""Beyond so many changed cases reading all of them is the shorter way."""
WHOLE = {Action.SWEEP_RUN, Action.SWEEP_REVOKE, Action.SCHOOL_LOAD, Action.PLACE_LOAD}
"""Events after which everything is read anew."""
TEXTS = ("place", "school", "grade", "sex")
CODED = pa.dictionary(pa.int32(), pa.string())
"""Texts that recur are kept as numbers: to pick or count 200,000 cells by them takes a millisecond."""
COUNT_SCHEMA = pa.schema([*((name, CODED) for name in TEXTS), ("marks", pa.int32()), ("number", pa.int64())])
CASE_SCHEMA = pa.schema(
    [
        ("child", pa.string()), *COUNT_SCHEMA, ("state", CODED), ("checks", pa.int64()), ("due", pa.date32()),
        ("owner", pa.int64()), ("case", pa.string()),
    ]
)  # fmt: skip
CHILD_COLUMNS = ("place_code", "school_code", "grade", "sex", *ChildCount.MARKS)


class Parts:
    """Rows cut by county, each part sorted; parts are put together only when somebody looks at several."""

    def __init__(self, schema: pa.Schema, by_county: Mapping[str, pa.Table]) -> None:
        self.schema = schema
        self.by_county = by_county
        self._whole: dict[tuple[str, ...], pa.Table] = {}

    def around(self, low: str, high: str) -> pa.Table:
        """The parts that may hold rows with ``low`` <= place < ``high``, in order."""
        keys = tuple(key for key in sorted(self.by_county) if low[:COUNTY] <= key and key.ljust(12, "0") < high)
        if len(keys) == 1:
            return self.by_county[keys[0]]
        if keys not in self._whole:
            parts = [self.by_county[key] for key in keys]
            whole = pa.concat_tables(parts).unify_dictionaries() if parts else self.schema.empty_table()
            self._whole[keys] = whole.combine_chunks()
        return self._whole[keys]


class _Answers:
    """Answers of one version; those of an older one are dropped together."""

    def __init__(self) -> None:
        self._version, self._answers = -1, dict[Hashable, tuple[object]]()

    def get(self, key: Hashable, version: int) -> tuple[object] | None:
        return self._answers.get(key) if version == self._version else None

    def put(self, key: Hashable, version: int, answer: object) -> None:
        if version != self._version or len(self._answers) >= MOST_ANSWERS:
            self._version, self._answers = version, {}
        self._answers[key] = (answer,)


class Follower:
    """One process's memory. Safe for several threads; :meth:`look` brings it up to the trail's last event."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._head: tuple[int, str] = (0, ZERO_HASH)
        self.version = 0
        self._counts: Parts | None = None
        self._schools: dict[str, str] | None = None
        self._cases: dict[str, tuple[Any, ...]] | None = None
        self._stale: set[str] = set()
        self._parts: dict[str, pa.Table] = {}
        self._local = threading.local()
        self.epoch = 0
        self._answers, self._lasting = _Answers(), _Answers()

    def forget(self) -> None:
        """Keep nothing; the next look reads everything."""
        with self._lock:
            self.version, self.epoch = self.version + 1, self.epoch + 1
            self._head, self._counts, self._cases, self._schools = (0, ZERO_HASH), None, None, None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within the block this thread looks once: for one answer that reads and writes nothing."""
        self._local.version = None
        try:
            yield
        finally:
            del self._local.version

    def look(self) -> int:
        """Follow the trail to its end; returns a number that is another one after every change (reads change nothing)."""
        version: int | None = getattr(self._local, "version", None)
        if version is None:
            version = self._look()
            if hasattr(self._local, "version"):
                self._local.version = version
        return version

    def kept(self, key: Hashable, work: Callable[[], Answer], *, lasting: bool = False) -> Answer:
        """What ``work`` answers, worked out once for each ``key`` until something is written; a ``lasting`` answer until
        a sweep, or new places or schools: it must not depend on anything else."""
        version = self.look()
        store = self._lasting if lasting else self._answers
        with self._lock:
            current = self.epoch if lasting else version
            known = store.get(key, current)
        if known is not None:
            return cast(Answer, known[0])
        answer = work()
        with self._lock:
            store.put(key, current, answer)
        return answer

    def _look(self) -> int:
        head = ChainHead.objects.filter(pk=1).values_list("size", "hash").first() or (0, ZERO_HASH)
        with self._lock:
            if head != self._head:
                self._follow(head)
            return self.version

    def counts(self) -> Parts:
        """Kept counts by township: place is the township's nine digits."""
        with self._lock:
            if self._counts is None:
                self._counts = Parts(COUNT_SCHEMA, _cut(COUNT_SCHEMA, _read_counts()))
            return self._counts

    def cases(self) -> Parts:
        """One row per open case of a living child, by the child's place: sorted by place and child."""
        with self._lock:
            if self._cases is None:
                self._cases = {row[-1]: row for row in _read_cases()}
                self._parts = _cut(CASE_SCHEMA, self._cases.values())
            elif self._stale:
                rows = [row for row in self._cases.values() if row[1][:COUNTY] in self._stale]
                self._parts = {key: part for key, part in self._parts.items() if key not in self._stale}
                self._parts |= _cut(CASE_SCHEMA, rows)
            self._stale = set()
            return Parts(CASE_SCHEMA, self._parts)

    def school_names(self) -> dict[str, str]:
        """Code → name of every school of the directory; what is added to it stays: a name found in the lists."""
        with self._lock:
            if self._schools is None:
                self._schools = dict(School.objects.values_list("code", "name"))
            return self._schools

    def _follow(self, head: tuple[int, str]) -> None:
        size, mark = self._head
        same = size <= head[0] and Event.objects.filter(pk=size, hash=mark).exists()
        self._head = head
        news = Event.objects.filter(pk__gt=size, pk__lte=head[0]).exclude(action__in=READS) if same else None
        changes = list(news.order_by("pk").values_list("pk", "action", "object_kind", "object_id")) if news else []
        if news is None or any(action in WHOLE for _, action, _, _ in changes):
            self._counts = self._cases = self._schools = None
            self.version, self.epoch = self.version + 1, self.epoch + 1
        elif changes:
            self.version += 1
            self._read_again({object_id for _, _, kind, object_id in changes if kind == "case"})

    def _read_again(self, case_ids: set[str]) -> None:
        if self._cases is None or not case_ids:
            return
        if len(case_ids) > MOST_FOLLOWED:
            self._cases = None
            return
        before = [self._cases.pop(case_id) for case_id in case_ids if case_id in self._cases]
        after = list(_read_cases(sorted(case_ids)))
        self._cases.update((row[-1], row) for row in after)
        self._stale |= {row[1][:COUNTY] for row in (*before, *after)}


FOLLOWER = Follower()


def check_bits() -> dict[str, int]:
    """Check id → its bit in the column ``checks``."""
    return {check_id: 1 << bit for bit, check_id in enumerate(sorted(load_checks()))}


def _read_counts() -> Iterable[tuple[Any, ...]]:
    rows = ChildCount.objects.values_list("town_code", "school_code", "grade", "sex", "marks", "number")
    return rows.iterator(chunk_size=10_000)


def _read_cases(case_ids: list[str] | None = None) -> Iterable[tuple[Any, ...]]:
    if case_ids is None:
        yield from _cases_of(Case.objects.filter(closed_at=None), Gap.objects.filter(state=Gap.State.OPEN))
        return
    for start in range(0, len(case_ids), AT_ONCE):
        part = case_ids[start : start + AT_ONCE]
        yield from _cases_of(
            Case.objects.filter(pk__in=part, closed_at=None), Gap.objects.filter(case__in=part, state=Gap.State.OPEN)
        )


def _cases_of(cases: Any, gaps: Any) -> Iterable[tuple[Any, ...]]:
    bits, checks = check_bits(), dict[str, int]()
    for case_id, check_id in gaps.order_by().values_list("case_id", "check_id"):
        checks[case_id] = checks.get(case_id, 0) | bits.get(check_id, 0)
    marks = ChildCount.MARKS.values()
    living = cases.filter(child__gone=False, child__merged_into=None).order_by()
    columns = [f"child__{name}" for name in CHILD_COLUMNS]
    for case_id, state, due, owner, child_id, place, school, grade, sex, *flags in living.values_list(
        "pk", "state", "due_date", "owner_id", "child_id", *columns
    ):
        mark = sum(bit for bit, flag in zip(marks, flags, strict=True) if flag)
        yield child_id, place, school, grade, sex, mark, 1, state, checks.get(case_id, 0), due, owner or 0, case_id


def _cut(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> dict[str, pa.Table]:
    """Rows by county, each part sorted by place and what else comes first."""
    place = schema.get_field_index("place")
    by_county: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_county.setdefault(row[place][:COUNTY], []).append(row)
    return {
        county: pa.table(
            [
                pa.array(column, field.type)
                for column, field in zip(
                    zip(*sorted(part, key=lambda row: (row[place], row[0])), strict=True), schema, strict=True
                )
            ],
            schema=schema,
        )
        for county, part in by_county.items()
    }
