"""The ID cell of a row: which document it holds, and what is kept of it. All numbers are invented."""

import pytest

from notoneless.common import resident_id
from notoneless.roster.core.definitions import Column
from notoneless.roster.core.normalise import day
from notoneless.roster.core.people import judge_identity

ID = "37132120140506026" + resident_id.check_digit("37132120140506026")
COLUMN = Column(id="id_no", name="身份证号")


@pytest.mark.parametrize(
    ("cell", "state", "value", "code"),
    [
        (ID, "valid", ID, None),
        ("G" + ID, "valid", ID, "E322"),
        (ID + "43", "valid", ID, "E111"),
        (ID + "43B1", "valid", ID, "E111"),
        ("H12345670", "bad_chars", "H12345670", "E110"),
        ("e12345670", "bad_chars", "E12345670", "E110"),
        ("12345670", "bad_length", "12345670", "E110"),
        ("L" + ID, "bad_chars", "L" + ID, "E110"),
        (ID[:17], "bad_length", ID[:17], "E104"),
        ("3713212014O506O260", "bad_chars", "3713212014O506O260", "E105"),
        ("无", "placeholder", "", "E103"),
    ],
)
def test_what_the_cell_holds(cell: str, state: str, value: str, code: str | None) -> None:
    found, issue = judge_identity(cell, COLUMN)
    assert (found.state, found.value, issue and issue.code) == (state, value, code)
    assert issue is None or ID not in str(issue.values)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("农历2011年正月初一", "2011-02-03", "E207"),
        ("2011年腊月三十", None, "E204"),
        ("2011-02-03", "2011-02-03", None),
    ],
)
def test_a_lunar_birthday_in_words_becomes_its_solar_day(cell: str, value: str | None, code: str | None) -> None:
    found, issue = day(cell, Column(id="dob", name="出生日期"))
    assert (found and found.isoformat(), issue and issue.code) == (value, code)
