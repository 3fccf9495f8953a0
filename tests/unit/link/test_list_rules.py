"""Rules of linking two lists, one small case each: what a list says about itself, and who is left over in both."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from notoneless.common import resident_id
from notoneless.flows.link_lists import link
from notoneless.link.core import LinkCosts
from notoneless.link.core.lists import ListLinks

COSTS = LinkCosts(wrong=1000, missed=8, review=1)
VILLAGE, TOWN = 371321100201, 371321100000
Row = dict[str, Any]


def number(birth: str, sequence: int, area: str = "371321") -> str:
    first = f"{area}{birth}{sequence:03d}"
    return first + resident_id.check_digit(first)


def child(name: str, birth: str, sequence: int = 1, **other: Any) -> Row:
    """One entry of the register, in a household of its own."""
    sex = "男" if sequence % 2 else "女"
    entry = {"row_id": f"R-{name}", "name": name, "sex": sex, "dob": birth, "id_no": number(birth, sequence)}
    return {**entry, "hukou_code": VILLAGE, "hh_no": f"H-{name}", **other}


def parent(name: str, of: Row) -> Row:
    birth = "19850311"
    sequence = 2 * (sum(map(ord, name)) % 400) + 1
    return child(name, birth, sequence, hh_no=of["hh_no"], hukou_code=of["hukou_code"])


def pupil(of: Row, keeper: Row | None = None, **other: Any) -> Row:
    """The child's row in the school list."""
    row = {"row_id": f"S-{of['name']}", **{column: of[column] for column in ("name", "sex", "dob", "id_no")}}
    kin = {"guardian_name": keeper["name"], "guardian_id": keeper["id_no"]} if keeper else {}
    return {**row, "addr_code": of["hukou_code"], **kin, **other}


FILLERS = ("郑平安", "郑喜乐", "郑如意", "郑吉祥")


def linked(school: list[Row], register: list[Row]) -> ListLinks:
    """Beside pupils of whom nothing is wrong; they say in which years the children of the school were born."""
    others = [child(name, f"{2011 + 3 * n}0{n + 2}15") for n, name in enumerate(FILLERS)]
    left, right = (
        [*school, *map(pupil, others)],
        [*register, *others, *(parent(f"{one['name'][0]}强", one) for one in others)],
    )
    return link(pa.Table.from_pylist(_filled(left)), pa.Table.from_pylist(_filled(right)), threads=1, costs=COSTS)


def _filled(rows: list[Row]) -> list[Row]:
    columns = {column: None for row in rows for column in row}
    return [columns | row for row in rows]


def pairs(table: pa.Table) -> set[tuple[str, str]]:
    """But for the pupils of whom nothing is wrong."""
    found = zip(table["left_row"].to_pylist(), table["right_row"].to_pylist(), strict=True)
    return {(left, right) for left, right in found if left[2:] not in FILLERS}


def reason(found: ListLinks, left: str) -> str:
    return str(dict(zip(found.links["left_row"].to_pylist(), found.links["reason"].to_pylist(), strict=True))[left])


def test_a_number_and_a_birthday_copied_from_the_row_above_say_nothing() -> None:
    above, below = child("孙梓涵", "20140708", 12), child("周文博", "20150203", 21)
    keeper = parent("周建国", below)
    typed = number("20140718", 12)
    school = [
        pupil(above, id_no=typed, dob="20140718", hukou_code=None),
        pupil(below, keeper, id_no=typed, dob="20140718"),
    ]
    found = linked(school, [above, below, keeper])
    assert ("S-周文博", "R-周文博") in pairs(found.links)
    assert "抄了别人的" in reason(found, "S-周文博")


def test_a_malformed_number_copied_says_nothing_either() -> None:
    above, below = child("孙梓涵", "20140708", 12), child("周文博", "20150203", 21)
    keeper = parent("周建国", below)
    typed = above["id_no"].replace("0708", "0788")
    school = [pupil(above, id_no=typed), pupil(below, keeper, id_no=typed, dob="20140708")]
    found = linked(school, [above, below, keeper])
    assert pairs(found.links) == {("S-孙梓涵", "R-孙梓涵"), ("S-周文博", "R-周文博")}


def test_who_copied_a_number_is_not_linked_to_its_owner() -> None:
    """The copier is not in the register, and the owner is linked in the same round, by a name that only sounds alike."""
    owner, other = child("孙梓涵", "20140708", 12), child("周文博", "20150203", 21)
    keeper = parent("孙建国", owner)
    copier = pupil(child("谷佳慧", "20140708", 14), id_no=owner["id_no"])
    found = linked([pupil(owner, keeper, name="孙子涵"), copier, pupil(other)], [owner, keeper, other])
    assert {right for left, right in pairs(found.links) if left == "S-谷佳慧"} == set()
    assert ("S-孙梓涵", "R-孙梓涵") in pairs(found.links)


def test_two_valid_numbers_may_be_one_when_one_contradicts_its_birthday() -> None:
    one = child("周文博", "20150203", 21)
    near = _near(one["id_no"])
    found = linked([pupil(one, id_no=near), pupil(child("李浩然", "20150401"))], [one])
    assert ("S-周文博", "R-周文博") in pairs(found.links)
    assert "只差两位" in reason(found, "S-周文博")
    namesake = child("周文博", "20150203", 21, id_no=number("20150203", 21, "371322"))
    found = linked([pupil(one), pupil(child("李浩然", "20150401"))], [namesake])
    assert not pairs(found.links)


def _near(id_no: str) -> str:
    """A valid number of which one digit of the day and one of the area differ."""
    for area in range(10):
        for day in range(1, 9):
            first = f"{id_no[:4]}{area}{id_no[5:13]}{day}{id_no[14:17]}"
            wrong = sum(a != b for a, b in zip(first, id_no, strict=False))
            if wrong == 2 and resident_id.check_digit(first) == id_no[17]:
                return first + id_no[17]
    raise AssertionError


def test_a_twin_who_has_a_row_of_his_own_is_no_rival() -> None:
    one = child("魏浩", "20150305", 1)
    two = child("魏浩庆", "20150305", 3, hh_no=one["hh_no"])
    keeper = parent("魏国喜", one)
    school = [pupil(one, keeper), pupil(two, keeper, id_no=two["id_no"].replace("371321", "371821"))]
    found = linked(school, [one, two, keeper])
    assert pairs(found.links) == {("S-魏浩", "R-魏浩"), ("S-魏浩庆", "R-魏浩庆")}


def test_a_second_entry_written_another_way_is_linked() -> None:
    one = child("赵旭宸", "20150305", 1)
    again = one | {"row_id": "R-again", "name": "赵旭"}
    found = linked([pupil(one)], [one, again])
    assert pairs(found.links) == {("S-赵旭宸", "R-赵旭宸"), ("S-赵旭宸", "R-again")}


def test_twice_in_both_lists_gives_all_four_pairs() -> None:
    one = child("杨东伟", "20140416", 1)
    again = one | {"row_id": "R-again", "id_no": number("20140416", 11)}
    keeper = parent("杨富守", one)
    school = [pupil(one, keeper), pupil(again, keeper, row_id="S-again", id_no=again["id_no"][:15] + "000")]
    found = linked(school, [one, again, keeper])
    assert pairs(found.links) == {(s, r) for s in ("S-杨东伟", "S-again") for r in ("R-杨东伟", "R-again")}


def test_a_double_row_without_number_and_birthday_is_asked_about() -> None:
    one = child("王英汐", "20200211", 4)
    school = [pupil(one), pupil(one, row_id="S-again", id_no="", dob="")]
    found = linked(school, [one, child("李浩然", "20150401")])
    assert ("S-again", "R-王英汐") in pairs(found.review)


def test_the_wrong_sex_alone_hides_nobody_from_the_clerk() -> None:
    one = child("徐航航", "20130321", 19)
    keeper = parent("刘桂云", one)
    found = linked([pupil(one, keeper, sex="女", name="徐行航", id_no="")], [one, keeper])
    assert ("S-徐航航", "R-徐航航") in pairs(found.review) | pairs(found.links)


def test_the_grade_speaks_where_the_birthday_was_copied() -> None:
    """The child moved inside the town; name and town alone are not enough."""
    first, second = "六年级", "一年级"
    older = [child(f"张{a}{b}", f"2013{9 + n % 4:02d}1{n % 9}", 1) for n, (a, b) in enumerate(_names())]
    younger = [child(f"李{a}{b}", f"2018{9 + n % 4:02d}1{n % 9}", 1) for n, (a, b) in enumerate(_names())]
    school = [pupil(one, id_no="", grade=first) for one in older] + [
        pupil(one, id_no="", grade=second) for one in younger
    ]
    lost = child("邢浩紫", "20131020", 2, hukou_code=VILLAGE + 7)
    copied = {"id_no": older[0]["id_no"], "dob": older[0]["dob"], "addr_code": VILLAGE}
    register = [*older, *younger, lost]
    fits = linked([*school, pupil(lost, grade=first, **copied)], register)
    off = linked([*school, pupil(lost, grade=second, **copied)], register)
    pair = ("S-邢浩紫", "R-邢浩紫")
    assert pair in pairs(fits.links) | pairs(fits.review)
    assert pair not in pairs(off.links) | pairs(off.review)
    assert any("年级与年龄相符" in row["reason"] for row in [*fits.links.to_pylist(), *fits.review.to_pylist()])


def _names() -> list[tuple[str, str]]:
    return [(a, b) for a in "梓涵诗文" for b in "博俊杰"]
