"""Which promises are truly broken for which child: what a faultless reading of faultless lists would find.

Each rule says in terms of the true lives what the check of the same name says in terms of lists.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from notoneless.demo.aid import Payment, Scheme, categories, is_pupil
from notoneless.demo.fates import life_of
from notoneless.demo.people import Block, Life, Person

_OUT_OF_SCHOOL = {"not_enrolled", "enrolled_not_attending", "suspected_dropout"}


def _rolls(life: Life, *statuses: str) -> int:
    return sum(status in statuses for _, status in life.roll)


def _school_age(life: Life) -> bool:
    return 6 <= life.age <= 14


def _compulsory(life: Life) -> bool:
    return life.grade.isdigit() and int(life.grade) <= 9


def _present(life: Life) -> bool:
    return life.attends is not None and life.last_seen is None and not life.home_taught


def _in_no_school(life: Life) -> bool:
    return _school_age(life) and not _rolls(life, "active", "leave") and not _present(life)


def not_enrolled(life: Life) -> bool:
    """On the register, of school age, on no roll and in no school."""
    return life.hukou == "normal" and _in_no_school(life)


def enrolled_not_attending(life: Life) -> bool:
    """On an active compulsory roll and not on that school's class list, or taught at home with no paper about it.

    Days of absence are another promise (suspected dropout); a death is another one too.
    """
    if not _rolls(life, "active") or not _compulsory(life) or life.hukou == "dead":
        return False
    own = any(school is life.attends for school, status in life.roll if status == "active")
    return life.attends is None or not own or life.home_taught


def attending_not_enrolled(life: Life) -> bool:
    """Present at school in a compulsory grade, on no roll."""
    return _present(life) and not _rolls(life, "active", "leave") and _compulsory(life)


def unregistered(life: Life) -> bool:
    """Lives here without being on any register."""
    return life.hukou == "none" and life.at_doorstep and 3 <= life.age <= 14


def disabled_unplaced(life: Life) -> bool:
    """Holds a certificate, of school age, on no roll and in no school."""
    return life.disability is not None and life.hukou != "none" and _in_no_school(life)


def dead_or_moved_on_roll(life: Life) -> bool:
    """Dead by the register, or moved out and gone, still on the roll."""
    gone = life.hukou == "dead" or (life.hukou == "moved_out" and not _present(life))
    return gone and _rolls(life, "active", "leave") > 0


def id_invalid(life: Life) -> bool:
    """On the roll with a number that is no resident ID (what was typed is what counts here)."""
    return life.wrong_id_on_roll


def id_conflict(life: Life) -> bool:
    """On the roll with a number that is sound and, by the register, not the child's own."""
    return life.others_id_on_roll


def multiple_rolls(life: Life) -> bool:
    """On two active rolls at once, kindergartens apart."""
    return _rolls(life, "active") > 1 and life.grade.isdigit()


LIFE_RULES: dict[str, Callable[[Life], bool]] = {
    "not_enrolled": not_enrolled,
    "enrolled_not_attending": enrolled_not_attending,
    "attending_not_enrolled": attending_not_enrolled,
    "unregistered": unregistered,
    "disabled_unplaced": disabled_unplaced,
    "dead_or_moved_on_roll": dead_or_moved_on_roll,
    "id_invalid": id_invalid,
    "id_conflict": id_conflict,
    "multiple_rolls": multiple_rolls,
}


def suspected_dropout(life: Life, as_of: date, suspect_days: int) -> bool:
    """On the class list and not seen for more than the days of the policy."""
    return life.last_seen is not None and (as_of - life.last_seen).days > suspect_days and _compulsory(life)


def broken_promises(block: Block, payments: list[Payment], scheme: Scheme, as_of: date) -> list[dict[str, Any]]:
    """Return one dict per child and broken promise, in the columns of the truth file."""
    found: list[dict[str, Any]] = []
    paid: dict[int, list[str]] = {}
    for payment in payments:
        paid.setdefault(payment.child.key, []).append(payment.item)
    for child in block.children:
        life = life_of(child)
        checks = [name for name, rule in LIFE_RULES.items() if rule(life)]
        if suspected_dropout(life, as_of, scheme.suspect_days):
            checks.append("suspected_dropout")
        if _OUT_OF_SCHOOL & set(checks) and _school_age(life) and _poor(child):
            checks.append("poor_dropout")
        checks += _aid_faults(child, paid.get(child.key, []), scheme)
        found += [_row(check, child) for check in checks]
    return found


def _poor(child: Person) -> bool:
    return child.home.poor or bool(child.home.monitor)


def _aid_faults(child: Person, items: list[str], scheme: Scheme) -> list[str]:
    life = life_of(child)
    owed: set[str] = set()
    if is_pupil(child):
        for category in categories(child):
            owed |= {item for item, _ in scheme.owed(category, life.grade, life.boards)}
    faults = []
    if owed - set(items):
        faults.append("aid_missed")
    if set(items) - owed:
        faults.append("aid_undue")
    if len(items) > len(set(items)):
        faults.append("aid_double")
    return faults


def _row(check: str, child: Person) -> dict[str, Any]:
    return {
        "check_id": check, "person": child.key, "situation": life_of(child).situation, "name": child.name,
        "id_no": child.id_no, "village": child.home.village.code,
    }  # fmt: skip
