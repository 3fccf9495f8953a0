"""The sealed column: unreadable in the table, bound to its row, searched by hash (abuses 6, 7, 19; I9)."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError
from django.db import connection, transaction
from tests.lib.cast import TOWN

from notoneless.common.errors import Fault
from notoneless.common.resident_id import parse
from notoneless.link.records.models import Child
from notoneless.org.sealed import ID_PURPOSE, Sealed, SealedTextField, index, indexes

pytestmark = pytest.mark.django_db

# Invented: born on a 30th of the region 371321, check characters right.
ID_NO = "371321201109300018"
PHONE = "13800005678"


def child(id: str = "C00000000001", **values: object) -> Child:
    fields = {"name": "张小花", "place_code": TOWN, "id_no": ID_NO, "guardian_phone": PHONE}
    return Child(id=id, first_sweep="S1", last_sweep="S1", **(fields | values))


def raw(id: str, column: str = "id_no") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM link_child WHERE id = %s", [id])
        return bytes(cursor.fetchone()[0])


def test_saved_and_read_back() -> None:
    child().save()
    found = Child.objects.get(pk="C00000000001")
    assert isinstance(found.__dict__["id_no"], Sealed)  # not opened until asked for
    assert (found.id_no, found.guardian_phone) == (ID_NO, PHONE)
    assert found.__dict__["id_no"] == ID_NO


def test_the_table_shows_nothing() -> None:
    child().save()
    assert ID_NO.encode() not in raw("C00000000001")
    child("C00000000002").save()
    assert raw("C00000000001") != raw("C00000000002")


def test_saving_again_without_opening_keeps_the_value() -> None:
    child().save()
    before = raw("C00000000001")
    found = Child.objects.get(pk="C00000000001")
    found.name = "张晓花"
    found.save()
    assert raw("C00000000001") == before
    found.id_no = "371321201109300026"
    found.save(update_fields=["id_no"])
    assert Child.objects.get(pk="C00000000001").id_no == "371321201109300026"


def test_empty_stays_empty_and_unknown_to_no_one() -> None:
    child(id_no="").save()
    assert raw("C00000000001") == b""
    found = Child.objects.get(pk="C00000000001")
    assert found.id_no == ""
    found.save()
    assert Child(id="x").id_no == ""


@pytest.mark.parametrize("column", ["id_no", "guardian_phone"])
def test_a_value_swapped_between_rows_or_columns_does_not_open(column: str) -> None:
    child("C00000000001").save()
    child("C00000000002").save()
    stolen = raw("C00000000001", "id_no")
    target = "C00000000002" if column == "id_no" else "C00000000001"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE link_child SET {column} = %s WHERE id = %s", [stolen, target])
    with pytest.raises(Fault) as caught:
        getattr(Child.objects.get(pk=target), column)
    assert caught.value.code == "E023"


def test_bulk_create_and_upsert_seal_too() -> None:
    Child.objects.bulk_create([child(f"C0000000000{n}") for n in range(3)])
    Child.objects.bulk_create(
        [child("C00000000001", guardian_phone="13900001111")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["guardian_phone"],
    )
    assert Child.objects.get(pk="C00000000001").guardian_phone == "13900001111"
    assert Child.objects.get(pk="C00000000002").guardian_phone == PHONE


def test_ways_around_the_row_are_refused() -> None:
    child().save()
    ways = [
        lambda: Child.objects.update(id_no=ID_NO),
        lambda: Child.objects.bulk_update([child()], ["id_no"]),
        lambda: child(id=None).save(),
    ]
    for lookup in ("id_no", "id_no__contains", "id_no__startswith", "id_no__in", "id_no__regex"):
        ways.append(lambda lookup=lookup: Child.objects.filter(**{lookup: ID_NO}).exists())
    for way in ways:
        with pytest.raises(FieldError), transaction.atomic():
            way()


def test_only_absence_can_be_asked() -> None:
    child().save()
    assert Child.objects.filter(id_no__isnull=False).count() == 1


def test_deferred_and_refreshed_values_open() -> None:
    child().save()
    found = Child.objects.defer("id_no").get(pk="C00000000001")
    assert "id_no" not in found.__dict__
    assert found.id_no == ID_NO
    found.id_no = "changed"
    found.refresh_from_db()
    assert found.id_no == ID_NO
    assert bytes(Child.objects.values_list("id_no", flat=True).get()) == raw("C00000000001")


def test_search_hash_normalises_the_number_first() -> None:
    # 15 digits, lower case and blanks all find the same person.
    old, new = "371321110930001", index("371321191109300016", ID_PURPOSE)
    spellings = [old, " 371321 11093 0001 "]
    assert len(new) == 32
    assert {index(text, ID_PURPOSE) for text in spellings} == {index(old, ID_PURPOSE)}
    assert index("37132120110930003x", ID_PURPOSE) == index("37132120110930003X", ID_PURPOSE)
    assert index("", ID_PURPOSE) == ""
    assert indexes("", "phone") == []
    assert indexes(PHONE, "phone") == [index("138 0000 5678", "phone")]
    assert index(PHONE, "phone") != index(PHONE, ID_PURPOSE)


def test_fifteen_digits_and_eighteen_meet() -> None:
    upgraded = parse("371321110930001")
    assert upgraded.upgraded
    assert index("371321110930001", ID_PURPOSE) == index(upgraded.value, ID_PURPOSE)


def test_the_field_describes_itself_for_migrations_and_dumps() -> None:
    _name, path, args, kwargs = SealedTextField(blank=True).deconstruct()
    assert (path, args, kwargs) == ("notoneless.org.sealed.SealedTextField", [], {"blank": True})
    field = Child._meta.get_field("id_no")
    assert field.check() == []
    dumped = field.value_to_string(child())
    assert ID_NO not in dumped
    assert bytes.fromhex(dumped)
    assert field.value_to_string(child(id_no="")) == ""
    assert Child.id_no is not None
