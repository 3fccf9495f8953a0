"""Two invented lists of one city, 学籍 and 户籍 (or 点名 and 户籍), with errors of known kinds and the truth beside them.

    python bench/link_people.py FOLDER [--rows 100k|1m|city] [--kind roll|head_count] [--seed 20261101]

For tuning only: whoever judges the engine uses a generator and seeds of his own. Every person is invented. Rates per
thousand rows stand in link_rates.yaml; they are multiplied by each school's carelessness, so that errors come in
clumps. Written town by town, so that memory does not grow with the city.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from link_spoil import spoil_date, spoil_id, spoil_name

from notoneless.demo import names

TUNING_SEED = 20261101
RATES = yaml.safe_load((Path(__file__).parent / "link_rates.yaml").read_text("utf-8"))
SIZES = {
    "10k": (10_000, 3.9),
    "20k": (20_000, 3.0),
    "100k": (100_000, 3.9),
    "400k": (400_000, 3.9),
    "1m": (1_000_000, 0.0),
    "city": (2_270_000, 4.7),
}
"""Children of school age, and other members of the register for each of them."""
TOWN_CHILDREN = 13_000
VILLAGES = 60
COUNTIES = ("371302", "371311", "371312", "371321", "371322", "371323", "371324", "371325", "371326", "371327")
FIRST_BIRTH, LAST_BIRTH = date(2010, 9, 1), date(2020, 8, 31)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

ROLL = (
    "row_id", "name", "sex", "dob", "id_no", "student_no", "nation", "addr_code", "home_addr", "school_code",
    "county_code", "grade", "class_no", "guardian_name", "guardian_id", "phone", "relation",
)  # fmt: skip
HEAD_COUNT = ("row_id", "name", "sex", "dob", "id_no", "school_code", "county_code", "grade", "class_no")
REGISTER = ("row_id", "name", "sex", "dob", "id_no", "nation", "hukou_code", "hh_no", "relation")
LEFT_TRUTH = ("row_id", "person", "id_error", "name_error", "date_error", "other")
RIGHT_TRUTH = ("row_id", "person", "school_age")


@dataclass
class Person:
    """One invented person; `number` is the truth that the lists do not show."""

    number: int
    name: str
    sex: str
    birth: date
    id_no: str
    nation: str = "01"
    village: str = ""
    house: str = ""
    guardian: tuple[str, str, str, str] = ("", "", "", "")
    old_name: str = ""
    notes: list[str] = field(default_factory=list)


class Writer:
    """A Parquet file filled row by row; all columns are text, as bureaus send them, but for dob."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._schema = pa.schema([(c, pa.bool_() if c == "school_age" else pa.string()) for c in columns])
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[tuple[Any, ...]] = []
        self.count = 0

    def add(self, *row: Any) -> None:
        self._rows.append(row)
        self.count += 1
        if len(self._rows) >= 100_000:
            self.flush()

    def flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(self._columns)
        arrays = [pa.array(column, one.type) for column, one in zip(columns, self._schema, strict=True)]
        self._file.write_table(pa.table(arrays, schema=self._schema))
        self._rows = []

    def close(self) -> None:
        self.flush()
        self._file.close()


class City:
    """Draws the people of one town after another and writes what each list says of them."""

    def __init__(self, folder: Path, rows: str, kind: str, seed: int) -> None:
        self.children, self.others = SIZES[rows]
        self.kind = kind
        self.rng = Random(f"{seed}-{rows}-{kind}")
        self.rates = RATES[kind]
        self.left = Writer(folder / "left.parquet", HEAD_COUNT if kind == "head_count" else ROLL)
        self.right = Writer(folder / "right.parquet", REGISTER)
        self.left_truth = Writer(folder / "truth_left.parquet", LEFT_TRUTH)
        self.right_truth = Writer(folder / "truth_right.parquet", RIGHT_TRUTH)
        self.sequence: dict[str, int] = {}
        self.number = self.household = 0

    def write(self) -> None:
        towns = max(1, round(self.children / TOWN_CHILDREN))
        for town in range(towns):
            self._town(town, round(self.children / towns))
        for writer in (self.left, self.right, self.left_truth, self.right_truth):
            writer.close()

    def _town(self, town: int, size: int) -> None:
        code = f"{COUNTIES[town % len(COUNTIES)]}{town // len(COUNTIES) + 100:03d}"
        villages = [f"{code}{n + 200:03d}" for n in range(VILLAGES)]
        children: list[Person] = []
        while len(children) < size:
            children += self._family(self.rng.choice(villages))
        fill = round(len(children) * self.others) - len(children) * 2
        for _ in range(max(0, fill)):
            self._register(self._adult(self.rng.choice(villages), self.rng.choice("12"), 1935, 2002), "99", False)
        self._schools(code, villages, children)

    # people

    def _family(self, village: str) -> list[Person]:
        rng = self.rng
        self.household += 1
        house = f"{village[:6]}{self.household:08d}"
        father, mother = self._adult(village, "1", 1970, 1995), self._adult(village, "2", 1972, 1997)
        father.house = mother.house = house
        nation = rng.choice(("11", "08", "07", "05")) if rng.random() < 0.03 else "01"
        children: list[Person] = []
        shared = rng.choice(names.BOY_CHARS + names.GIRL_CHARS) if rng.random() < 0.3 else ""
        for _ in range(rng.choices((1, 2, 3), (45, 47, 8))[0]):
            children.append(self._child(village, house, father, mother, nation, shared))
            if rng.random() < 0.012:
                children.append(self._twin(children[-1], shared or children[-1].name[1:2]))
        keepers = rng.choices(("both", "mother", "none"), (86, 7, 7))[0]
        if self.others:
            for parent in (father, mother)[{"both": 0, "mother": 1, "none": 2}[keepers] :]:
                self._register(parent, "01" if parent is father else "10", False)
        return children

    def _child(self, village: str, house: str, father: Person, mother: Person, nation: str, shared: str) -> Person:
        rng = self.rng
        sex = "1" if rng.random() < 0.53 else "2"
        birth = FIRST_BIRTH + timedelta(days=rng.randrange((LAST_BIRTH - FIRST_BIRTH).days + 1))
        if nation == "05":
            name = names.minority_name(rng, "维吾尔族")
        else:
            name = names.child_name(rng, sex, father.name[0], shared)
        keeper = father if rng.random() < 0.6 else mother
        phone = f"1{rng.choice('3578')}{rng.randrange(10**9):09d}"
        relation = "51" if keeper is father else "52"
        person = self._person(name, sex, birth, village[:6] if rng.random() < 0.9 else rng.choice(COUNTIES))
        person.nation, person.village, person.house = nation, village, house
        person.guardian = (keeper.name, keeper.id_no, phone, relation)
        if rng.random() < self.rates["person"]["renamed"] / 1000:
            person.old_name = names.rename(rng, name, sex, mother.name)[0]
        return person

    def _twin(self, first: Person, shared: str) -> Person:
        rng = self.rng
        sex = first.sex if rng.random() < 0.7 else ("2" if first.sex == "1" else "1")
        name = names.child_name(rng, sex, first.name[0], shared)
        while name == first.name:
            name = names.child_name(rng, sex, first.name[0], shared)
        twin = self._person(name, sex, first.birth, first.id_no[:6])
        twin.nation, twin.village, twin.house, twin.guardian = (
            first.nation,
            first.village,
            first.house,
            first.guardian,
        )
        twin.notes, first.notes = ["twin"], ["twin"]
        return twin

    def _adult(self, village: str, sex: str, first: int, last: int) -> Person:
        rng = self.rng
        birth = date(rng.randrange(first, last), rng.randrange(1, 13), rng.randrange(1, 29))
        person = self._person(names.adult_name(rng, sex, names.surname(rng)), sex, birth, village[:6])
        person.village = village
        person.house = f"{village[:6]}9{person.number:08d}"
        return person

    def _person(self, name: str, sex: str, birth: date, area: str) -> Person:
        self.number += 1
        key = f"{area}{birth:%Y%m%d}{sex}"
        number = self.sequence.get(key, -1) + 1
        self.sequence[key] = number
        if number > 480:
            return self._person(name, sex, birth + timedelta(days=1), area)
        first17 = f"{area}{birth:%Y%m%d}{number * 2 + (1 if sex == '1' else 2):03d}"
        return Person(self.number, name, sex, birth, first17 + check_character(first17))

    # the register

    def _register(self, person: Person, relation: str, school_age: bool) -> None:
        row = f"H{self.right.count + 1:08d}"
        rng, rate = self.rng, RATES["register"]
        id_no, name, sex = person.id_no, person.name, person.sex
        if rng.random() < rate["id"] / 1000:
            id_no = spoil_id(rng, "one_digit", id_no, "", "")
        if rng.random() < rate["name"] / 1000:
            name = spoil_name(rng, name)[0]
        if rng.random() < rate["sex"] / 1000:
            sex = "2" if sex == "1" else "1"
        dob = f"{person.birth:%Y%m%d}"
        self.right.add(row, name, sex, dob, id_no, person.nation, person.village, person.house, relation)
        self.right_truth.add(row, str(person.number), school_age)

    # the school list

    def _schools(self, town: str, villages: list[str], children: list[Person]) -> None:
        rng, rates = self.rng, self.rates["person"]
        pupils: dict[tuple[str, str, str], list[Person]] = {}
        for child in children:
            if rng.random() >= rates["unregistered"] / 1000:
                self._register(child, "20", True)
                if rng.random() < rates["second_register"] / 1000:
                    self._second_entry(child)
            if rng.random() >= rates["not_in_school"] / 1000:
                year = (
                    LAST_BIRTH.year - child.birth.year + (1 if (child.birth.month, child.birth.day) < (9, 1) else 0)
                )
                grade = min(9, max(1, year))
                near = int(child.village[-3:]) % 5 if grade <= 6 else 7
                school = f"{'21' if grade <= 6 else '31'}37{town[4:9]}{near}"
                pupils.setdefault((school, str(grade), str(rng.randrange(1, 5))), []).append(child)
        care: dict[str, float] = {}
        for (school, grade, class_no), members in sorted(pupils.items()):
            factor = care.setdefault(school, min(6.0, rng.lognormvariate(-0.4, 0.9)))
            above: tuple[str, ...] = ("", "")
            for child in members:
                above = self._pupil(child, school, grade, class_no, factor, above, villages)
                if rng.random() < rates["second_roll"] / 1000:
                    other = f"{school[:9]}{(int(school[9]) + 1) % 5}" if school[0] == "2" else school
                    self._pupil(child, other, grade, "9", factor * 4, above, villages, "double")

    def _second_entry(self, child: Person) -> None:
        """A second register entry: mostly under another number and at another household of the family."""
        if self.rng.random() < 0.5:
            self._register(child, "20", True)
            return
        other = self._person(child.name, child.sex, child.birth, child.id_no[:6])
        other.number, other.nation, other.village, other.house = (
            child.number,
            child.nation,
            child.village,
            child.house,
        )
        child.notes.append("second_register")
        self._register(other, "20", True)

    def _pupil(
        self, child: Person, school: str, grade: str, class_no: str, factor: float, above: tuple[str, ...],
        villages: list[str], other: str = "",
    ) -> tuple[str, ...]:  # fmt: skip
        rng, rates = self.rng, self.rates
        row = f"S{self.left.count + 1:08d}"
        name, sex, dob = child.name, child.sex, f"{child.birth:%Y%m%d}"
        keeper, keeper_id, phone, relation = child.guardian
        id_error = pick(rng, rates["id"], factor)
        id_no = spoil_id(rng, id_error, child.id_no, keeper_id, above[0]) if id_error else child.id_no
        id_error = id_error if id_no != child.id_no else ""
        name_error = date_error = ""
        if child.old_name:
            name, name_error = child.old_name, "renamed"
        elif rng.random() < rates["name"] * factor / 1000 or (is_rare(name) and rng.random() < 0.3):
            name, name_error = spoil_name(rng, name)
        date_error = pick(rng, rates["date"], factor)
        if id_error == "copied" and rng.random() < 0.5:
            dob, date_error = above[1], "copied"
        elif date_error:
            dob = spoil_date(rng, date_error, child.birth)
        if rng.random() < rates["sex"] * factor / 1000:
            sex = "2" if sex == "1" else "1"
        village = child.village
        if rng.random() < rates["person"]["moved"] / 1000:
            village = rng.choice(villages)
            other = other or "moved"
        if rng.random() < rates["guardian_missing"] / 1000:
            keeper = keeper_id = phone = ""
        self.left_truth.add(row, str(child.number), id_error, name_error, date_error, other or " ".join(child.notes))
        if self.kind == "head_count":
            self.left.add(row, name, sex, dob, id_no, school, village[:6], grade, class_no)
        else:
            student_no = "G" + child.id_no if rng.random() < 0.9 and not id_error else f"L{village[:6]}{row[1:]}0000"
            self.left.add(
                row, name, sex, dob, id_no, student_no, child.nation, village, f"第{int(village[-3:])}村",
                school, village[:6], grade, class_no, keeper, keeper_id, phone, relation,
            )  # fmt: skip
        return id_no, dob


def pick(rng: Random, rates: dict[str, float], factor: float) -> str:
    """Which error happens, if any; `rates` per thousand."""
    draw = rng.random() * 1000 / factor
    for kind, rate in rates.items():
        if draw < rate:
            return kind
        draw -= rate
    return ""


def is_rare(name: str) -> bool:
    return "·" in name or any(char in names.RARE_CHARS for char in name)


def check_character(first17: str) -> str:
    return "10X98765432"[sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True)) % 11]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", choices=list(SIZES), default="100k")
    parser.add_argument("--kind", choices=sorted(RATES.keys() - {"register"}), default="roll")
    parser.add_argument("--seed", type=int, default=TUNING_SEED)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    city = City(arguments.folder, arguments.rows, arguments.kind, arguments.seed)
    city.write()
    print(f"left {city.left.count:,} right {city.right.count:,} people {city.number:,}")


if __name__ == "__main__":
    main()
