"""账号表: accounts to be, read from a workbook or csv, each row checked before anything is made."""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from notoneless.common.errors import Fault
from notoneless.common.wording import Wording
from notoneless.files.tables import Source, read_table
from notoneless.org.actions import create_users, hashed, new_account
from notoneless.org.models import User
from notoneless.org.posts import checked_post
from notoneless.org.queries import find_school_code
from notoneless.org.roles import ROLES
from notoneless.policy.places import LEVEL_DIGITS, Places, full_code

COLUMNS = {
    "username": Wording("账号"),
    "display_name": Wording("姓名"),
    "role": Wording("角色"),
    "place": Wording("辖区"),
    "school": Wording("学校"),
    "sender": Wording("送达单位"),
}
"""Field → heading, as the template has them."""
REQUIRED = ("username", "display_name", "role")
MOST_ROWS = 200
HEADER_ROWS = 10
PASSWORD_BYTES = 9
ROLE_IDS = {role.name: role.id for role in ROLES.values()}


@dataclass(frozen=True)
class StaffRow:
    """One line of the list as written; ``number`` as the sheet shows it; ``fault`` says what keeps it from being made."""

    number: int
    fields: Mapping[str, str]
    fault: Fault | None = None
    user: User | None = None

    def to_dict(self) -> dict[str, object]:
        """What a form carries until it is confirmed; read back by `check_staff`, which believes nothing of it."""
        return {"number": self.number, "fields": dict(self.fields)}


def read_staff(source: Source, file_name: str, now: dt.datetime) -> list[StaffRow]:
    """The rows of the first sheet that has the headings, checked. Raises Fault E736 (a heading lacks), E741, E0xx."""
    table = read_table(source, file_name)
    for sheet in table.sheets:
        rows = list(itertools.islice(sheet.rows, HEADER_ROWS + MOST_ROWS + 1))
        for at, cells in enumerate(rows[:HEADER_ROWS]):
            if COLUMNS["username"] in cells and COLUMNS["role"] in cells:
                return check_staff(_below(cells, rows[at + 1 :], at + 2), now)
    raise Fault("E736", where=file_name, column=COLUMNS["username"])


def _below(header: Sequence[str], rows: Sequence[Sequence[str]], first: int) -> list[StaffRow]:
    places = {field: header.index(title) for field, title in COLUMNS.items() if title in header}
    for field in REQUIRED:
        if field not in places:
            raise Fault("E736", column=COLUMNS[field])
    found = []
    for number, cells in enumerate(rows, start=first):
        fields = {field: cells[at].strip() if at < len(cells) else "" for field, at in places.items()}
        if any(fields.values()):
            found.append(StaffRow(number, fields))
    if len(found) > MOST_ROWS:
        raise Fault("E741", rows=len(found), most=MOST_ROWS)
    return found


def check_staff(rows: Iterable[StaffRow], now: dt.datetime) -> list[StaffRow]:
    """The rows, each with the account it would make or with what is wrong."""
    taken: set[str] = set()
    return [_checked(row, taken, now) for row in rows]


def create_staff(*, rows: Sequence[StaffRow], by: User, now: dt.datetime, reason: str) -> list[tuple[User, str]]:
    """Make the accounts of the good rows; (account, one-time password) of each. The others are left out.

    Raises Fault as `create_users`; then none is made.
    """
    made = []
    for row in rows:
        if row.user is not None:
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            row.user.password = hashed(password, row.user)
            made.append((row.user, password))
    create_users(users=[user for user, _password in made], by=by, now=now, reason=reason)
    return made


def _checked(row: StaffRow, taken: set[str], now: dt.datetime) -> StaffRow:
    fields = {field: str(row.fields.get(field, "")) for field in COLUMNS}
    try:
        if fields["username"] in taken:
            raise Fault("E742", username=fields["username"])
        role = ROLE_IDS.get(fields["role"], fields["role"])
        post = checked_post(
            role, place_code_of(fields["place"]), find_school_code(fields["school"]), fields["sender"]
        )
        user = new_account(fields["username"], fields["display_name"], post, now)
    except Fault as fault:
        return StaffRow(row.number, fields, fault)
    taken.add(fields["username"])
    return StaffRow(row.number, fields, None, user)


def place_code_of(text: str) -> str:
    """The code of the place meant by a code or by a name as people write it; the text itself when none is meant."""
    if not text or text.isdigit():
        return full_code(text) if len(text) in LEVEL_DIGITS.values() else text
    return Places.load().find(text, within=settings.REGION) or text
