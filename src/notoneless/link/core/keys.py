"""The prepare step: what rows are compared by, computed once per row in one place.

`key_<kind>` holds numbers and short texts only: folded name and its sound as numbers, birthday as yyyymmdd, a valid ID
number as its first 17 digits (the 18th follows from them). What SQL cannot do portably (folding names, repairing ID
numbers) is done in Python over DISTINCT values and joined back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from notoneless.common import names, resident_id
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.inputs import KIN_OF, Source
from notoneless.link.core.name_compare import compare_names
from notoneless.link.core.wanted import VALID_ID, wanted_sql

_NO_PARENTS = (
    "SELECT CAST(0 AS BIGINT) AS rid, 0 AS birth, 0 AS fold, '' AS name, CAST(0 AS BIGINT) AS idv WHERE 1 = 0"
)
_PARENTS = f"""
    SELECT k.rid, k.birth, k.fold, a.name, CAST(substr({VALID_ID}, 1, 17) AS BIGINT) AS idv
    FROM kin a
    JOIN key_hukou k ON k.hh = a.hh_no"""
"""rid, birthday and fold of a child's 户籍 row, beside name and number of each member of the household outside the window."""


@dataclass(frozen=True)
class NameBook:
    """Folded names by number: number i stands for texts[i], which sounds like number sounds[i]."""

    texts: tuple[str, ...]
    sounds: tuple[int, ...]

    def verdicts(self, engine: Engine, known: str) -> None:
        """See `judge.VerdictBook`."""
        pairs = engine.fetch(
            f"""SELECT DISTINCT s.fold AS a, f.fold AS b
                FROM cand c JOIN seek s ON s.rid = c.rid JOIN {known} f ON f.pid = c.pid
                WHERE s.fold <> f.fold ORDER BY a, b"""
        )
        left, right = pairs.column("a").to_pylist(), pairs.column("b").to_pylist()
        codes = {verdict.id: verdict.code for verdict in definitions.weights().fields["name"].verdicts}
        found = [codes[self._compare(a, b)] for a, b in zip(left, right, strict=True)]
        engine.load("name_verdict", pairs.append_column("verdict", pa.array(found, pa.int32())))

    def _compare(self, a: int, b: int) -> str:
        return compare_names(self.texts[a], self.texts[b], same_sound=self.sounds[a] == self.sounds[b])


def prepare_names(engine: Engine, sources: Sequence[Source], window: LinkWindow) -> NameBook:
    """Make `name_key` (name → numbers of its fold and its sound), `fold_bits`, `syll_bits`, and an empty `parent`."""
    book = _name_book(engine, sources, window)
    _frequencies(engine)
    engine.step("parent", _NO_PARENTS)
    return book


def prepare_rows(engine: Engine, source: Source, window: LinkWindow) -> None:
    """Make `key_<kind>` and `fix_<kind>`; for 户籍 also `parent`."""
    engine.step(f"key_{source.kind.id}", _key_sql(source, window))
    _repairs(engine, source.kind.id)
    if source.kind.id == KIN_OF:
        engine.step("parent", _PARENTS, replace=True)
        engine.drop("kin")


def _name_book(engine: Engine, sources: Sequence[Source], window: LinkWindow) -> NameBook:
    """Make `name_key` (name, n, fold, syll): how often it stands, numbers of its fold and sound (NULL without any)."""
    union = " UNION ALL ".join(
        f"SELECT name FROM ({wanted_sql(source.kind, source.table, window)})" for source in sources
    )
    found = engine.fetch(
        f"SELECT name, count(*) AS n FROM ({union}) WHERE name IS NOT NULL GROUP BY name ORDER BY name"
    )
    raw = found.column("name").to_pylist()
    folded = [names.fold(name) for name in raw]
    texts = tuple(sorted(set(folded) - {""}))
    sound_of = {text: names.syllables(text) for text in texts}
    fold_number = {text: number for number, text in enumerate(texts)}
    syll_number = {sound: number for number, sound in enumerate(sorted(set(sound_of.values())))}
    table = pa.table(
        {
            "name": found.column("name"),
            "n": found.column("n"),
            "fold": pa.array([fold_number.get(text) for text in folded], pa.int32()),
            "syll": pa.array([syll_number[sound_of[text]] if text else None for text in folded], pa.int32()),
        }
    )
    engine.load("name_key", table)
    return NameBook(texts, tuple(syll_number[sound_of[text]] for text in texts))


def _key_sql(source: Source, window: LinkWindow) -> str:
    hh = "hh_no" if source.kind.id == "hukou" else "CAST(NULL AS VARCHAR)"
    return f"""
        SELECT b.rid, n.fold, n.syll,
            coalesce(b.birth, b.id_birth) AS birth,
            CASE WHEN b.birth <> b.id_birth THEN b.id_birth END AS birth2,
            CASE WHEN b.sex IN ('1', '2') THEN CAST(b.sex AS INTEGER)
                 WHEN b.valid_id IS NOT NULL THEN 2 - CAST(substr(b.valid_id, 17, 1) AS INTEGER) % 2 END AS sex,
            CAST(substr(b.valid_id, 1, 17) AS BIGINT) AS idv,
            CASE WHEN b.id_state IN ('bad_check', 'bad_length', 'bad_date', 'bad_chars')
                 OR b.id_state = 'valid' AND b.valid_id IS NULL THEN b.id_no END AS typed,
            CASE WHEN b.id_state <> 'valid' AND length(b.id_no) >= 14
                 THEN try_cast(substr(b.id_no, 1, 14) AS BIGINT) END AS typed_prefix,
            try_cast(substr(coalesce(b.valid_id, b.id_no), 1, 14) AS BIGINT) AS prefix,
            {_area("b.addr_code", 12)} AS village, {_area("b.hukou_code", 12)} AS village2,
            {_area("b.addr_code", 9)} AS town, {_area("b.hukou_code", 9)} AS town2,
            CAST(NULL AS BIGINT) AS school_town, {_text("b.school_code")} AS school_code, {_text("b.school_name")} AS school_name,
            {_text("b.grade")} AS grade, {_text("b.class_no")} AS class_no, {_text("b.student_no")} AS student_no,
            coalesce({_text("b.guardian_name")}, {_text("b.hh_head")}, {_text("b.head_name")}) AS guardian,
            try_cast(substr(coalesce({_text("b.guardian_id")}, b.head_id), 1, 17) AS BIGINT) AS guardian_idv,
            CASE WHEN length(b.phone) >= 7 THEN b.phone END AS phone, {hh} AS hh
        FROM ({wanted_sql(source.kind, source.table, window)}) b LEFT JOIN name_key n ON n.name = b.name"""


def _area(column: str, digits: int) -> str:
    """The first digits of an area code as a number; NULL when the code stops at a higher level."""
    level = f"substr({column}, {digits - 2}, 3)"
    return f"CASE WHEN length({column}) = 12 AND {level} <> '000' THEN try_cast(substr({column}, 1, {digits}) AS BIGINT) END"


def _text(column: str) -> str:
    return f"nullif({column}, '')"


def _repairs(engine: Engine, kind_id: str) -> None:
    """Make `fix_<kind>` (rid, idv, slip): valid numbers that a row without a valid one may have meant."""
    rows = engine.fetch(
        f"""SELECT k.rid, s.id_no, s.id_state, s.student_no, s.cert_no
            FROM key_{kind_id} k JOIN src_{kind_id} s ON s.rid = k.rid
            WHERE k.idv IS NULL
              AND (k.typed IS NOT NULL OR s.id_state = 'valid' OR s.student_no IS NOT NULL OR s.cert_no IS NOT NULL)
            ORDER BY k.rid"""
    )
    rids: list[int] = []
    values: list[int] = []
    slips: list[str] = []
    for row in rows.to_pylist():
        for value, slip in _meant(row["id_no"], row["id_state"], row["student_no"], row["cert_no"]):
            rids.append(row["rid"])
            values.append(int(value[:17]))
            slips.append(slip)
    columns = [pa.array(rids, pa.int64()), pa.array(values, pa.int64()), pa.array(slips, pa.string())]
    engine.load(f"fix_{kind_id}", pa.table(columns, names=["rid", "idv", "slip"]))


def _meant(
    id_no: str | None, state: str | None, student_no: str | None, cert_no: str | None
) -> Iterator[tuple[str, str]]:
    """Valid numbers with the way they come about, each once."""
    seen: set[str] = set()
    candidates: list[tuple[str, str]] = []
    if student_no and student_no[0] in "Gg" and len(student_no) == 19:
        candidates.append((student_no[1:].upper(), "写在学籍号里"))
    if cert_no and len(cert_no) >= 20:
        candidates.append((cert_no[:18].upper(), "写在残疾人证号里"))
    if id_no and state == "valid":
        full = resident_id.parse(id_no).value
        this_century = f"{full[:6]}20{full[8:17]}"
        candidates.append((full, "是十五位旧号"))
        candidates.append((this_century + resident_id.check_digit(this_century), "少了年份的前两位"))
    if id_no and state in ("bad_check", "bad_length", "bad_date", "bad_chars"):
        candidates += [(value, describe_slip(id_no, value)) for value in resident_id.repairs(id_no)]
    for value, slip in candidates:
        if value not in seen and resident_id.is_valid(value):
            seen.add(value)
            yield value, slip


def describe_slip(typed: str, meant: str) -> str:
    """In words, how `typed` differs from the valid number `meant`, without showing a digit of either."""
    if len(typed) < len(meant):
        return "少了一位"
    if len(typed) > len(meant):
        return "多了一位"
    differing = [i for i, (a, b) in enumerate(zip(typed, meant, strict=True)) if a != b]
    if len(differing) == 2:
        return f"第{differing[0] + 1}、{differing[1] + 1}位颠倒"
    if differing == [len(meant) - 1]:
        return "末位校验码不符"
    return f"第{differing[0] + 1}位打错"


def _frequencies(engine: Engine) -> None:
    """Make `fold_bits` and `syll_bits`: how rare a name, and a sound, is over all rosters, in bits."""
    total = (
        engine.fetch("SELECT coalesce(sum(n), 0) AS n FROM name_key WHERE fold IS NOT NULL").column("n")[0].as_py()
    )
    w = definitions.weights()
    usual = 2.0**-w.usual_frequency
    share = f"(sum(n) + {w.frequency_strength * usual!r}) / ({float(total)!r} + {w.frequency_strength!r})"
    for key in ("fold", "syll"):
        engine.step(
            f"{key}_bits",
            f"""SELECT {key}, greatest({w.least_frequency!r}, least({w.most_frequency!r}, -log2({share}))) AS bits
                FROM name_key WHERE fold IS NOT NULL GROUP BY {key}""",
        )
