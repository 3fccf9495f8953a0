"""What becomes of the invented children: school, absence, moves, death, poverty, disability.

Only the truth is settled here. The lists (``lists``) are written from it afterwards, with their errors.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from notoneless.demo import names
from notoneless.demo.people import Block, Life, Person

Rates = dict[str, Any]
_AWAY = ("江苏省苏州市", "浙江省义乌市", "山东省青岛市黄岛区", "山东省济南市历城区", "上海市松江区", "山东省日照市")
_MONITOR = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
_COMPULSORY = range(6, 15)
_OF_POVERTY = ("never_enrolled", "absent_long", "left_for_work")


def settle_fates(block: Block, rates: Rates, as_of: date, floor: bool) -> None:
    """Decide what is true of every child of the block; with ``floor`` each situation occurs at least a few times."""
    rng = Random(f"{block.rng.random()}/fates")
    per = rates["children"]
    for child in block.children:
        _usual(block, child, rng, per)
    _families(block, rng, rates["families"])
    _hard_lives(block, rng, per)
    if floor:
        _leave_two_unplaced(block, rng)
    _add_migrants(block, rng, per)
    _situations(block, rng, rates["situations"], as_of, floor)


def life_of(person: Person) -> Life:
    """Return the life of a child (adults have none)."""
    assert person.life is not None
    return person.life


def _chance(rng: Random, per_thousand: float) -> bool:
    return rng.random() * 1000 < per_thousand


def _usual(block: Block, child: Person, rng: Random, per: Rates) -> None:
    """Give a child the school that most children of its age and village have."""
    life, township = life_of(child), block.township
    age, village = life.age, child.home.village
    county = township.county
    life.class_no = 1 + rng.randrange(3)
    if age < 3 or (age < 6 and not _chance(rng, per["kindergarten"])):
        return
    if age < 6:
        _enrol(life, f"K{age - 2}", township.school_of(township.kindergartens, village))
        return
    grade = age - 5 - int(6 < age < 16 and _chance(rng, per["late_start"]))
    if grade > 9:
        if _chance(rng, per["senior"]):
            _enrol(life, str(grade), rng.choice(county.seniors))
            life.boards = True
        return
    in_town = _chance(rng, per["town_primary" if grade < 7 else "town_junior"])
    if grade < 7:
        school = rng.choice(county.town_primaries) if in_town else township.school_of(township.primaries, village)
    else:
        school = rng.choice(county.town_juniors) if in_town else township.school_of(township.juniors, village)
        life.boards = _chance(rng, per["boards"])
    _enrol(life, str(grade), school)


def _enrol(life: Life, grade: str, school: Any) -> None:
    life.grade, life.school, life.attends, life.roll = grade, school, school, [(school, "active")]


def _families(block: Block, rng: Random, per: Rates) -> None:
    for home in block.households:
        if not any(person.life for person in home.members):
            continue
        home.poor = _chance(rng, per["poverty"])
        home.monitor = rng.choice(_MONITOR) if _chance(rng, per["monitor"]) else ""
        home.low_income = _chance(rng, per["low_income"] * (5 if home.poor else 0.8))


def _hard_lives(block: Block, rng: Random, per: Rates) -> None:
    for child in block.children:
        life = life_of(child)
        if _chance(rng, per["orphan"] + per["unsupported"]):
            life.orphan = "orphan" if _chance(rng, 420) else "unsupported"
        elif _chance(rng, per["destitute"]):
            life.destitute = True
        if life.age >= 2 and _chance(rng, per["disability"]):
            life.disability = (rng.choice("1234455566777"), rng.choice("12223344"))
            _teach_disabled(block, life, rng, per)
        if not _chance(rng, per["insured"]):
            life.insured_at = "none"


def _teach_disabled(block: Block, life: Life, rng: Random, per: Rates) -> None:
    if life.age not in _COMPULSORY or not life.grade:
        return
    draw = rng.random() * 1000
    if draw < per["home_disabled"]:
        _keep_home(life)
    elif draw < per["home_disabled"] + per["home_taught"]:
        life.home_taught = True
    elif draw < per["home_disabled"] + per["home_taught"] + per["special"]:
        _enrol(life, life.grade, block.township.county.special[0])
        life.boards = True


def _keep_home(life: Life) -> None:
    life.situation = "home_disabled"
    _gone(life)


def _leave_two_unplaced(block: Block, rng: Random) -> None:
    lives = [life for c in block.children if (life := life_of(c)).disability and life.age in _COMPULSORY]
    at_home = sum(life.situation == "home_disabled" for life in lives)
    at_school = [life for life in lives if life.roll]
    for life in rng.sample(at_school, k=min(len(at_school), max(0, 2 - at_home))):
        _keep_home(life)


def _add_migrants(block: Block, rng: Random, per: Rates) -> None:
    township = block.township
    for _ in range(round(len(block.children) * per["migrant"] / 1000)):
        child = block.add_migrant(rng.randrange(3, 15), rng.choice(township.villages))
        _usual(block, child, rng, per)


def _situations(block: Block, rng: Random, situations: Rates, as_of: date, floor: bool) -> None:
    """Deal the rarer situations out, each to children to whom nothing else has happened."""
    pools = _pools(block)
    taken: set[int] = set()
    for name, rule in situations.items():
        pool = pools[rule["pool"]]
        wanted = len(pool) * rule["per_thousand"] / 1000
        number = int(wanted) + int(rng.random() < wanted % 1)
        if floor:
            number = max(number, rule["least"])
        free = [child for child in pool if child.key not in taken]
        for i, child in enumerate(rng.sample(free, k=min(number, len(free)))):
            taken.add(child.key)
            if name in _OF_POVERTY and ((floor and i == 0) or _chance(rng, 200)):
                child.home.poor = True
            life_of(child).situation = name
            _EVENTS[name](block, child, rng, as_of)


def _pools(block: Block) -> dict[str, list[Person]]:
    plain = [c for c in block.children if life_of(c).situation == "in_school" and life_of(c).hukou == "normal"]
    able = [c for c in plain if not life_of(c).disability]
    registered = [c for c in able if life_of(c).age in _COMPULSORY and life_of(c).grade]
    return {
        "registered": registered,
        "beginner": [c for c in registered if life_of(c).age == 6],
        "oldest": [c for c in registered if life_of(c).age >= 13],
        "minor": [c for c in able if 3 <= life_of(c).age <= 14],
    }


def _gone(life: Life) -> None:
    life.roll, life.attends, life.boards = [], None, False


def _elsewhere(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    _gone(life)
    if _chance(rng, 650):
        life.insured_at = rng.choice(_AWAY)
    life.at_doorstep = _chance(rng, 500)


def _nowhere(block: Block, child: Person, rng: Random, as_of: date) -> None:
    _gone(life_of(child))


def _absent_register(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    _gone(life)
    life.at_doorstep, life.insured_at = False, "none"


def _died_on_roll(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    life.hukou, life.attends, life.at_doorstep, life.insured_at = "dead", None, False, "none"


def _moved_on_roll(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life_of(child).hukou = "moved_out"


def _moved_gone(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    life.hukou, life.attends, life.at_doorstep, life.insured_at = "moved_out", None, False, "none"


def _on_leave(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    assert life.school is not None
    life.roll, life.attends = [(life.school, "leave")], None


def _absent(least: int, most: int, reasons: tuple[str, ...]) -> Callable[[Block, Person, Random, date], None]:
    def event(block: Block, child: Person, rng: Random, as_of: date) -> None:
        life = life_of(child)
        life.last_seen = as_of - timedelta(days=rng.randrange(least, most))
        life.absent_reason = rng.choice(reasons)

    return event


def _vanished(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life_of(child).attends = None


def _at_other_school(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    life.attends = _another_school(block, life, rng)


def _no_roll(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life_of(child).roll = []


def _two_rolls(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    life.roll = [*life.roll, (_another_school(block, life, rng), "active")]


def _transferred(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    life.roll = [*life.roll, (_another_school(block, life, rng), "transferred_out")]


def _transferred_away(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    assert life.school is not None
    life.roll, life.attends, life.at_doorstep = [(life.school, "transferred_out")], None, _chance(rng, 400)
    life.insured_at = rng.choice(_AWAY) if _chance(rng, 500) else ""


def _another_school(block: Block, life: Life, rng: Random) -> Any:
    township = block.township
    primary = int(life.grade) < 7
    near = township.primaries if primary else township.juniors
    town = township.county.town_primaries if primary else township.county.town_juniors
    return rng.choice([school for school in [*near, *town] if school is not life.school])


def _unregistered(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life = life_of(child)
    life.hukou, child.id_no, life.insured_at = "none", "", "none"
    if _chance(rng, 350):
        life.grade, life.school = "", None
        _gone(life)


def _second_register(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life_of(child).second_hukou = True


def _renamed(block: Block, child: Person, rng: Random, as_of: date) -> None:
    mother = child.home.mother
    life_of(child).old_name, _ = names.rename(rng, child.name, child.sex, mother.name if mother else child.name)


def _moved_house(block: Block, child: Person, rng: Random, as_of: date) -> None:
    life_of(child).moved_to = rng.choice(block.township.villages)


_EVENTS: dict[str, Callable[[Block, Person, Random, date], None]] = {
    "elsewhere": _elsewhere,
    "never_enrolled": _nowhere,
    "empty_register": _absent_register,
    "unreachable": _absent_register,
    "abroad": _absent_register,
    "died_register_open": _absent_register,
    "tutored_at_home": _nowhere,
    "deferred": _nowhere,
    "died_on_roll": _died_on_roll,
    "moved_on_roll": _moved_on_roll,
    "moved_gone": _moved_gone,
    "on_leave": _on_leave,
    "absent_long": _absent(12, 60, ("厌学", "联系不上", "随父母外出", "不明", "")),
    "absent_short": _absent(1, 5, ("病假", "事假", "感冒", "")),
    "left_for_work": _absent(20, 70, ("外出务工", "厌学", "不明")),
    "vanished": _vanished,
    "at_other_school": _at_other_school,
    "no_roll": _no_roll,
    "two_rolls": _two_rolls,
    "transferred": _transferred,
    "transferred_away": _transferred_away,
    "unregistered": _unregistered,
    "second_register": _second_register,
    "renamed": _renamed,
    "moved_house": _moved_house,
}
