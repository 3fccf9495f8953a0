"""Who is owed aid this term, and what was in fact paid: the paid lists and their planted faults."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from notoneless.demo.fates import Rates, life_of
from notoneless.demo.people import Block, Person
from notoneless.demo.places import School
from notoneless.policy.pack import load_pack

# Two written names per item: sender's habit. The codes are those of the policy tables.
ITEM_NAMES = {
    "preschool_grant": ("学前教育政府助学金", "学前政府助学金"),
    "boarding_living": ("义务教育寄宿生生活补助", "寄宿生生活补助"),
    "day_living": ("义务教育非寄宿生生活补助", "非寄宿生生活补助"),
    "senior_grant": ("普通高中国家助学金", "高中助学金"),
}
CATEGORY_NAMES = {
    "poverty_lifted": "脱贫享受政策",
    "monitored": "防止返贫监测帮扶对象",
    "low_income": "低保",
    "destitute": "特困",
    "orphan": "孤儿",
    "unsupported": "事实无人抚养儿童",
    "disabled": "残疾",
    "other": "其他家庭经济困难",
}


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of a paid list; ``fen`` is the amount of the term in fen."""

    child: Person
    school: School
    item: str
    category: str
    fen: int


class Scheme:
    """The policy pack in force on a day: aid by category, stage and boarding; days until a dropout is suspected."""

    def __init__(self, region: str, as_of: date) -> None:
        pack = load_pack(region, as_of)
        self.suspect_days = int(pack.value("attendance.suspected_dropout_days"))
        rows = pack.table("aid_schemes")
        self._owed: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
        for row in rows:
            key = (row["category"], row["stage"])
            self._owed.setdefault(key, []).append((row["boarding"], row["item"], row["term_fen"]))

    def owed(self, category: str, grade: str, boards: bool) -> list[tuple[str, int]]:
        """Return the items and amounts in fen that a pupil of a category and grade is owed this term."""
        lived = "board" if boards else "day"
        rows = self._owed.get((category, stage_of(grade)), [])
        return [(item, fen) for boarding, item, fen in rows if boarding in (lived, "any")]


def stage_of(grade: str) -> str:
    """Return the stage of a grade as the policy tables name it."""
    if grade.startswith("K"):
        return "preschool"
    year = int(grade)
    return "primary" if year < 7 else "junior" if year < 10 else "senior"


def categories(child: Person) -> list[str]:
    """Return the categories by which a child is owed aid, the strongest first."""
    life, home = life_of(child), child.home
    found = [life.orphan] if life.orphan else []
    if life.destitute:
        found.append("destitute")
    if home.poor:
        found.append("poverty_lifted")
    if home.monitor:
        found.append("monitored")
    if home.low_income:
        found.append("low_income")
    if life.disability:
        found.append("disabled")
    return found


def is_pupil(child: Person) -> bool:
    """Return whether the child is on an active roll (what makes aid due)."""
    life = life_of(child)
    return bool(life.grade) and any(status == "active" for _, status in life.roll)


def pay(block: Block, scheme: Scheme, rates: Rates, floor: bool) -> list[Payment]:
    """Return what was paid this term in the block, with its faults: some left out, some paid twice, some not owed."""
    rng = Random(f"{block.rng.random()}/aid")
    per: dict[str, Any] = rates["aid"]
    owed = [(child, due) for child in block.children if is_pupil(child) and (due := _owed(scheme, child))]
    steady = [child.key for child, _ in owed if life_of(child).situation == "in_school"]
    faults = _deal(rng, steady, per, floor)
    paid: list[Payment] = []
    for child, (category, item, fen) in owed:
        times = {"missed": 0, "double": 2}.get(faults.get(child.key, ""), 1)
        paid += [Payment(child, life_of(child).roll[0][0], item, category, fen)] * times
    number = max(2 if floor else 0, round(len(paid) * per["undue_of_paid"] / 1000))
    return paid + _not_owed(block, scheme, rng, number)


def _not_owed(block: Block, scheme: Scheme, rng: Random, number: int) -> list[Payment]:
    candidates = [child for child in block.children if _undue_candidate(child)]
    paid = []
    for child in rng.sample(candidates, k=min(number, len(candidates))):
        life = life_of(child)
        for item, fen in scheme.owed("low_income", life.grade, life.boards):
            assert life.school is not None
            paid.append(Payment(child, life.school, item, "other", fen))
    return paid


def _owed(scheme: Scheme, child: Person) -> tuple[str, str, int] | None:
    life = life_of(child)
    for category in categories(child):
        for item, fen in scheme.owed(category, life.grade, life.boards):
            return category, item, fen
    return None


def _deal(rng: Random, keys: list[int], per: dict[str, Any], floor: bool) -> dict[int, str]:
    faults: dict[int, str] = {}
    for fault in ("missed", "double"):
        number = max(2 if floor else 0, round(len(keys) * per[fault] / 1000))
        free = [key for key in keys if key not in faults]
        for key in rng.sample(free, k=min(number, len(free))):
            faults[key] = fault
    return faults


def _undue_candidate(child: Person) -> bool:
    life = life_of(child)
    if categories(child) or life.hukou == "elsewhere" or not life.grade:
        return False
    return life.situation in ("in_school", "on_leave", "transferred_away") and int(life.grade.replace("K", "")) < 10
