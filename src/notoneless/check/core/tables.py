"""The tables that check SQL reads: one per roster kind, ``child``, facts, policy tables, shared tables.

``child_id`` is a number in all of them: the child's place among the persons given. Numbers join and group in half the
time that ids take; ``running`` puts the ids back.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core.calendar import Calendar
from notoneless.check.core.columns import MEMBER, PERSON, alike, columns_read, conform
from notoneless.check.core.definitions import load_shared_tables
from notoneless.check.core.facts import complete_facts
from notoneless.check.core.lists import Lists
from notoneless.check.core.literals import Value, fill
from notoneless.engine import Engine
from notoneless.policy import Pack, Places, code_range
from notoneless.policy.places import town_of

POLICY_TABLES = ("school_stages", "aid_items", "aid_categories", "aid_schemes", "outcomes", "placements")
CODE_TABLES = ("disability_kind", "disability_level")
_ARROW = {"text": pa.string(), "int": pa.int64(), "date": pa.date32(), "bool": pa.bool_()}

# Who looks after a child: the place of its address when that lies in the region, else the place of its school, else
# the region itself. So a pupil from another county, or one without an address, is never out of everybody's sight.
_PLACED = """
SELECT p.*, coalesce(nullif(c.addr_code, ''), n.addr_code) AS school_place,
       CASE WHEN p.place_code >= :region_low AND p.place_code < :region_high THEN p.place_from
            WHEN coalesce(nullif(c.addr_code, ''), n.addr_code) >= :region_low
                 AND coalesce(nullif(c.addr_code, ''), n.addr_code) < :region_high THEN 'school_directory'
            ELSE 'region' END AS home_from
FROM person_in AS p
LEFT JOIN (SELECT school_code, min(addr_code) AS addr_code FROM school_directory GROUP BY school_code) AS c
       ON c.school_code = p.school_code
LEFT JOIN (SELECT school_name, min(addr_code) AS addr_code FROM school_directory GROUP BY school_name) AS n
       ON n.school_name = p.school_name
"""

_HOME = """
SELECT p.*, CASE p.home_from WHEN 'school_directory' THEN p.school_place WHEN 'region' THEN :region
                             ELSE p.place_code END AS home_code
FROM ({placed}) AS p
"""

_CHILD = """
SELECT p.child_id, p.name, p.sex, p.dob, p.id_no, p.id_state, p.home_code AS place_code, p.home_from AS place_from,
       p.school_code, p.school_name, p.grade, coalesce(h.town_code, i.town_code, :region) AS township_code,
       coalesce(nullif(v.label, ''), nullif(t.label, ''), '（住址不详）') AS place_name,
       (extract(YEAR FROM :as_of) - extract(YEAR FROM p.dob))
           - CASE WHEN extract(MONTH FROM p.dob) * 100 + extract(DAY FROM p.dob)
                       > extract(MONTH FROM :as_of) * 100 + extract(DAY FROM :as_of) THEN 1 ELSE 0 END AS age,
       p.dob > :school_born_after AND p.dob <= :school_born_by AS school_age,
       p.dob > :school_born_by AND p.dob <= :preschool_born_by AS preschool_age,
       l.child_id IS NOT NULL AS left_behind
FROM ({home}) AS p
LEFT JOIN place AS v ON v.code = p.place_code
LEFT JOIN place AS t ON t.code = substr(p.place_code, 1, 9) || '000'
LEFT JOIN place AS h ON h.code = p.home_code
LEFT JOIN place AS i ON i.code = substr(p.home_code, 1, 9) || '000'
LEFT JOIN (SELECT child_id FROM school_roll WHERE left_behind = '1'
           UNION SELECT child_id FROM doorstep WHERE left_behind = '1') AS l ON l.child_id = p.child_id
"""

_KIND = """
SELECT m.child_id, r.delivery_number, d.list_date, {columns}
FROM rows_in AS r
INNER JOIN delivery AS d ON d.number = r.delivery_number
INNER JOIN members_in AS m ON m.delivery_number = r.delivery_number AND m.row_no = r.row_no
"""

_ROW_OF_CHILD = {"child_id": pa.int32(), "delivery_number": pa.int32(), "list_date": pa.date32()}

_PENDING = """
SELECT right_child_id AS child_id, left_kind AS kind FROM review_in
UNION
SELECT l.child_id, r.kind
FROM review_in AS v
INNER JOIN delivery AS d ON d.kind = v.left_kind AND d.delivery_id = v.left_delivery
INNER JOIN member AS l ON l.delivery_number = d.number AND l.row_no = v.left_row_no
INNER JOIN member AS r ON r.child_id = v.right_child_id
WHERE l.child_id <> v.right_child_id
"""

_REVIEW = {
    "left_kind": pa.string(),
    "left_delivery": pa.string(),
    "left_row_no": pa.int32(),
    "right_child_id": pa.string(),
}


def load_tables(
    engine: Engine,
    lists: Lists,
    *,
    persons: pa.Table,
    members: pa.Table,
    review: pa.Table,
    facts: Mapping[str, pa.Table] | None,
    pack: Pack,
    calendar: Calendar,
) -> dict[str, Value]:
    """Fill the engine with everything check SQL may name; returns the values of its common ``:parameters``."""
    ids = persons["child_id"]
    numbered = _load_members(engine, lists, members, ids)
    _load_kinds(engine, lists, numbered)
    _load_children(engine, persons, calendar, pack.region)
    doubts = conform(review, _REVIEW)
    engine.load("review_in", _with_numbers(doubts, "right_child_id", ids))
    engine.step("pending", _PENDING)
    for name, table in complete_facts(facts).items():
        engine.load(name, _with_numbers(table, "child_id", ids))
    values = _values(engine, lists, pack, calendar)
    _load_policy(engine, pack, calendar.aid_day(str(values["aid_term"])))
    for shared in load_shared_tables():
        engine.step(shared.id, fill(shared.sql, values, shared.id))
    return values


def let_go(engine: Engine, *readers: str) -> None:
    """Forget the lists and shared tables that none of these SQL texts names, so that memory does not pile up."""
    named = set(re.findall(r"[a-z_]+", " ".join(readers)))
    engine.drop(*((set(columns_read()) | {shared.id for shared in load_shared_tables()}) - named))


def _with_numbers(table: pa.Table, column: str, ids: pa.ChunkedArray) -> pa.Table:
    """Child ids replaced by their places in ``ids``; NULL for a child that is none of these persons."""
    places = pc.index_in(table[column], value_set=ids.combine_chunks())
    return table.set_column(table.schema.get_field_index(column), column, places)


def _load_members(engine: Engine, lists: Lists, members: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """Load ``delivery`` (number, kind, delivery_id, list_date) and ``member`` (child_id, kind, delivery_number, row_no);
    returns the latter."""
    rows = [
        {"number": n, "kind": kind, "delivery_id": id_, "list_date": day} for n, kind, id_, day, _ in lists.numbered()
    ]
    shape = pa.schema(
        [("number", pa.int32()), ("kind", pa.string()), ("delivery_id", pa.string()), ("list_date", pa.date32())]
    )
    engine.load("delivery", pa.Table.from_pylist(rows, schema=shape))
    plain = conform(members, dict(zip(MEMBER.names, MEMBER.types, strict=True)))
    few = plain["delivery_id"].dictionary_encode().combine_chunks()
    known = pc.index_in(few.dictionary, value_set=pa.array([row["delivery_id"] for row in rows], pa.string()))
    numbered = _with_numbers(plain.drop_columns("delivery_id"), "child_id", ids)
    numbered = numbered.append_column("delivery_number", known.take(few.indices))
    engine.load("member", numbered)
    return numbered


def _load_kinds(engine: Engine, lists: Lists, members: pa.Table) -> None:
    deliveries = list(lists.numbered())
    kinds = members["kind"].dictionary_encode().combine_chunks()
    place = {kind: number for number, kind in enumerate(kinds.dictionary.to_pylist())}
    told = members.select(["child_id", "delivery_number", "row_no"])
    for kind, columns in columns_read().items():
        parts = [_numbered(conform(table, columns), number) for number, its, _, _, table in deliveries if its == kind]
        parts = alike(parts)
        if not parts:
            engine.load(kind, conform(pa.table({}), {**_ROW_OF_CHILD, **columns}))
            continue
        engine.load("rows_in", pa.concat_tables(parts))
        engine.load("members_in", told.filter(pc.equal(kinds.indices, place.get(kind, -1))))
        engine.step(kind, _kind_sql(kind, columns))
        engine.drop("rows_in", "members_in")


def _kind_sql(kind: str, columns: Mapping[str, pa.DataType]) -> str:
    """Rows of persons belong to a child through its members; the school directory stands for itself."""
    listed = ", ".join(f"r.{name}" for name in columns)
    if kind == "school_directory":
        return f"SELECT {listed} FROM rows_in AS r"
    return _KIND.format(columns=listed)


def _numbered(table: pa.Table, number: int) -> pa.Table:
    return table.append_column("delivery_number", pa.repeat(pa.scalar(number, pa.int32()), table.num_rows))


def _load_children(engine: Engine, persons: pa.Table, calendar: Calendar, region: str) -> None:
    engine.load("place", _place_table())
    people = conform(persons, dict(zip(PERSON.names, PERSON.types, strict=True)))
    numbers = pa.arange(0, people.num_rows).cast(pa.int32())
    engine.load("person_in", people.set_column(0, "child_id", numbers))
    low, high = code_range(region) if region else ("", "~")
    values = {**calendar.values(), "region": region, "region_low": low, "region_high": high}
    sql = _CHILD.format(home=_HOME.format(placed=_PLACED))
    engine.step("child", fill(sql, values, "child"))
    engine.drop("person_in")


@functools.cache
def _place_table() -> pa.Table:
    places = Places.load()
    rows = [{"code": one.code, "town_code": town_of(one.code), "label": places.label(one.code)} for one in places]
    shape = pa.schema([("code", pa.string()), ("town_code", pa.string()), ("label", pa.string())])
    return pa.Table.from_pylist(rows, schema=shape)


def _values(engine: Engine, lists: Lists, pack: Pack, calendar: Calendar) -> dict[str, Value]:
    """The parameters that every check may use, next to its own."""
    terms = [
        str(term) for term in engine.fetch("SELECT DISTINCT term FROM aid_paid").column("term").to_pylist() if term
    ]
    aid_term = calendar.aid_term(terms)
    places = Places.load()
    city = next((one.name for one in places.ancestors(pack.region) if one.level == "city"), "") if pack.region else ""
    return {
        **calendar.values(),
        "aid_term": aid_term,
        "grade_shift": calendar.grade_shift(aid_term),
        "region_name": pack.region_name,
        "city_name": city,
        **{f"list_{kind}": lists.label(kind) for kind in columns_read()},
        **{f"has_{kind}": lists.has(kind) for kind in columns_read()},
    }


def _load_policy(engine: Engine, pack: Pack, aid_day: object) -> None:
    """Aid tables hold what was in force when the checked term began; the others what is in force now."""
    for name in POLICY_TABLES:
        table = pack.full_table(name)
        day = aid_day if name.startswith("aid_") else pack.as_of
        shape = pa.schema([(column, _ARROW[kind]) for column, kind in table.columns.items()])
        engine.load(f"policy_{name}", pa.Table.from_pylist(pack.table(name, on=day), schema=shape))  # type: ignore[arg-type]
    for name in CODE_TABLES:
        codes = pack.code_list(name)
        engine.load(f"code_{name}", pa.table({"code": list(codes), "name": list(codes.values())}))
