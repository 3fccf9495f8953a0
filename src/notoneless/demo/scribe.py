"""The clerk who writes one list: copies the truth down and makes the mistakes of that list."""

from random import Random
from typing import Any

from notoneless.demo import names, numbers
from notoneless.demo.layout import Fields
from notoneless.demo.people import Person


class Scribe:
    """Writes the person columns of one kind of list with that list's error rates (per thousand rows)."""

    def __init__(self, kind: str, rates: dict[str, Any], rng: Random) -> None:
        own = rates["errors"][kind]
        self.rng = rng
        self._id, self._name, self._date = own["id"] / 1000, own["name"] / 1000, own["date"] / 1000
        self._dress, self._sex = own["dress"] / 1000, own["sex"] / 1000
        self.double = own["double"] / 1000
        self._above = ""

    def write(self, person: Person, bad: float, fields: Fields, guardian_id: str = "") -> str:
        """Fill name, sex, birthday, ID and nation into ``fields``; return the tags of the mistakes made.

        ``bad`` is the sender's carelessness, ``guardian_id`` a number that may be put down by mistake.
        """
        rng, tags = self.rng, ""
        name, id_no, birth, sex = person.name, person.id_no, person.birth, person.sex
        if rng.random() < self._name * bad or (len(name) > 4 and rng.random() < 0.3):
            name, tag = names.spoil_name(rng, name)
            tags = tag
        if id_no:
            id_no, tag = self._number(id_no, bad, guardian_id)
            tags = f"{tags},{tag}" if tag else tags
        fields["dob"] = birth
        if rng.random() < self._date * bad:
            fields["dob"], tag = numbers.spoil_date(rng, birth)
            tags = f"{tags},{tag}"
        if rng.random() < self._sex * bad:
            sex = "2" if sex == "1" else "1"
            tags = f"{tags},sex_wrong"
        fields["name"], fields["sex"], fields["id_no"], fields["nation"] = name, sex, id_no, person.nation
        self._above = id_no or self._above
        return tags

    def _number(self, id_no: str, bad: float, guardian_id: str) -> tuple[str, str]:
        draw = self.rng.random()
        if draw < self._id * bad:
            return numbers.spoil_id(self.rng, id_no, guardian_id, self._above)
        if draw > 1 - self._dress:
            return numbers.dress_id(self.rng, id_no), ""
        return id_no, ""
