"""Numbers of identity documents: recognised by shape, never repaired unless GB 11643 guards them. All invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common import documents, resident_id
from notoneless.common.documents import recognise


def number(first17: str) -> str:
    return first17 + resident_id.check_digit(first17)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (number("37132120140506026"), "resident_id"),
        ("371321140506026", "resident_id"),
        (number("81000020140506026"), "residence_permit"),
        (number("83000020140506026"), "residence_permit"),
        (number("93784020100502122"), "foreign_residence"),
        ("USA110012345678", "foreign_residence"),
        (number("37132120140506026") + "43", "disability_cert"),
        ("G" + number("37132120140506026"), "student_no"),
        ("L371321201405060260", "student_no"),
        ("H12345670", "hk_macao_permit"),
        ("m12345670 01", "hk_macao_permit"),
        ("12345670", "taiwan_permit"),
        ("1234567001(B)", "taiwan_permit"),
        ("E12345670", "chinese_passport"),
        ("EA1234567", "chinese_passport"),
        ("G12345670", "chinese_passport"),
        ("Ｓ370123456", "birth_certificate"),
        ("AB1234567", "foreign_passport"),
        (number("37132120140506026")[:17], ""),
        ("37132120140506026", ""),
        ("无", ""),
        ("1234", ""),
        ("", ""),
        ("岸堤镇", ""),
    ],
)
def test_what_is_recognised(text: str, kind: str) -> None:
    found = recognise(text)
    assert found.kind == kind
    assert found.name == documents.KIND_NAMES.get(kind, "")


@given(st.text("0123456789XGLJHMEAB（）() 无", max_size=22))
def test_other_documents_are_never_repaired(text: str) -> None:
    found = recognise(text)
    assert found.kind in ("", *documents.KIND_NAMES)
    if not found.repairable:
        assert resident_id.repairs(text) == [] or found.kind in ("student_no", "disability_cert")


@pytest.mark.parametrize("letter", ["L", "J"])
def test_a_temporary_student_number_holds_no_id(letter: str) -> None:
    assert resident_id.repairs(letter + number("37132120140506026")) == []
    assert resident_id.repairs("G" + number("37132120140506026")) == [number("37132120140506026")]


@given(st.from_regex(r"[HM]\d{8}|E\d{8}|[A-Z]\d{9}", fullmatch=True))
def test_no_representation_carries_the_number(text: str) -> None:
    assert text[2:-2] not in repr(recognise(text))
