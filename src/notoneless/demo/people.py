"""The invented people of one township: households, children, twins, namesakes, migrants.

A ``Block`` is one township. It is made from its own seed alone, so a county comes out the
same whether its townships are made one after the other or on several processors.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from notoneless.demo import names, numbers
from notoneless.demo.places import School, Township, Village

OTHER_REGIONS = ("522401", "530621", "513431", "410926", "320723", "370832", "371121", "230182")


@dataclass(slots=True, eq=False)
class Person:
    """One true person; ``key`` is the truth key, unique over the whole county or city."""

    key: int
    name: str
    sex: str
    birth: date
    id_no: str
    nation: str
    relation: str
    home: "Household"
    life: "Life | None" = None


@dataclass(slots=True, eq=False)
class Household:
    """One register household; ``head`` is its first member."""

    number: str
    village: Village
    surname: str
    phone: str
    members: list[Person] = field(default_factory=list)
    father: Person | None = None
    mother: Person | None = None
    elder: Person | None = None
    poor: bool = False
    monitor: str = ""
    low_income: bool = False
    parents_away: bool = False

    @property
    def head(self) -> Person:
        return self.members[0]

    def guardian(self) -> Person:
        """Return the one who signs for the children: father, mother or a grandparent, all invented."""
        if self.parents_away and self.elder:
            return self.elder
        return self.father or self.mother or self.elder or self.members[0]


@dataclass(slots=True, eq=False)
class Life:
    """What is true of one person under 18. Lists are derived from it, errors are added to the lists only."""

    age: int
    grade: str = ""
    situation: str = "in_school"
    school: School | None = None
    class_no: int = 1
    boards: bool = False
    roll: list[tuple[School, str]] = field(default_factory=list)
    attends: School | None = None
    last_seen: date | None = None
    absent_reason: str = ""
    hukou: str = "normal"
    second_hukou: bool = False
    old_name: str = ""
    moved_to: Village | None = None
    insured_at: str = ""
    disability: tuple[str, str] | None = None
    home_taught: bool = False
    orphan: str = ""
    destitute: bool = False
    at_doorstep: bool = True
    wrong_id_on_roll: bool = False
    others_id_on_roll: bool = False


class Block:
    """The true people of one township; ``children`` are all under 18, ``households`` all the register."""

    def __init__(self, township: Township, wanted: int, year: int, seed: str, first_key: int) -> None:
        self.township = township
        self.year = year
        self.rng = Random(f"{seed}/{township.code}/people")
        self.households: list[Household] = []
        self.children: list[Person] = []
        self._next_key = first_key
        self._taken: set[int] = set()
        self._house_no = 0
        self._settle(wanted)

    def new_person(self, home: Household, sex: str, birth: date, name: str, relation: str, **changes: str) -> Person:
        """Return a new person with a fresh key and a fresh resident ID, added to the household."""
        id_no = self.new_id(birth, sex, changes.get("region", ""), changes.get("after", ""))
        person = Person(self._next_key, name, sex, birth, id_no, changes.get("nation", "汉族"), relation, home)
        self._next_key += 1
        home.members.append(person)
        return person

    def new_id(self, birth: date, sex: str, region: str = "", after: str = "") -> str:
        """Return an unused resident ID; serials run within the share of this township's police station.

        ``region``: the number was given elsewhere. ``after``: the number of a twin, whose next free serial is taken.
        """
        share, odd = self.township, int(sex == "1")
        if region:
            return numbers.resident_id(region, birth, self.rng.randrange(500) * 2 + odd)
        number = int(after[14:17]) - share.first_serial + 1 if after else int(self.rng.random() * share.serials)
        for _ in range(share.serials):
            serial = share.first_serial + number % share.serials
            slot = birth.toordinal() * 1000 + serial
            if serial % 2 == odd and slot not in self._taken:
                self._taken.add(slot)
                code = share.old_region if birth.year < 1988 else share.id_region
                return numbers.resident_id(code, birth, serial)
            number += 1
        return self.new_id(birth + timedelta(days=1), sex)

    def _settle(self, wanted: int) -> None:
        villages = self.township.villages
        sizes = [0.4 + self.rng.random() for _ in villages]
        scale = wanted / sum(sizes)
        carried = 0.0
        for village, size in zip(villages, sizes, strict=True):
            carried += size * scale
            share = max(0, round(carried))
            carried -= share
            self._settle_village(village, share)
        self._plant_namesakes()

    def _settle_village(self, village: Village, wanted: int) -> None:
        clans = [names.surname(self.rng) for _ in range(3)]
        settled = 0
        while settled < wanted:
            settled += self._family(village, clans, wanted - settled)
        for _ in range(round(wanted * 0.9)):
            self._old_couple(village, clans)

    def _household(self, village: Village, clans: list[str]) -> Household:
        rng = self.rng
        self._house_no += 1
        number = f"{self.township.code[:9]}{self._house_no:06d}"
        clan = rng.choice(clans) if rng.random() < 0.7 else names.surname(rng)
        home = Household(number, village, clan, numbers.phone(rng))
        self.households.append(home)
        return home

    def _old_couple(self, village: Village, clans: list[str]) -> None:
        home = self._household(village, clans)
        self._adult(home, "1", 1936 + int(self.rng.random() * 42), "户主")
        if self.rng.random() < 0.7:
            self._adult(home, "2", 1936 + int(self.rng.random() * 42), "配偶")

    def _adult(self, home: Household, sex: str, year: int, relation: str) -> Person:
        rng = self.rng
        birth = date(year, 1, 1) + timedelta(days=int(rng.random() * 365))
        stranger = sex == "2"
        name = names.adult_name(rng, sex, names.surname(rng) if stranger else home.surname)
        region = rng.choice(OTHER_REGIONS) if stranger and rng.random() < 0.06 else ""
        return self.new_person(home, sex, birth, name, relation, region=region)

    def _family(self, village: Village, clans: list[str], room: int) -> int:
        rng = self.rng
        home = self._household(village, clans)
        youngest = rng.randrange(0, 18)
        birth_year = self.year - youngest - 22 - int(rng.random() * 12)
        elders_first = rng.random() < 0.25
        if elders_first:
            home.elder = self._adult(home, rng.choice("12"), birth_year - 25, "户主")
        if rng.random() < 0.985:
            home.father = self._adult(home, "1", birth_year, "长子" if elders_first else "户主")
        if rng.random() < 0.97 or home.father is None:
            relation = "儿媳" if elders_first else "妻" if home.father else "户主"
            home.mother = self._adult(home, "2", birth_year + rng.randrange(-3, 4), relation)
        if not elders_first and rng.random() < 0.35:
            home.elder = self._adult(home, rng.choice("12"), birth_year - 25, "父母")
        home.parents_away = rng.random() < 0.16
        return self._children(home, youngest, room)

    def _children(self, home: Household, youngest: int, room: int) -> int:
        rng = self.rng
        draw = rng.random()
        number = 1 if draw < 0.34 else 2 if draw < 0.88 else 3
        shared = rng.choice(names.BOY_CHARS) if rng.random() < 0.25 else ""
        age, settled = youngest, 0
        for _ in range(number):
            if age > 17:
                break
            child = self._child(home, age, shared)
            settled += 3 <= age <= 14
            if rng.random() < 0.011 and settled < room:
                self._twin(child)
                settled += 3 <= age <= 14
            age += rng.choice((1, 2, 2, 3, 3, 4, 5))
        return settled

    def _child(self, home: Household, age: int, shared: str) -> Person:
        rng = self.rng
        sex = "1" if rng.random() < 0.525 else "2"
        birth = numbers.spread_school_year(self.year, age, rng)
        nation = rng.choice(names.MINORITIES) if rng.random() < 0.012 else "汉族"
        if nation == "汉族" or rng.random() < 0.4:
            name = names.child_name(rng, sex, home.surname, shared)
        else:
            name = names.minority_name(rng, nation)
        child = self.new_person(home, sex, birth, name, "子" if sex == "1" else "女", nation=nation)
        child.life = Life(age)
        self.children.append(child)
        return child

    def _twin(self, first: Person) -> None:
        rng = self.rng
        chars = names.BOY_CHARS if first.sex == "1" else names.GIRL_CHARS
        name = first.name[:-1] + rng.choice(chars.replace(first.name[-1], ""))
        if "·" in first.name:
            name = names.minority_name(rng, first.nation)
        twin = self.new_person(
            first.home, first.sex, first.birth, name, first.relation, nation=first.nation, after=first.id_no
        )
        assert first.life is not None
        twin.life = Life(first.life.age)
        self.children.append(twin)

    def _plant_namesakes(self) -> None:
        """Give one child in seven hundred the name, sex and birthday of a child of another village."""
        rng = self.rng
        for child in rng.sample(self.children, k=len(self.children) // 700):
            other = rng.choice(self.children)
            if other.home.village is child.home.village or "·" in other.name:
                continue
            child.name, child.sex, child.birth = other.name, other.sex, other.birth
            child.id_no = self.new_id(other.birth, other.sex)
            child.life = Life(other.life.age if other.life else 0)

    def add_migrant(self, child_age: int, village: Village) -> Person:
        """Add a family that lives here with its register elsewhere, and return its child."""
        rng = self.rng
        home = Household("", village, names.surname(rng), numbers.phone(rng))
        home.father = self._adult(home, "1", self.year - child_age - 28, "户主")
        sex = rng.choice("12")
        birth = numbers.spread_school_year(self.year, child_age, rng)
        region = rng.choice(OTHER_REGIONS)
        name = names.child_name(rng, sex, home.surname)
        child = self.new_person(home, sex, birth, name, "子", region=region)
        child.life = Life(child_age, hukou="elsewhere")
        self.children.append(child)
        return child
