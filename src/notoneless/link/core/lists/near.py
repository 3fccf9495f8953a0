"""Which rows of a far longer list can matter to a short one: those that a block may bring together with one of its rows.

A delivery of one school against the register of a city: without this most of the work is making ready millions of rows
that nobody asks about. The rows left out change no answer, which a test compares.

Out: `near` (n of `side_b`): rows that are not certain and share with a row of the shorter list two of birthday, name
(or sound) and township, or an ID number or what is left of one, or whose household has its guardian; rows that lack one
of these or have another person's number; and with each of them the rows of the same number or household, because one
person may stand in several rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.lists import numbers
from notoneless.link.core.lists.columns import birth_within
from notoneless.link.core.lists.keys import is_foreign, members_sql, number_of, twelve
from notoneless.link.core.lists.reading import Side

FAR_LONGER = 20
"""How many times longer a list must be before looking for its near rows costs less than making all of them ready."""

_NUMBERS = {"idv", "typed", "student_no", "prefix", "typed_prefix"}
_SORTS = {
    "birth": "day", "fold": "name", "syll": "name", "village": "place", "village2": "place", "town": "place",
    "town2": "place", "school_town": "place",
}  # fmt: skip
_NOT_IN_A_REGISTER = {
    "student_no", "cert_no", "school_code", "guardian_name", "guardian_id", "mother_name", "mother_id", "phone",
}  # fmt: skip
"""Columns by which rows may be brought together in ways that are not looked at here."""
_SAID = {"student_no", "school_code", "school_name", "guardian", "phone"}
"""Key columns that are empty in a list without the columns above."""


def is_far_longer(engine: Engine, a: Side, b: Side, more: Sequence[Sequence[tuple[str, str]]]) -> bool:
    """Whether the rows of `b` that are near to `a` should be looked for, and can be: `b` is a register of all ages.
    `more`: blocks beside those of the definitions."""
    register = b.wanted != "true" and "id_no" in b.kept and not _NOT_IN_A_REGISTER & b.columns.names
    covered = all(map(_is_covered, (*(block.equal for block in definitions.blocks()), *more)))
    return register and covered and engine.count(a.table) * FAR_LONGER <= engine.count(b.table)


def _is_covered(equal: Sequence[tuple[str, str]]) -> bool:
    """Whether rows that a block brings together are always near, whichever list is sought in the other."""
    for columns in zip(*equal, strict=True):
        sorts = {_SORTS[column] for column in columns if column in _SORTS}
        if not set(columns) & (_NUMBERS | _SAID) and len(sorts) < 2:
            return False
    return True


def make_near(engine: Engine, a: Side, b: Side) -> None:
    """Make `near`, and `elder` with the grown-ups who matter to them (see keys.members_sql). Needs `certain`, `day`,
    `name_key`, `school_town`, `pool_a`, `fix_a` and `taken_like`."""
    step = engine.step
    step("told", _told_sql(a))
    step("told_name", _told_name_sql())
    step("thin", _thin_sql(b))
    step(
        "meant",
        f"""SELECT idv FROM side_a WHERE idv IS NOT NULL UNION SELECT valid FROM pool_a WHERE valid IS NOT NULL
            UNION SELECT idv FROM fix_a UNION SELECT {number_of("guardian_id")} FROM pool_a WHERE guardian_id IS NOT NULL
            UNION SELECT {number_of("mother_id")} FROM pool_a WHERE mother_id IS NOT NULL""",
    )
    step("near", " UNION ".join([*_alike(), *_by_number(), _like_certain_sql()]))
    _with_their_own(engine)
    if "hh_no" in b.columns:
        _add_households(engine, b)
    engine.drop("told", "told_name", "thin", "meant")


def _add_households(engine: Engine, b: Side) -> None:
    """Make `elder` in one reading of the list: who lives with a row that is near so far, or has the name of a guardian or
    a number that is asked about. Add to `near` who lives with such a number, or with a guardian's name and is born on the
    day, or has the name, of the guardian's child.

    Of a household found by its elder only that one matters: no row in it is compared with another row for any other reason.
    """
    step = engine.step
    text = f"nullif({b.columns.raw('hh_no')}, '')"
    homes = " UNION ".join(
        f"SELECT {text} AS hh_no FROM side_b SEMI JOIN {rows} USING (n)" for rows in ("near", "taken_like")
    )
    step("home", f"SELECT hh_no FROM ({homes}) WHERE hh_no IS NOT NULL")
    step("relative", "SELECT DISTINCT coalesce(guardian_name, mother_name) AS name FROM pool_a")
    step("asked_number", "SELECT idv FROM meant UNION SELECT idv FROM thin SEMI JOIN near USING (n)")
    name, number = b.columns.text("name"), number_of(b.columns.text("id_no"))
    numbers = "IN (SELECT idv FROM asked_number WHERE idv IS NOT NULL)"
    fits = f"{name} IN (SELECT name FROM relative WHERE name IS NOT NULL) OR {number} {numbers}"
    step("elder", members_sql(b, f"WHERE hh_no IN (SELECT hh_no FROM home) OR {fits}"))
    parts = [
        "SELECT n FROM near",
        f"SELECT n FROM thin SEMI JOIN (SELECT hh_no FROM elder WHERE idv {numbers}) h USING (hh_no)",
    ]
    step("near", " UNION ".join([*parts, *_by_guardian()]), replace=True)
    _with_their_own(engine)
    engine.drop("home", "relative", "asked_number")


def _by_guardian() -> list[str]:
    """SQL: rows that live with somebody of a guardian's name and have the birthday or the name of the guardian's child."""
    lived = """(SELECT b.n, b.birth AS day, b.fold, e.name FROM thin b JOIN elder e ON e.hh_no = b.hh_no
        SEMI JOIN relative r ON r.name = e.name ANTI JOIN near k ON k.n = b.n) x"""
    kept = "(SELECT w.day, w.fold, coalesce(p.guardian_name, p.mother_name) AS name FROM pool_a p JOIN told w ON w.n = p.n) k"
    return [
        f"SELECT n FROM {lived} SEMI JOIN {kept} ON k.name = x.name AND k.{own} = x.{own}" for own in ("day", "fold")
    ]


def _told_sql(a: Side) -> str:
    """SQL: n, day, fold, syll, place: every way in which a row of the shorter list may meet one of the longer."""
    days = f"""
        SELECT s.n, coalesce(s.birth, d.day) AS day FROM side_a s LEFT JOIN day d ON d.written = s.odd
        UNION SELECT n, {birth_within("idv")} FROM side_a WHERE idv IS NOT NULL
        UNION SELECT n, {birth_within("valid")} FROM pool_a WHERE valid IS NOT NULL"""
    codes = [code for code in ("addr_code", "hukou_code") if code in a.columns]
    places = [f"SELECT n, {_place(code)} AS place FROM side_a WHERE {code} IS NOT NULL" for code in codes]
    places.append("SELECT p.n, t.town AS place FROM pool_a p JOIN school_town t ON t.school_code = p.school_code")
    return f"""
        SELECT s.n, w.day, k.fold, k.syll, h.place FROM side_a s LEFT JOIN name_key k ON k.name = s.name
        LEFT JOIN ({days}) w ON w.n = s.n LEFT JOIN ({" UNION ".join(places)}) h ON h.n = s.n"""


def _told_name_sql() -> str:
    """SQL: the names that are the same as one told, or sound so; and those of which nothing is left when they are folded."""
    alike = [f"SELECT name, fold, syll FROM name_key SEMI JOIN told USING ({key})" for key in ("fold", "syll")]
    return " UNION ".join([*alike, "SELECT name, fold, syll FROM name_key WHERE fold IS NULL"])


def _thin_sql(b: Side) -> str:
    """SQL: of every row of the longer list that is not certain what is asked here. `odd`: it lacks a name, a birthday or
    a right number of its own."""
    text = b.columns.text("id_no")
    first, second = (
        _place(code) if code in b.columns else "CAST(NULL AS BIGINT)" for code in ("addr_code", "hukou_code")
    )
    house = b.columns.text("hh_no") if "hh_no" in b.columns else "CAST(NULL AS VARCHAR)"
    return f"""
        SELECT n, coalesce(birth, {birth_within("idv")}) AS birth, fold, syll, place, place2, hh_no, idv,
            nameless OR id_text IS NOT NULL AND idv IS NULL OR coalesce(birth, idv) IS NULL
                OR {is_foreign(birth_within("idv"), "birth")} AS odd
        FROM (SELECT *, {numbers.right_number("written_idv", "typed_id", "shaped")} AS idv
              FROM (SELECT *, CASE WHEN shaped THEN id_text ELSE {numbers.cleaned("id_text")} END AS typed_id FROM (
                    SELECT s.n, coalesce(s.birth, d.day) AS birth, k.fold, k.syll, {first} AS place,
                        {second} AS place2, s.name IS NULL OR k.name IS NOT NULL AND k.fold IS NULL AS nameless, {house} AS hh_no, {text} AS id_text, s.idv AS written_idv, {numbers.is_shaped("s.idv", text)} AS shaped
                    FROM rest_b s LEFT JOIN told_name k ON k.name = s.name
                    LEFT JOIN day d ON d.written = s.odd) written) typed) numbered"""


def _alike() -> list[str]:
    """SQL: rows that share two of birthday, name or sound, and township."""
    names = ("fold", "syll")
    pairs = [f"x.day = b.birth AND x.{name} = b.{name}" for name in names]
    pairs += [
        f"x.{one} AND x.place = b.{place}"
        for place in ("place", "place2")
        for one in ("day = b.birth", *(f"{name} = b.{name}" for name in names))
    ]
    return [f"SELECT n FROM thin b SEMI JOIN told x ON {pair}" for pair in pairs]


def _by_number() -> list[str]:
    """SQL: rows whose number is meant, or begins like one that is left over, or that are odd."""
    left_over = "SELECT try_cast(substr(typed_id, 1, 14) AS BIGINT) AS prefix FROM pool_a"
    return [
        "SELECT n FROM thin b SEMI JOIN meant x ON x.idv = b.idv",
        f"SELECT n FROM thin b SEMI JOIN ({left_over}) x ON x.prefix = round((b.idv - b.idv % 1000) / 1000)",
        "SELECT n FROM thin WHERE odd",
    ]


def _like_certain_sql() -> str:
    """SQL: rows with the name and birthday of a row that is certain; they may be its second entry."""
    born = f"coalesce(s.birth, d.day, {birth_within('s.idv')})"
    known = f"""SELECT k.fold, {born} AS birth FROM side_b s SEMI JOIN certain c ON c.b = s.n
        JOIN told_name k ON k.name = s.name LEFT JOIN day d ON d.written = s.odd"""
    return f"SELECT n FROM thin b SEMI JOIN ({known}) x ON x.fold = b.fold AND x.birth = b.birth"


def _with_their_own(engine: Engine) -> None:
    """Add to `near` the rows of the same number or household until no more are found."""
    before = -1
    while (now := engine.count("near")) > before:
        before = now
        step, own = engine.step, "SELECT idv, hh_no FROM thin SEMI JOIN near USING (n)"
        step("own", own)
        step(
            "near",
            """SELECT n FROM near UNION SELECT n FROM thin b SEMI JOIN own x ON x.idv = b.idv
               UNION SELECT n FROM thin b SEMI JOIN own x ON x.hh_no = b.hh_no""",
            replace=True,
        )
        engine.drop("own")


def _place(code: str) -> str:
    """SQL: the township's nine digits, or what stands there if it is no area code."""
    known = f"coalesce({twelve(code)}, {code})"
    return f"CAST(round(({known} - {known} % 1000) / 1000) AS BIGINT)"
