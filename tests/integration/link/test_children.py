"""What a sweep writes of its children: everything once, afterwards only what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import IntegrityError, connection, transaction
from tests.lib import cast as c

from notoneless.common import keyring as rings
from notoneless.common import names
from notoneless.common.keyring import KeyRing
from notoneless.link.records import children
from notoneless.link.records.actions import record_children, record_merged
from notoneless.link.records.models import Child
from notoneless.org import sealed
from notoneless.org.keys import keyring
from notoneless.trail import many_rows
from notoneless.trail.many_rows import insert_rows

pytestmark = pytest.mark.django_db

ID_NO = "371321201109300018"
FLAGS = sorted(children.FLAGS.values())
XIAOHUA: dict[str, Any] = {
    "child_id": "C00000000001", "name": "单小花", "sex": "2", "dob": dt.date(2011, 9, 30), "id_no": ID_NO,
    "id_state": "valid", "nation": "汉族", "place_code": c.VILLAGE, "school_code": c.SCHOOL,
    "school_name": "岸堤镇中心小学", "grade": "5", "class_no": "2班", "guardian_name": "单大山",
    "guardian_phone": "13800005678", **dict.fromkeys(FLAGS, True),
}  # fmt: skip
UNKNOWN = {"child_id": "C00000000002", "name": "王五", "id_state": "missing", "place_code": c.VILLAGE}
"""Of this child the lists say next to nothing."""
QIANG = XIAOHUA | {"child_id": "C00000000003", "name": "张强"}
EARLIER = {"S1": "S2", "S2": "S2"}
"""As the third sweep sees them: S2 was the current one until now."""


def persons(*rows: Mapping[str, Any]) -> pa.Table:
    schema = pa.schema(
        [(name, pa.date32() if name == "dob" else pa.bool_() if name in FLAGS else pa.string()) for name in XIAOHUA]
    )
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)


def sweep(
    number: int, *rows: Mapping[str, Any], region: str = c.COUNTY, earlier: Mapping[str, str] | None = None
) -> None:
    """The sweep S<number>, before which every earlier one was current in its turn."""
    latest = f"S{number - 1}"
    before = {f"S{n}": latest for n in range(1, number)} if earlier is None else earlier
    record_children(persons=persons(*rows), sweep_id=f"S{number}", region=region, earlier=before)


def stored(*columns: str) -> list[tuple[Any, ...]]:
    """The table as it lies in the database, sealed values sealed; all columns or these."""
    wanted = ", ".join(columns or [field.column for field in Child._meta.concrete_fields])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {wanted} FROM link_child ORDER BY id")
        rows = cursor.fetchall()
    return [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]


def test_every_value_arrives() -> None:
    sweep(1, XIAOHUA, UNKNOWN)
    known, unknown = Child.objects.order_by("pk")
    for field in ("name", "sex", "id_no", *children.TEXTS, "place_code", "school_code", "guardian_phone"):
        assert getattr(known, field) == XIAOHUA[field]
        assert getattr(unknown, field) == {"sex": "0"}.get(field, UNKNOWN.get(field, ""))
    assert all(getattr(known, flag) and not getattr(unknown, flag) for flag in children.FLAGS)
    assert (known.initials, unknown.initials) == ("SXH", "WW")
    assert (known.birth_date, unknown.birth_date) == (XIAOHUA["dob"], None)
    assert (known.first_sweep, known.last_sweep, known.gone, known.merged_into) == ("S1", "S1", False, None)


def test_numbers_are_sealed_to_their_row_and_found_by_hash() -> None:
    sweep(1, XIAOHUA, QIANG, UNKNOWN)
    sealed_ones = [bytes(value) for row in stored("id_no", "guardian_phone") for value in row]
    assert len(set(sealed_ones)) == 5, "four sealed values, each its own, and nothing twice"
    assert all(ID_NO.encode() not in value and b"13800005678" not in value for value in sealed_ones)
    assert Child.objects.filter(id_index=sealed.index(ID_NO, "id_no")).count() == 2
    assert Child.objects.filter(phone_index=sealed.index("138 0000 5678", "phone")).count() == 2
    assert Child.objects.get(pk="C00000000002").id_index == ""


def test_the_same_children_again_are_not_touched() -> None:
    sweep(1, XIAOHUA, UNKNOWN)
    before = stored()
    sweep(2, XIAOHUA, UNKNOWN)
    sweep(3, UNKNOWN, XIAOHUA)
    assert stored() == before


@pytest.mark.parametrize("field", [name for name in XIAOHUA if name != "child_id"])
def test_any_changed_value_is_written_and_only_that_child(field: str) -> None:
    given: Any = {"dob": dt.date(2011, 9, 29), "sex": "1", "place_code": c.TOWN}
    after = XIAOHUA | {field: False if field in FLAGS else given.get(field, "另一个")}
    sweep(1, XIAOHUA, QIANG)
    other = stored()[1]
    sweep(2, after, QIANG)
    assert stored("id", "first_sweep", "last_sweep")[0] == ("C00000000001", "S1", "S2")
    assert stored()[1] == other
    updated = Child.objects.get(pk="C00000000001")
    Child.objects.all().delete()
    sweep(2, after)
    fresh = Child.objects.get()
    columns = [one.name for one in Child._meta.concrete_fields if one.name != "first_sweep"]
    assert [getattr(updated, name) for name in columns] == [getattr(fresh, name) for name in columns]


def test_a_value_that_two_fields_could_share_is_no_tie() -> None:
    """班 1 of 年级 11 is not 班 11 of 年级 1."""
    sweep(1, XIAOHUA | {"grade": "1", "class_no": "11"})
    sweep(2, XIAOHUA | {"grade": "11", "class_no": "1"})
    assert stored("grade", "class_no") == [("11", "1")]


def test_a_child_who_is_gone_remembers_the_last_sweep_that_saw_it() -> None:
    sweep(1, XIAOHUA, QIANG)
    sweep(2, XIAOHUA, QIANG)
    sweep(3, XIAOHUA)
    sweep(4, XIAOHUA)
    assert stored("id", "gone", "last_sweep") == [("C00000000001", False, "S1"), ("C00000000003", True, "S2")]


def test_a_child_who_comes_back_is_there_again_with_its_first_sweep() -> None:
    sweep(1, XIAOHUA, QIANG)
    sweep(2, XIAOHUA)
    record_merged(merged={"C00000000003": "C00000000001"})
    assert stored("gone", "merged_into_id")[1] == (True, "C00000000001")
    sweep(3, XIAOHUA, QIANG)
    found = stored("gone", "merged_into_id", "first_sweep", "last_sweep")[1]
    assert found == (False, None, "S1", "S3")


def test_another_region_takes_a_child_over_and_leaves_the_others() -> None:
    sweep(1, XIAOHUA, QIANG)
    record_children(persons=persons(XIAOHUA), sweep_id="N1", region=c.FOREIGN_COUNTY, earlier={})
    assert stored("last_sweep", "gone") == [("N1", False), ("S1", False)]
    sweep(2, QIANG)
    assert stored("last_sweep", "gone") == [("N1", False), ("S1", False)], "not ours any more"
    sweep(3, XIAOHUA, QIANG)
    assert stored("last_sweep", "gone") == [("S3", False), ("S1", False)]


def test_a_city_marks_gone_whom_the_sweep_of_a_county_saw_last() -> None:
    sweep(1, XIAOHUA, QIANG)
    sweep(2, XIAOHUA, QIANG)
    city = {"S1": "S2", "S2": "S2", "T0": "T0"}
    record_children(persons=persons(XIAOHUA), sweep_id="T1", region="371300000000", earlier=city)
    assert stored("last_sweep", "gone") == [("T1", False), ("S2", True)]


def test_a_sweep_of_nobody_marks_all_gone() -> None:
    sweep(1, XIAOHUA)
    sweep(2)
    assert stored("gone") == [(True,)]


def test_new_pinyin_is_written_with_the_next_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(1, XIAOHUA)
    monkeypatch.setattr(names, "initials", lambda _name: "DXH")
    sweep(2, XIAOHUA)
    assert stored("initials", "last_sweep") == [("DXH", "S2")]


def test_a_new_form_or_new_keys_write_every_child_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sweep(1, XIAOHUA)
    monkeypatch.setattr(children, "FORM", children.FORM + 1)
    sweep(2, XIAOHUA)
    assert stored("last_sweep") == [("S2",)]
    path = tmp_path / "ring.json"
    path.write_bytes(_ring_of(keyring()))
    path.chmod(0o600)
    for search in (False, True):
        before = stored("id_index", "last_sweep")
        ring = rings.rotate(path, search=search)
        for module in (children, sealed):
            monkeypatch.setattr(module, "keyring", lambda ring=ring: ring)
        sweep(3 + search, XIAOHUA)
        after = stored("id_index", "last_sweep")
        assert after[0][1] == f"S{3 + search}"
        assert (after[0][0] != before[0][0]) is search
        assert Child.objects.get().id_no == ID_NO


def _ring_of(ring: KeyRing) -> bytes:
    return rings._to_json([*ring._secrets.values()], ring._seal_with, ring._index_with).encode()


def test_how_columns_are_worked_out_is_pinned() -> None:
    """When this fails because a column is now worked out otherwise, count up `children.FORM` and renew the lines."""
    sweep(1, XIAOHUA | {"id_no": " 371321110930001", "guardian_phone": "138-0000-5678"})
    ((initials, id_index, id_tail, phone_index),) = stored("initials", "id_index", "id_tail", "phone_index")
    assert children.FORM == 2
    assert initials == "SXH"
    assert id_index == keyring().index("371321191109300013", "id_no")
    assert id_tail == keyring().index("0013", "id_tail")
    assert phone_index == keyring().index("138-0000-5678", "phone")


def test_the_search_indexes_are_there_after_the_first_sweep_and_after_a_failed_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = _indexes()
    assert {"child_place", "child_name", "child_initials", "child_id_index"} <= before
    with pytest.raises(RuntimeError), transaction.atomic():
        _fail_while(monkeypatch, lambda: sweep(1, XIAOHUA))
    assert (_indexes(), stored()) == (before, [])
    sweep(1, XIAOHUA)
    assert _indexes() == before


def _fail_while(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("pulled the plug")

    with monkeypatch.context() as patch:
        patch.setattr(many_rows, "_run" if connection.vendor == "sqlite" else "_copy", fail)
        act()


def _indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "link_child"))


def test_a_child_twice_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sweep(1, XIAOHUA, XIAOHUA)


def test_a_row_with_a_value_missing_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Child, ["id", "name"], [("C1", None)])


def test_whoever_hears_the_progress_may_write_to_the_database() -> None:
    """A job writes its progress down; within PostgreSQL's COPY that waited for itself for ever."""
    heard: list[int] = []

    def hear(_stage: str, done: int, _total: int) -> None:
        Child.objects.filter(pk="nobody").update(gone=True)
        heard.append(done)

    record_children(persons=persons(XIAOHUA, QIANG), sweep_id="S1", region=c.COUNTY, earlier={}, progress=hear)
    assert heard[-1] == 2
    assert Child.objects.count() == 2


def test_progress_ends_at_the_number_written() -> None:
    told: list[tuple[str, int, int]] = []
    record_children(
        persons=persons(XIAOHUA, QIANG), sweep_id="S1", region=c.COUNTY, earlier={},
        progress=lambda *what: told.append(what),
    )  # fmt: skip
    assert told[-1] == ("登记孩子档案", 2, 2)
