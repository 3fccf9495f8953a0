"""What belongs to a person's row as a whole: the ID number with what it says of birth and sex, the address with
its place.
"""

import re
from collections.abc import Sequence
from datetime import date

from notoneless.common import documents, resident_id, student_no
from notoneless.common.resident_id import ResidentId, mask
from notoneless.policy.places import Places, level_of
from notoneless.roster.core.definitions import Column
from notoneless.roster.core.normalise import Issue

BIRTH_DIFFERS, SEX_DIFFERS, BIRTH_TAKEN, UPGRADED = "E210", "E211", "E212", "E109"
NO_PLACE, STUDENT_NO, CERTIFICATE, OTHER_DOCUMENT = "E305", "E322", "E111", "E110"
UNKNOWN_SEX = "0"
SEX_NAMES = {"1": "男", "2": "女"}
_HOUSE_NUMBER = re.compile(r"[0-9０-９].*")


def judge_identity(cell: str, column: Column) -> tuple[ResidentId, Issue | None]:
    """Read the ID cell; a wrong number is kept as typed, for it may be repaired when persons are linked; of a student
    number the ID number inside is taken.

    Only a valid number says anything of birth and sex; no number and a placeholder have the value "".
    """
    found = resident_id.parse(cell)
    if found.state in ("bad_chars", "bad_length"):
        other = _other_document(cell, found, column)
        if other:
            return other
    code = UPGRADED if found.upgraded else found.problem_code
    if not code:
        return found, None
    issue = Issue(code, {"column": column.name, "masked": found.masked})
    if found.state == "valid":
        return found, issue
    kept = "" if found.state in ("missing", "placeholder") else found.value
    return ResidentId(found.state, kept), issue


def _other_document(cell: str, found: ResidentId, column: Column) -> tuple[ResidentId, Issue] | None:
    """A cell of ID numbers that holds the number of another document: the ID number inside it, or the number as typed."""
    document = documents.recognise(cell)
    inside = {
        STUDENT_NO: student_no.parse(cell).resident_id if document.kind == documents.STUDENT else "",
        CERTIFICATE: document.value[: resident_id.LENGTH] if document.kind == documents.DISABILITY else "",
    }
    for code, value in inside.items():
        if value:
            return resident_id.parse(value), Issue(code, {"column": column.name, "masked": mask(value)})
    if document.repairable:
        return None
    values = {"column": column.name, "masked": found.masked, "kind": document.name}
    return ResidentId(found.state, found.value), Issue(OTHER_DOCUMENT, values)


def fill_births(
    days: list[date | None], identities: Sequence[ResidentId], column: Column, bad: set[int]
) -> list[tuple[int, Issue]]:
    """Put the birthday of a valid ID number where the row has none (in place).

    Gives an issue for rows whose written date was unreadable (``bad``) and for dates that differ from the number.
    """
    issues = []
    for index, (day, identity) in enumerate(zip(days, identities, strict=True)):
        if day == identity.birth or identity.birth is None:
            continue
        values = {"column": column.name, "value": str(day), "id_value": identity.birth.isoformat()}
        if day is None:
            days[index] = identity.birth
            if index in bad:
                issues.append((index, Issue(BIRTH_TAKEN, values)))
        else:
            issues.append((index, Issue(BIRTH_DIFFERS, values)))
    return issues


def fill_sexes(sexes: list[str | None], identities: Sequence[ResidentId], column: Column) -> list[tuple[int, Issue]]:
    """Put the sex of a valid ID number where the row has none, else 0 (in place); an issue where the two differ."""
    issues = []
    for index, (sex, identity) in enumerate(zip(sexes, identities, strict=True)):
        if sex in (None, UNKNOWN_SEX):
            sexes[index] = identity.sex or UNKNOWN_SEX
        elif identity.sex and sex != identity.sex:
            values = {"column": column.name, "value": SEX_NAMES[str(sex)], "id_value": SEX_NAMES[identity.sex]}
            issues.append((index, Issue(SEX_DIFFERS, values)))
    return issues


def join_address(parts: Sequence[str | None], addr: str | None) -> str | None:
    """Parts of an address (province to group) before the free text, each left out when the text names it already."""
    whole = addr or ""
    missing: list[str] = []
    for part in parts:
        if part and not part.isdigit() and part not in whole and part not in missing:
            missing.append(part)
    return "".join(missing) + whole or None


class PlaceFinder:
    """Address → 12-digit place code, judged once per distinct address without its house number."""

    def __init__(self, within: str | None) -> None:
        self._within = within
        self._places = Places.load()
        self._seen: dict[str, tuple[str | None, bool]] = {}

    def judge(self, address: str) -> tuple[str | None, Issue | None]:
        """The lowest place named; an issue when no township or village of ours is named in a filled address."""
        if not address:
            return None, None
        stem = without_house_number(address)
        found = self._seen.get(stem) or self._find(stem)
        return found[0], None if found[1] else Issue(NO_PLACE, {"value": address[:3] + "…"})

    def _find(self, stem: str) -> tuple[str | None, bool]:
        """The place, and whether it is as low as a township."""
        code = self._places.find(stem, self._within)
        found = self._seen[stem] = code, code is not None and level_of(code) in ("town", "village")
        return found


def without_house_number(address: str) -> str:
    """The address up to its first digit."""
    return _HOUSE_NUMBER.sub("", address) or address
