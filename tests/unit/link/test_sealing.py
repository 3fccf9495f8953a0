"""Sealed marks: one person has one mark however it is written, no mark says anything, other keys make other marks."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notoneless.common import resident_id
from notoneless.common.errors import Fault
from notoneless.engine import open_engine
from notoneless.link.core import LinkCosts
from notoneless.link.core.sealing import SealKey, match_sealed, seal_rows
from notoneless.link.core.sealing.facts import Row, read_facts
from notoneless.link.core.sealing.rules import FIXED, rules

KEY = SealKey(bytes(range(32)))
OTHER = SealKey(bytes(range(1, 33)))
COSTS = LinkCosts(wrong=1000, missed=8, review=1)
ELDER = rules().elder_years
QUICK = settings(max_examples=40, deadline=None)
NAMES = st.text("王李张刘陈杨浩宇轩泽晨欣怡梓涵诗文博俊杰", min_size=2, max_size=3)
BIRTHS = st.dates(min_value=date(2008, 1, 1), max_value=date(2020, 12, 31))


def number(birth: str, sequence: int = 12) -> str:
    first = f"371321{birth}{sequence:03d}"
    return first + resident_id.check_digit(first)


def marks(row: Row, key: SealKey = KEY) -> set[tuple[int, bool, int]]:
    table = pa.concat_tables(seal_rows([(1, row)], key))
    return set(zip(*(table[name].to_pylist() for name in ("kind", "fixed", "mark")), strict=True))


def child(name: str = "王小花", birth: str = "20120304", **cells: str) -> dict[str, str]:
    return {"name": name, "sex": "女", "dob": birth, "id_no": number(birth), "addr_code": "371321100201", **cells}


@QUICK
@given(NAMES, BIRTHS, st.sampled_from(["{} ", " {}", "'{}", "{}\u200b", "\u3000{}"]))
def test_one_person_one_mark_however_the_cells_are_written(name: str, born: date, dress: str) -> None:
    plain = child(name, f"{born:%Y%m%d}")
    dressed = plain | {
        "name": f"{name[0]} {name[1:]}",
        "id_no": dress.format(plain["id_no"].lower().translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})),
        "dob": f"{born.year}年{born.month}月{born.day}日",
        "sex": "2",
    }
    assert marks(plain) == marks(dressed)


def test_the_old_number_of_fifteen_digits_has_the_mark_of_the_new_one() -> None:
    new = number("19780304", 15)
    assert marks({"id_no": new}) == marks({"id_no": new[:6] + new[8:17]})


def test_a_wrong_number_carries_the_marks_of_what_it_may_have_meant() -> None:
    right = child()
    wrong = right | {"id_no": right["id_no"][:16] + str((int(right["id_no"][16]) + 1) % 10) + right["id_no"][17:]}
    exact = {mark for kind, fixed, mark in marks(right) if kind == rules().bit("number") and not fixed}
    meant = {mark for kind, fixed, mark in marks(wrong) if kind == rules().bit("number") and fixed}
    assert exact <= meant
    assert not {mark for kind, fixed, mark in marks(wrong) if kind == rules().bit("number") and not fixed}


@QUICK
@given(NAMES, BIRTHS)
def test_two_keys_share_no_mark(name: str, born: date) -> None:
    row = child(name, f"{born:%Y%m%d}")
    ours, theirs = ({mark for _, _, mark in marks(row, key)} for key in (KEY, OTHER))
    assert len(ours) > 5
    assert not ours & theirs


def test_two_kinds_of_mark_share_none() -> None:
    found = [mark for _, _, mark in marks(child(guardian_name="王小花", student_no="G" + number("20120304")))]
    assert len(found) == len(set(found))


def test_a_mark_is_hmac_sha_256_under_a_key_of_its_own() -> None:
    sub_key = hmac.digest(bytes(range(32)), b"notoneless seal 1|mark number", "sha256")
    digest = hmac.new(sub_key, b"37132120120304012X", hashlib.sha256).digest()
    assert KEY.marker("number").mark(["37132120120304012X"]) == int.from_bytes(digest[:8], "big", signed=True)


def test_name_birthday_sex_and_place_alone_make_no_mark() -> None:
    few_values = {
        "name",
        "sound",
        "pair",
        "birth",
        "near",
        "sex",
        "village",
        "town",
        "county",
        "school",
        "kin_name",
        "phone",
    }
    assert [mark.id for mark in rules().marks if len(mark.parts) == 1 and mark.parts[0] in few_values] == []
    assert marks({"name": "王小花"}) == set()
    assert marks({"dob": "20120304", "sex": "女"}) == set()


def test_steps_name_only_marks_that_exist() -> None:
    known = {mark.id for mark in rules().marks}
    used = {one.removeprefix(FIXED) for step in rules().steps for one in (*step.all, *step.any)}
    assert used <= known


def test_a_parents_number_is_no_number_of_the_child() -> None:
    facts = read_facts(child(id_no=number("19850304")), ELDER)
    assert facts.parts["number"] == ()
    assert facts.parts["kin_no"] == (number("19850304"),)


def test_grown_ups_of_the_household_are_kin_and_need_not_be_sealed() -> None:
    rows = [
        (1, child(hh_no="H1")),
        (2, {"name": "王建国", "sex": "男", "dob": "19850101", "id_no": number("19850101"), "hh_no": "H1"}),
    ]
    table = pa.concat_tables(seal_rows(rows, KEY, (2008, 2022)))
    assert set(table["row"].to_pylist()) == {1}
    kin = rules().bit("birth_kin")
    alone = marks(child(guardian_name="王建国", id_no=""))
    assert {m for k, _, m in alone if k == kin} <= {
        m for k, m in zip(table["kind"].to_pylist(), table["mark"].to_pylist(), strict=True) if k == kin
    }


def people(count: int = 60) -> list[dict[str, str]]:
    given_names = "浩宇轩泽晨欣怡梓涵诗"
    return [
        child(
            f"{'王李张刘陈'[n % 5]}{given_names[n % 10]}{given_names[n // 6 % 10]}",
            f"{2010 + n % 8}{1 + n % 12:02d}{1 + n % 27:02d}",
            id_no=number(f"{2010 + n % 8}{1 + n % 12:02d}{1 + n % 27:02d}", 2 * n + 2),
            addr_code=f"3713211002{n % 20:02d}",
            guardian_name=f"{'王李张刘陈'[n % 5]}建国",
        )
        for n in range(count)
    ]


def match(
    left: list[dict[str, str]], right: list[dict[str, str]]
) -> tuple[dict[tuple[int, int], str], dict[tuple[int, int], str]]:
    with open_engine(threads=1) as engine:
        engine.load("left_marks", pa.concat_tables(seal_rows(enumerate(left), KEY)))
        engine.load("right_marks", pa.concat_tables(seal_rows(enumerate(right), KEY)))
        found = match_sealed(engine, persons=len(right), costs=COSTS)
    return tuple(  # type: ignore[return-value]
        {(r["left_row"], r["right_row"]): r["step"] for r in table.to_pylist()}
        for table in (found.links, found.review)
    )


@pytest.mark.slow
def test_slips_of_all_kinds_are_matched_and_doubt_is_asked() -> None:
    right = people()
    left = [dict(row) for row in right]
    left[0]["id_no"] = ""
    left[1]["id_no"] = left[1]["id_no"][:17] + ("0" if left[1]["id_no"][17] != "0" else "1")
    left[2]["id_no"] = left[3]["id_no"]
    left[4]["name"] = left[4]["name"][0] + left[4]["name"][2] + left[4]["name"][1]
    left[5] |= {"name": "赵明明", "addr_code": "", "guardian_name": ""}
    left.append(dict(left[6]))
    left.append(child("孙大海", "20150101", id_no=number("20150101", 901), addr_code="371321100299"))
    links, review = match(left, right)
    assert set(links) == {(n, n) for n in range(60) if n != 5} | {(60, 6)}
    assert links[0, 0] == "sealed_name_birth_kin"
    assert links[1, 1] == "sealed_fixed_name"
    assert (3, 3) in links
    assert review == {(5, 5): "sealed_number"}


@pytest.mark.slow
def test_two_who_fit_alike_are_left_to_a_person() -> None:
    right = [*people(20), *(child(id_no=number("20120304", 700 + 2 * n), addr_code="") for n in range(2))]
    links, review = match([child(id_no="", addr_code="")], right)
    assert links == {}
    assert set(review) <= {(0, 20), (0, 21)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"kind": "notoneless seal key", "version": 1, "id": "x", "key": "AAAA"}',
        KEY.to_text().replace(KEY.id, "0" * 16),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Fault) as caught:
        SealKey.from_text(text, "k")
    assert caught.value.code == "E420"


def test_a_key_survives_its_file_and_never_shows_itself() -> None:
    assert SealKey.from_text(KEY.to_text(), "k").id == KEY.id
    assert repr(KEY) == f"SealKey({KEY.id})"
    assert SealKey.new().id != SealKey.new().id
