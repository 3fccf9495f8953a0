"""Names near a register: what a mistyped village or township may mean, and when nothing may be guessed."""

from __future__ import annotations

import pytest

from notoneless.policy.near_names import NearNames, distance, is_clear
from notoneless.policy.near_places import PlaceGuesser
from notoneless.policy.places import Places

COUNTY = "371321"


def guess(address: str, within: str | None = COUNTY) -> tuple[str, list[str], bool, bool] | None:
    found = PlaceGuesser(Places.load(), within).guess(address)
    return found and (found.written, [place.short_name for place in found.places], found.clear, found.certain)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("沂南县岸堤镇柳行叉村12号", ("柳行叉村", ["柳行岔村"], True, True)),
        ("岸堤镇柳行叉村", ("柳行叉村", ["柳行岔村"], True, True)),
        ("沂南县柳行叉村", ("柳行叉村", ["柳行岔村"], True, True)),
        ("岸堤镇柳杭岔村委会", ("柳杭岔村委会", ["柳行岔村"], True, False)),
        ("岸堤镇柳行村", ("柳行村", ["柳行岔村"], False, False)),
        ("岸堤镇柳行岔村", None),
        ("岸堤镇", None),
        ("岸堤镇无此地名村", None),
        ("河南省某县柳行叉村", None),
        ("", None),
    ],
)
def test_what_an_address_may_mean(address: str, expected: object) -> None:
    assert guess(address) == expected


def test_a_township_is_proposed_by_sound_and_else_only_offered() -> None:
    assert guess("案堤镇某某村") == ("案堤镇", ["岸堤镇"], True, True)
    written, choices, clear, _ = guess("岸提镇某某村") or ("", [], True, True)
    assert (written, choices[0], clear) == ("岸提镇", "岸堤镇", False)


def test_without_a_county_nothing_is_guessed() -> None:
    assert guess("岸堤镇柳行叉村", within=None) is None
    assert guess("临沂市某处", within="371300") is None


@pytest.mark.parametrize(
    ("left", "right", "cost"),
    [
        ("岸堤", "岸堤", 0),
        ("柳行叉", "柳行岔", 0.3),
        ("龍窩", "龙窝", 0.2),
        ("岸提", "岸堤", 1),
        ("柳行", "柳行岔", 1),
        ("", "岸", 1),
        ("x甲", "y甲", 1),
    ],
)
def test_distance(left: str, right: str, cost: float) -> None:
    assert distance(left, right) == distance(right, left) == cost


def test_near_names_are_few_and_clear_only_with_a_lead() -> None:
    register = NearNames(["张家庄", "章家庄", "李家庄", "王家沟"])
    near = register.find("张佳庄")
    assert [each.name for each in near] == ["张家庄", "章家庄", "李家庄"]
    assert not is_clear(near)
    assert is_clear(register.find("王家钩"))
    assert register.find("完全不同的") == []
