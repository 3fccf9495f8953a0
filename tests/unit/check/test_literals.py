"""Parameters become typed literals, and nothing else in the text is touched."""

from datetime import date

import pytest

from notoneless.check.core.literals import Value, fill, literal, names_in, text_list
from notoneless.common.errors import Fault


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (False, "FALSE"),
        (7, "7"),
        (date(2026, 9, 1), "DATE '2026-09-01'"),
        ("学籍", "'学籍'"),
        ("O'Neil", "'O''Neil'"),
        ("a\\'b", "'a''b'"),
    ],
)
def test_literal(value: Value, text: str) -> None:
    assert literal(value) == text


def test_fill_replaces_whole_names_only() -> None:
    sql = "SELECT ':days' , :days, :days_more, '12:30', x::text"
    assert fill(sql, {"days": 7, "days_more": 8}, "t") == "SELECT '7' , 7, 8, '12:30', x::text"
    assert names_in(sql) == {"days", "days_more"}


def test_a_name_without_value_is_refused() -> None:
    with pytest.raises(Fault) as caught:
        fill("SELECT :days", {}, "not_enrolled")
    assert caught.value.code == "E511"
    assert caught.value.where == "not_enrolled"


def test_text_list() -> None:
    assert text_list(("a", "b")) == "('a', 'b')"
    assert text_list(()) == "('')"
