"""Student numbers and disability certificate numbers. All numbers are invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notoneless.common import disability_cert, student_no

ID = "371321201005021227"


@pytest.mark.parametrize(
    ("text", "state", "code"),
    [
        ("G" + ID, "valid", ""),
        ("l371321201005021226", "valid", ""),
        ("J371321201005020001", "valid", ""),
        ("", "missing", "E120"),
        ("无", "placeholder", "E120"),
        (ID, "bad_letter", "E121"),
        ("A" + ID, "bad_letter", "E121"),
        ("G" + ID[:17], "bad_length", "E122"),
        ("98765", "bad_length", "E122"),
        ("G3713**********1227", "bad_chars", "E123"),
        ("3.71321E+17", "damaged", "E124"),
    ],
)
def test_student_no(text: str, state: str, code: str) -> None:
    found = student_no.parse(text)
    assert (found.state, found.problem_code) == (state, code)


def test_what_a_student_number_says() -> None:
    found = student_no.parse(f" g{ID}\t")
    assert (found.value, found.kind, found.resident_id) == ("G" + ID, "G", ID)
    assert found.masked == "G3713**********1227"
    assert student_no.parse("L" + ID).resident_id == ""
    assert student_no.parse("G" + ID[:17] + "8").resident_id == ""
    assert student_no.parse("无").masked == "无"


@pytest.mark.parametrize(
    ("text", "state", "code"),
    [
        (ID + "43", "valid", ""),
        (ID + "43B1", "valid", ""),
        ("", "missing", "E130"),
        ("未办", "placeholder", "E130"),
        (ID[:17] + "843", "bad_id", "E131"),
        (ID + "83", "bad_kind", "E132"),
        (ID + "45", "bad_level", "E133"),
        (ID, "bad_length", "E134"),
        (ID + "4B", "bad_chars", "E135"),
        ("二级", "bad_chars", "E135"),
        ("3.71321E+19", "damaged", "E136"),
        (ID[:15] + "00000", "damaged", "E136"),
        (ID[:15] + "00043", "damaged", "E136"),
    ],
)
def test_disability_cert(text: str, state: str, code: str) -> None:
    found = disability_cert.parse(text)
    assert (found.state, found.problem_code) == (state, code)


def test_what_a_certificate_says() -> None:
    found = disability_cert.parse(ID + "43b2")
    assert (found.value, found.kind, found.level) == (ID + "43B2", "4", "3")
    assert found.resident is not None
    assert found.resident.value == ID
    assert found.masked == "3713" + "*" * 18
    assert disability_cert.parse("无").masked == "无"


@given(st.text(max_size=24))
def test_nothing_makes_them_raise(text: str) -> None:
    assert student_no.parse(text).state in student_no.STATES
    assert disability_cert.parse(text).state in disability_cert.STATES


@given(st.text(alphabet="0123456789XGLJB", max_size=24))
def test_no_representation_carries_the_birth_digits(text: str) -> None:
    for found in (student_no.parse("G" + ID), disability_cert.parse(ID + "43")):
        assert ID[6:14] not in repr(found) + found.masked
    assert len(student_no.parse(text).masked.replace("*", "")) <= 9 or student_no.parse(text).state == "placeholder"
