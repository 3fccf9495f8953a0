"""Linking whole rosters, and the smaller act of linking two tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.cascade import Cascade
from notoneless.link.core.costs import LinkCosts, LinkWindow, ParameterSource
from notoneless.link.core.decisions import load_decisions
from notoneless.link.core.identity import pair_id
from notoneless.link.core.inputs import (
    SCHOOL_DIRECTORY,
    Deliveries,
    Source,
    column_of_all,
    load_kinds,
    load_rosters,
    load_schools,
)
from notoneless.link.core.keys import prepare_names
from notoneless.link.core.persons import build_persons, placed_sql
from notoneless.link.core.sentences import how_sql, load_sentences, spoken
from notoneless.link.core.told import describe

ALL_AGES = LinkWindow(date(2100, 1, 1), 0, 200)
"""A window that leaves nobody out."""
_BATCH = 65_536


@dataclass(frozen=True)
class LinkResult:
    """What linking found; every table is in a total order.

    `persons`: child_id, name, sex, dob, id_no, id_state, nation, place_code, place_from, school_code, school_name, grade,
        class_no, guardian_name, guardian_phone, in_<kind> for every kind, has_conflict.
    `members`: child_id, kind, delivery_id, row_no, row_key, step, weight (bits, NULL where nothing was weighed), reason.
    `review`: pair_id, left_child_id, left_kind, left_delivery, left_row_no, left_key, right_child_id, right_kind,
        right_delivery, right_row_no, right_key, step, weight, reason, for, against.
    `steps`: step, name, kind, links, capped (candidate pairs of the kind left out because a block was too wide).
    `kept`: the rows that may be members, kind → [(delivery_id, rows with all their columns)]; rows of grown-ups in
        lists of all ages are not among them. `read`: (kind, delivery_id) → number of rows that came.
    Texts of which there are few (kind, delivery_id, step, reason) come as dictionary columns; `plain_batches` undoes that.
    """

    persons: pa.Table
    members: pa.Table
    review: pa.Table
    steps: pa.Table
    kept: Mapping[str, Sequence[tuple[str, pa.Table]]] = field(default_factory=dict)
    read: Mapping[tuple[str, str], int] = field(default_factory=dict)


def link_rosters(
    engine: Engine,
    rosters: Deliveries,
    *,
    pack: ParameterSource,
    as_of: date,
    decisions: pa.Table | None = None,
    previous: pa.Table | None = None,
    id_key: bytes,
) -> LinkResult:
    """Which rows of all rosters are one person.

    `rosters`: kind → [(delivery_id, accepted rows, or what reads them)], `school_directory` may be among them; rows
    that are read when their turn comes need not all lie in memory at once. `decisions`: row_key_a, row_key_b, verdict (same|different). `previous`: child_id, row_key of the last sweep's members. The same inputs give
    the same tables for any number of threads and any order of rows. The engine must be empty, and is left full.
    Raises E401–E406, and E521 when the pack lacks a link parameter.
    """
    costs, window = LinkCosts.from_pack(pack), LinkWindow.from_pack(pack, as_of)
    schools = [
        (id_, rows if isinstance(rows, pa.Table) else rows()) for id_, rows in rosters.get(SCHOOL_DIRECTORY, ())
    ]
    sources = load_rosters(engine, rosters, window)
    load_schools(engine, schools)
    cascade = _run(engine, sources, window, costs, decisions, within=True)
    told = build_persons(engine, sources, window, previous, id_key)
    _review(engine, sources)
    placed = [placed_sql(source) for source in sources]
    load_sentences(engine, [*placed, "question"])
    read = {(source.kind.id, id_): count for source in sources for id_, count in source.read.items()}
    persons, members, review = describe(engine, sources, told), _members(engine, sources), engine.fetch(_REVIEW)
    return LinkResult(
        persons=persons,
        members=members,
        review=_with_pair_ids(review, id_key),
        steps=_steps(members, review, sources, cascade),
        kept={SCHOOL_DIRECTORY: schools, **{source.kind.id: source.parts for source in sources}},
        read=read | {(SCHOOL_DIRECTORY, id_): rows.num_rows for id_, rows in schools},
    )


def link_pairs(engine: Engine, left: pa.Table, right: pa.Table, *, costs: LinkCosts) -> tuple[pa.Table, pa.Table]:
    """Link two tables of rows; every left row is taken as a person of its own.

    Returns (links, review), both with left_row, right_row (row_no), step, weight, reason, in the order of right_row.
    Several right rows may go to one left row when they are double entries. Raises E402.
    """
    kinds = [
        (definitions.Kind("left_side", "左", False, False), left),
        (definitions.Kind("right_side", "右", False, False), right),
    ]
    sources = load_kinds(engine, [(kind, [(kind.id, table)]) for kind, table in kinds])
    _run(engine, sources, ALL_AGES, costs, None, within=False)
    engine.step(
        "link",
        """SELECT l.row_no AS left_row, r.row_no AS right_row, m.weight, m.how, m.slip
            FROM mem_right_side m JOIN src_left_side l ON l.rid = m.pid JOIN src_right_side r ON r.rid = m.rid""",
    )
    engine.step(
        "question",
        f"""SELECT l.row_no AS left_row, r.row_no AS right_row, m.weight, {how_sql("m")} AS how, m.slip
            FROM ask_right_side m JOIN src_left_side l ON l.rid = m.pid JOIN src_right_side r ON r.rid = m.rid""",
    )
    load_sentences(engine, ["link", "question"])
    sql = """SELECT t.left_row, t.right_row, s.step, t.weight, s.reason
        FROM {0} t JOIN sentence s ON s.how = t.how AND s.slip = coalesce(t.slip, '') ORDER BY t.right_row, t.left_row"""
    return engine.fetch(sql.format("link")), engine.fetch(sql.format("question"))


def _run(
    engine: Engine,
    sources: Sequence[Source],
    window: LinkWindow,
    costs: LinkCosts,
    decisions: pa.Table | None,
    *,
    within: bool,
) -> Cascade:
    load_decisions(engine, sources, decisions)
    cascade = Cascade(engine, prepare_names(engine, sources, window), costs, window)
    for source in sources:
        cascade.place(source, within=within)
    return cascade


def _review(engine: Engine, sources: Sequence[Source]) -> None:
    """Make `question`: open pairs between two different wanted persons, with the rows that stand for them."""
    asked = " UNION ALL ".join(f"SELECT * FROM ask_{source.kind.id}" for source in sources)
    engine.step("asked_pair", asked)
    engine.step("asked_rid", "SELECT rid FROM asked_pair UNION SELECT frid AS rid FROM asked_pair")
    rows = " UNION ALL ".join(
        f"""SELECT p.rid, p.pid, c.child_id, '{s.kind.id}' AS kind, s.delivery_id, s.row_no, s.row_key
            FROM {placed_sql(s)} p SEMI JOIN asked_rid USING (rid)
            JOIN child c ON c.pid = p.pid JOIN {s.table} s ON s.rid = p.rid"""
        for s in sources
    )
    engine.step("asked_row", rows)
    engine.step(
        "question",
        f"""SELECT l.child_id AS left_child_id, l.kind AS left_kind, l.delivery_id AS left_delivery,
                l.row_no AS left_row_no, l.row_key AS left_key, r.child_id AS right_child_id, r.kind AS right_kind,
                r.delivery_id AS right_delivery, r.row_no AS right_row_no, r.row_key AS right_key,
                a.weight, {how_sql("a")} AS how, a.slip
            FROM asked_pair a JOIN asked_row l ON l.rid = a.rid JOIN asked_row r ON r.rid = a.frid
            WHERE l.pid <> r.pid""",
    )
    engine.drop("asked_pair", "asked_rid", "asked_row", *(f"ask_{source.kind.id}" for source in sources))


def _members(engine: Engine, sources: Sequence[Source]) -> pa.Table:
    """All rows of wanted persons, in the order of child_id, kind, delivery_id, row_no.

    The engine orders numbers only; the texts are put beside them afterwards. What is said in few words, be it in
    millions of rows, comes as a dictionary column.
    """
    kinds = sorted(source.kind.id for source in sources)
    rows = " UNION ALL ".join(
        f"""SELECT c.place, {kinds.index(s.kind.id)} AS kind, p.rid, p.weight, t.step_place, t.reason_place
            FROM {placed_sql(s)} p JOIN child c ON c.pid = p.pid
            JOIN sentence t ON t.how = p.how AND t.slip = coalesce(p.slip, '')"""
        for s in sources
    )
    found = engine.fetch(f"SELECT * FROM ({rows}) ORDER BY place, kind, rid")
    child_ids = engine.fetch("SELECT child_id FROM child ORDER BY place").column("child_id").combine_chunks()
    rids = found.column("rid")
    columns = {
        "child_id": child_ids.take(found.column("place")),
        "kind": pa.DictionaryArray.from_arrays(
            found.column("kind").cast(pa.int32()).combine_chunks(), pa.array(kinds, pa.string())
        ),
        **{
            name: column_of_all(sources, name).combine_chunks().take(rids)
            for name in ("delivery_id", "row_no", "row_key")
        },
        "step": spoken(engine, found.column("step_place"), "step"),
        "weight": found.column("weight"),
        "reason": spoken(engine, found.column("reason_place"), "reason"),
    }
    return pa.table(columns)


def plain_batches(table: pa.Table) -> pa.RecordBatchReader:
    """The table, batch by batch, with text columns in place of dictionary columns, but for `reason`, which is
    published as one."""
    few = [column.name for column in table.schema if pa.types.is_dictionary(column.type) and column.name != "reason"]
    schema = pa.schema([pa.field(one.name, pa.string()) if one.name in few else one for one in table.schema])
    batches = (batch.cast(schema) for batch in table.to_batches(max_chunksize=_BATCH))
    return pa.RecordBatchReader.from_batches(schema, batches)


def _with_pair_ids(review: pa.Table, id_key: bytes) -> pa.Table:
    """Name each question; the same two row keys are asked about once."""
    keys = zip(review.column("left_key").to_pylist(), review.column("right_key").to_pylist(), strict=True)
    names = [pair_id(left, right, id_key) for left, right in keys]
    seen: set[str] = set()
    first = [name not in seen and not seen.add(name) for name in names]  # type: ignore[func-returns-value]
    named = review.add_column(0, "pair_id", pa.array(names, pa.string()))
    return named.filter(pa.array(first, pa.bool_()))


def _steps(members: pa.Table, review: pa.Table, sources: Sequence[Source], cascade: Cascade) -> pa.Table:
    known = _count_alike(members["step"], members["kind"])
    known.update(_count_alike(review["step"], review["left_kind"]))
    rows = [
        {
            "step": step.id,
            "name": step.name,
            "kind": s.kind.id,
            "links": known[step.id, s.kind.id],
            "capped": cascade.capped[s.kind.id],
        }
        for step in definitions.steps().values()
        for s in sources
        if (step.id, s.kind.id) in known
    ]
    schema = pa.schema(
        [
            ("step", pa.string()),
            ("name", pa.string()),
            ("kind", pa.string()),
            ("links", pa.int64()),
            ("capped", pa.int64()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def _count_alike(steps: pa.ChunkedArray, kinds: pa.ChunkedArray) -> Counter[tuple[str, str]]:
    """How often a step and a kind stand side by side."""
    step, kind = (one.dictionary_encode().combine_chunks() for one in (steps, kinds))
    width = len(kind.dictionary)
    found = pc.value_counts(pc.add(pc.multiply(step.indices, width), kind.indices))
    pairs = [divmod(code, width) for code in found.field("values").to_pylist()]
    names = [(step.dictionary[one].as_py(), kind.dictionary[other].as_py()) for one, other in pairs]
    return Counter(dict(zip(names, found.field("counts").to_pylist(), strict=True)))


_REVIEW = """
    SELECT q.left_child_id, q.left_kind, q.left_delivery, q.left_row_no, q.left_key, q.right_child_id, q.right_kind,
        q.right_delivery, q.right_row_no, q.right_key, t.step, q.weight, t.reason, t.fits AS "for", t.differs AS against
    FROM question q JOIN sentence t ON t.how = q.how AND t.slip = coalesce(q.slip, '')
    ORDER BY q.left_kind, q.left_delivery, q.left_row_no, q.weight DESC, q.right_child_id, q.right_key"""
