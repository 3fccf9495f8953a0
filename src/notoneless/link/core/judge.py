"""Comparing candidate pairs field by field, and weighing what was found.

In:  `seek`, `fix_seek`, `cand` (see candidates.py), `fold_bits`, `syll_bits`, `parent`; `known`, `known_fix` as SQL;
     `copied` (rid, with_birth): rows sought whose number stands in another row of their list, under another name, too;
     with_birth: the birthday beside it as well.
Out: `judged` (rid, pid, frid, v_<field> verdict codes, slip, weight in bits before the prior of being taken).
A person is compared by all rows placed so far; each field takes its best verdict among them.
"""

from __future__ import annotations

import math
from typing import Protocol

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.birth_compare import birth_parts_sql, birth_sql, load_slips

FIELDS = ("name", "birth", "sex", "id_no", "place", "school", "family", "student")


class VerdictBook(Protocol):
    """Knows the names behind the numbers of folded names."""

    def verdicts(self, engine: Engine, known: str) -> None:
        """Make `name_verdict` (a, b, verdict): how the different folded names of candidate pairs compare, each pair of
        names once."""


NO_GRADES = "SELECT '' AS grade, 0 AS born WHERE 1 = 0"


def judge(
    engine: Engine,
    known: str,
    known_fix: str,
    book: VerdictBook,
    persons: int,
    unknown: float = 0.5,
    grades: str = NO_GRADES,
) -> None:
    """Make `judged`. For the prior: `persons` are known, and a row's person is not among them with chance `unknown`.

    `grades`: SQL, in which school year (see `school_year`) the pupils of a grade were mostly born (grade, born); asked
    where the birthdays say nothing.
    """
    for table, sql in _near_sqls(known, known_fix).items():
        engine.step(table, sql, replace=True)
    book.verdicts(engine, "near")
    load_slips(engine)
    engine.step("pair_face", _pair_sql(grades), replace=True)
    engine.step("pair", _best_sql(), replace=True)
    engine.step("lender", _lender_sql(), replace=True)
    engine.step("judged", _weight_sql(_register(persons), unknown), replace=True)
    engine.drop(*_near_sqls(known, known_fix), "pair_face", "pair", "lender", "name_verdict", "day_slip")


def _near_sqls(known: str, known_fix: str) -> dict[str, str]:
    """Table → SQL: of all that is known only what the candidates need, so that few rows cost little among millions."""
    sought = "(SELECT * FROM seek SEMI JOIN cand USING (rid))"
    return {
        "near": f"SELECT f.*, {_parts_sql()} FROM {known} f SEMI JOIN cand c ON c.pid = f.pid",
        "near_fix": f"SELECT y.rid, y.idv, y.slip FROM {known_fix} y SEMI JOIN near f ON f.rid = y.rid",
        "near_parent": "SELECT p.* FROM parent p SEMI JOIN near f ON f.rid = p.rid",
        "near_bits": f"""SELECT b.* FROM fold_bits b
            SEMI JOIN (SELECT fold FROM near UNION ALL SELECT fold FROM {sought}) f ON f.fold = b.fold""",
        "near_sound": f"SELECT b.* FROM syll_bits b SEMI JOIN {sought} s ON s.syll = b.syll",
    }


def copied_sql(listed: str) -> str:
    """SQL for `copied` within key table `listed`, which holds the rows sought: the number whole, or as typed."""
    same = " UNION ALL ".join(
        f"SELECT r.rid, r.birth, x.birth AS other FROM seek r JOIN {listed} x ON x.{column} = r.{column} AND x.fold <> r.fold"
        for column in ("idv", "typed")
    )
    return (
        f"SELECT rid, max(CASE WHEN birth = other THEN 1 ELSE 0 END) AS with_birth FROM ({same}) twice GROUP BY rid"
    )


def prior_bits(persons: int, unknown: float = 0.5) -> float:
    """Bits before any evidence: the chance that a given known person is the one, against that it is nobody known.

    Known rivals need no prior: they stand beside the pair and are told from it by the gap.
    """
    return math.log2((1 - unknown) / unknown) - math.log2(_register(persons))


def _register(persons: int) -> int:
    return max(persons, definitions.weights().register_floor)


def code(field: str, verdict: str) -> int:
    """The number of a verdict, for use in SQL."""
    return definitions.weights().fields[field].code(verdict)


def is_any(field: str, *verdicts: str, prefix: str = "v_") -> str:
    """SQL: the field's verdict is one of these; false (not NULL) when it could not be compared."""
    codes = ", ".join(str(code(field, verdict)) for verdict in verdicts)
    return f"coalesce({prefix}{field} IN ({codes}), false)"


NEAR_BIRTHS = ("lunar_day", "epoch", "near", "lunar")
UNSAID_BIRTHS = ("grade", "borrowed")
NEAR_NAMES = ("homophone", "lookalike", "swapped", "latin", "damaged", "remnant")


def school_year(birth: str) -> str:
    """SQL: the year in which a school year's children began to be born: 1 September to 31 August of the next."""
    return f"floor(({birth} - 900) / 10000)"


def _parts_sql() -> str:
    """SQL: what is worked out once for each row and not for each pair: parts of the birthday, and `digits` to compare:
    a valid number, or one of 18 characters as typed."""
    digits = "CASE WHEN idv IS NOT NULL THEN CAST(idv AS VARCHAR) WHEN length(typed) = 18 THEN typed END AS digits"
    return f"{birth_parts_sql('birth')}, {digits}"


def _pair_sql(grades: str) -> str:
    return f"""
        SELECT c.rid, c.pid, f.rid AS frid, coalesce(x.slip, y.slip) AS slip,
            least(rb.bits, fb.bits) AS rarity, rs.bits AS sound_rarity,
            CASE WHEN r.fold = f.fold THEN {code("name", "same")} ELSE n.verdict END AS v_name,
            {_birth()} AS v_birth, {_grade()} AS v_grade,
            CASE WHEN r.sex = f.sex THEN {code("sex", "same")} WHEN r.sex <> f.sex THEN {code("sex", "differ")} END AS v_sex,
            {_id_no()} AS v_id_no, {_place()} AS v_place, {_school()} AS v_school, {_family()} AS v_family,
            CASE WHEN r.student_no = f.student_no THEN {code("student", "same")} END AS v_student
        FROM cand c
        JOIN (SELECT s.*, {_parts_sql()}, g.born FROM seek s LEFT JOIN ({grades}) g ON g.grade = s.grade) r ON r.rid = c.rid
        JOIN near f ON f.pid = c.pid
        LEFT JOIN name_verdict n ON n.a = r.fold AND n.b = f.fold
        LEFT JOIN near_bits rb ON rb.fold = r.fold
        LEFT JOIN near_bits fb ON fb.fold = f.fold
        LEFT JOIN near_sound rs ON rs.syll = r.syll
        LEFT JOIN fix_seek x ON x.rid = r.rid AND x.idv = f.idv
        LEFT JOIN near_fix y ON y.rid = f.rid AND y.idv = r.idv
        LEFT JOIN near_parent p ON p.rid = f.rid
        LEFT JOIN day_slip da ON da.day = f.birth AND da.written = r.birth
        LEFT JOIN day_slip db ON db.day = r.birth AND db.written = f.birth"""


def _birth() -> str:
    return f"""CASE
        WHEN r.birth = f.birth OR r.birth = f.birth2 THEN {code("birth", "same")}
        {birth_sql("r.birth", "f.birth", "coalesce(da.code, db.code)")} END"""


def _grade() -> str:
    """SQL: a year apart, a child that started early or stayed down, speaks neither for nor against."""
    apart = f"abs({school_year('f.birth')} - r.born)"
    return (
        f"CASE WHEN {apart} = 0 THEN {code('birth', 'grade')} WHEN {apart} >= 2 THEN {code('birth', 'grade_off')} END"
    )


def _id_no() -> str:
    return f"""CASE
        WHEN r.idv = f.idv THEN {code("id_no", "same")}
        WHEN x.idv IS NOT NULL OR y.idv IS NOT NULL THEN {code("id_no", "repaired")}
        WHEN r.typed = f.typed THEN {code("id_no", "as_typed")}
        WHEN r.idv <> f.idv AND NOT coalesce(r.birth = f.birth AND coalesce(r.birth2, f.birth2) IS NOT NULL, false)
            THEN {code("id_no", "differ")}
        WHEN r.typed_prefix = f.prefix THEN {code("id_no", "prefix")}
        WHEN coalesce(r.idv, f.idv) IS NOT NULL AND {_two_digits("r.digits", "f.digits")} THEN {code("id_no", "two_digits")}
        WHEN r.idv <> f.idv THEN {code("id_no", "differ")} END"""


def _two_digits(one: str, other: str) -> str:
    """SQL: two numbers, of which one is valid, differ at two of their first 17 places at most.

    Of two that are both valid (one double slip of ten leaves a valid number) only when one of them contradicts the
    birthday beside it: those of twins, and of children of one day in two counties, are as near.
    """
    wrong = " + ".join(
        f"CASE WHEN substr({one}, {i}, 1) = substr({other}, {i}, 1) THEN 0 ELSE 1 END" for i in range(1, 18)
    )
    return f"{one} IS NOT NULL AND {other} IS NOT NULL AND {wrong} <= 2"


def _place() -> str:
    def same(level: str) -> str:
        return f"r.{level} = f.{level} OR r.{level} = f.{level}2 OR r.{level}2 = f.{level} OR r.{level}2 = f.{level}2"

    return f"""CASE WHEN {same("village")} THEN {code("place", "village")}
        WHEN {same("town")} THEN {code("place", "town")}
        WHEN r.school_town = f.town OR r.school_town = f.town2 OR f.school_town = r.town OR f.school_town = r.town2
            THEN {code("place", "catchment")}
        WHEN coalesce(r.town, r.town2) <> coalesce(f.town, f.town2) THEN {code("place", "elsewhere")}
        WHEN coalesce(r.school_town, f.school_town) <> coalesce(f.town, f.town2, r.town, r.town2)
            THEN {code("place", "outside")} END"""


def _school() -> str:
    same = "(r.school_code = f.school_code OR r.school_name = f.school_name)"
    return f"""CASE WHEN {same} AND r.grade = f.grade AND r.class_no = f.class_no THEN {code("school", "class")}
        WHEN {same} THEN {code("school", "same")}
        WHEN r.school_code <> f.school_code OR r.school_name <> f.school_name THEN {code("school", "differ")} END"""


def _family() -> str:
    return f"""CASE
        WHEN r.guardian_idv = f.guardian_idv OR r.guardian_idv = p.idv OR r.idv = p.idv THEN {code("family", "id_no")}
        WHEN r.guardian = f.guardian OR r.guardian = p.name OR r.hh = f.hh THEN {code("family", "name")}
        WHEN r.phone = f.phone THEN {code("family", "phone")}
        WHEN r.guardian <> f.guardian OR r.guardian <> p.name THEN {code("family", "differ")} END"""


def _best_sql() -> str:
    """One line per row and person: the best verdict of each field; `frid` is the row that told most about the name and ID."""
    best = ", ".join(f"min(v_{field}) AS v_{field}" for field in FIELDS)
    return f"""
        SELECT rid, pid, {best}, min(v_grade) AS v_grade, max({_name_bits()}) AS name_bits, min(slip) AS slip,
            min_by(frid, (coalesce(v_id_no, 9) * 100 + coalesce(v_name, 99)) * 10000000000 + frid) AS frid
        FROM pair_face GROUP BY rid, pid"""


def _name_bits() -> str:
    lines = []
    for verdict in definitions.weights().fields["name"].verdicts:
        rarity = "sound_rarity" if verdict.id == "homophone" else "rarity"
        lines.append(f"WHEN {verdict.code} THEN {verdict.fixed_bits!r} + {rarity if verdict.by_frequency else '0.0'}")
    return f"(CASE v_name {' '.join(lines)} ELSE 0.0 END)"


def is_stranger() -> str:
    """SQL: the same number, but the name is not this person's, or only sounds like it while the birthday is far off.

    A number copied from the row above is often a brother's, so that neither village nor guardian tell them apart.
    """
    near = f"{is_any('name', *NEAR_NAMES)} AND NOT {is_any('birth', 'far', 'lunar')}"
    return f"({is_any('id_no', 'same')} AND NOT ({is_any('name', 'same', 'surname')} OR {near}))"


def _lender_sql() -> str:
    """Rows whose ID number is someone else's, of another name: the number was copied or lent and says nothing.

    `with_birth`: neither does the birthday, which is the one inside that number, or was copied with it.
    """
    return f"""
        SELECT rid, max(with_birth) AS with_birth FROM (
            SELECT s.rid, CASE WHEN s.birth2 IS NULL AND s.idv IS NOT NULL THEN 1 ELSE 0 END AS with_birth
            FROM seek s SEMI JOIN (
                SELECT rid FROM pair WHERE {is_stranger()} UNION SELECT s.rid FROM seek s JOIN parent p ON p.idv = s.idv
                UNION SELECT rid FROM copied
            ) l ON l.rid = s.rid
            UNION ALL SELECT rid, with_birth FROM copied
        ) lent GROUP BY rid"""


def field_bits(persons: int) -> dict[str, str]:
    """Field → SQL over `judged` for what it adds to the weight; the name is left out, its rarity is not kept there."""
    plain = {field: _bits(field, _register(persons)) for field in FIELDS if field not in ("name", "id_no", "birth")}
    return {**plain, "id_no": _id_bits(_register(persons)), "birth": _birth_bits(_register(persons))}


def _weight_sql(persons: int, unknown: float) -> str:
    prior = prior_bits(persons, unknown)
    columns = ", ".join(f"v_{field}" for field in FIELDS)
    others = ", ".join(f"p.v_{field}" for field in FIELDS if field not in ("id_no", "birth"))
    plain = " + ".join(_bits(field, persons) for field in ("sex", "place", "school", "family", "student"))
    return f"""
        SELECT rid, pid, frid, slip, {columns},
            round({prior!r} + name_bits + {plain} + {_id_bits(persons)} + {_birth_bits(persons)}, 2) AS weight
        FROM (
            SELECT p.rid, p.pid, p.frid, p.slip, p.name_bits, {others},
                CASE WHEN p.v_id_no = {code("id_no", "differ")} AND l.rid IS NOT NULL
                     THEN {code("id_no", "borrowed")} ELSE p.v_id_no END AS v_id_no,
                CASE WHEN p.v_birth IN ({code("birth", "far")}, {code("birth", "lunar")}) AND l.with_birth = 1
                     AND coalesce(p.v_id_no, {code("id_no", "differ")}) = {code("id_no", "differ")}
                     THEN coalesce(p.v_grade, {code("birth", "borrowed")})
                     WHEN NOT {is_any("id_no", "same", "repaired")} THEN coalesce(p.v_birth, p.v_grade)
                     ELSE p.v_birth END AS v_birth
            FROM pair p LEFT JOIN lender l ON l.rid = p.rid
        )"""


def _bits(field: str, persons: int) -> str:
    lines = [f"WHEN {v.code} THEN {v.bits(persons)!r}" for v in definitions.weights().fields[field].verdicts]
    return f"(CASE v_{field} {' '.join(lines)} ELSE 0.0 END)"


def _id_bits(persons: int) -> str:
    w = definitions.weights()
    return f"(CASE WHEN {is_stranger()} THEN {w.id_without_name!r} ELSE {_bits('id_no', persons)} END)"


def _birth_bits(persons: int) -> str:
    w = definitions.weights()
    return f"""(CASE WHEN NOT {is_any("id_no", "same", "repaired")} THEN {_bits("birth", persons)}
        WHEN {is_any("birth", "same")} OR v_birth IS NULL THEN {w.birth_within_id!r}
        ELSE {w.birth_against_id!r} END)"""
