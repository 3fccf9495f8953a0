"""The prepare step: what rows are compared by, computed once per row in one place.

`key_<kind>` shows numbers and short texts only: folded name and its sound as numbers, birthday as yyyymmdd, a valid ID
number as its first 17 digits (the 18th follows from them). Kept, as `keys_<kind>`, are only the columns of which the
roster says anything: a list of the insured knows no schools, and a city's empty columns would not fit into memory. What SQL cannot do portably (folding names, repairing ID
numbers) is done in Python over DISTINCT values and joined back.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from notoneless.common import names
from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkWindow
from notoneless.link.core.inputs import KIN_OF, Source
from notoneless.link.core.lists import numbers
from notoneless.link.core.lists.names import FoldBook
from notoneless.link.core.wanted import VALID_ID, wanted_sql

_WRONG = ("bad_check", "bad_length", "bad_date", "bad_chars")
"""States of a number that may be a slip of the pen."""
_NO_PARENTS = "SELECT CAST(0 AS BIGINT) AS rid, 0 AS birth, CAST(0 AS BIGINT) AS fold, '' AS name, CAST(0 AS BIGINT) AS idv WHERE 1 = 0"
_PARENTS = f"""
    SELECT k.rid, k.birth, k.fold, a.name, CAST(substr({VALID_ID}, 1, 17) AS BIGINT) AS idv
    FROM kin a
    JOIN key_hukou k ON k.hh = a.hh_no"""
"""rid, birthday and fold of a child's 户籍 row, beside name and number of each member of the household outside the window."""


def prepare_names(engine: Engine, sources: Sequence[Source], window: LinkWindow) -> FoldBook:
    """Make `name_key` (name → numbers of its fold and its sound), `fold_bits`, `syll_bits`, what the book compares names
    by, and an empty `parent`."""
    book = FoldBook(engine)
    _number_names(engine, book, sources, window)
    _frequencies(engine)
    numbers.load_positions(engine)
    engine.step("parent", _NO_PARENTS)
    return book


def prepare_rows(engine: Engine, source: Source, window: LinkWindow) -> Sequence[str]:
    """Make `keys_<kind>`, `key_<kind>` and `fix_<kind>`; for 户籍 also `parent`. Returns the columns that are kept."""
    kind_id, columns = source.kind.id, _said_columns(source)
    engine.step(f"keys_{kind_id}", _key_sql(source, window, columns))
    engine.view(f"key_{kind_id}", whole_sql(f"keys_{kind_id}", columns))
    _repairs(engine, kind_id)
    if kind_id == KIN_OF:
        engine.step("parent", _PARENTS, replace=True)
        engine.drop("kin")
    return columns


def whole_sql(table: str, kept: Sequence[str], *before: str) -> str:
    """SQL: all key columns in one order, those that the table does not keep as NULL; `before`: columns that come first."""
    columns = [name if name in kept else f"CAST(NULL AS {_OPTIONAL[name][0]}) AS {name}" for name in _ALL_COLUMNS]
    return f"SELECT {', '.join([*before, *columns])} FROM {table}"


def _said_columns(source: Source) -> list[str]:
    """The key columns of which some row may say something."""
    return [
        name for name in _ALL_COLUMNS if name not in _OPTIONAL or any(source.says(its) for its in _OPTIONAL[name][1])
    ]


def _number_names(engine: Engine, book: FoldBook, sources: Sequence[Source], window: LinkWindow) -> None:
    """Make `name_key` (name, n, fold, syll): how often it stands, numbers of its fold and sound (NULL without any); and
    `fold_sound`, `base_shape` for the book."""
    union = " UNION ALL ".join(
        f"SELECT name FROM ({wanted_sql(source.kind, source.table, window)})" for source in sources
    )
    written = engine.fetch(f"SELECT name, count(*) AS n FROM ({union}) WHERE name IS NOT NULL GROUP BY name")
    folded = pa.array(map(names.fold, written.column("name").to_pylist()), pa.string())
    engine.load("written", written.append_column("folded", folded))
    engine.step("folded", "SELECT DISTINCT folded AS name FROM written WHERE folded <> ''")
    book.number("folded", "fold_key")
    engine.step(
        "name_key", "SELECT w.name, w.n, f.fold, f.syll FROM written w LEFT JOIN fold_key f ON f.name = w.folded"
    )
    engine.step("fold_sound", "SELECT fold, syll FROM fold_key")
    engine.step("base_shape", "SELECT DISTINCT base, shape FROM han WHERE shape > 0 AND base > 0")
    engine.drop("written", "folded", "fold_key")


def _key_sql(source: Source, window: LinkWindow, columns: Sequence[str]) -> str:
    values = _VALUES | ({} if source.kind.id == KIN_OF else {"hh": "CAST(NULL AS VARCHAR)"})
    listed = ", ".join(f"{values[name]} AS {name}" for name in columns)
    return f"""
        SELECT {listed}
        FROM ({wanted_sql(source.kind, source.table, window)}) b LEFT JOIN name_key n ON n.name = b.name"""


def _area(column: str, digits: int) -> str:
    """The first digits of an area code as a number; NULL when the code stops at a higher level."""
    level = f"substr({column}, {digits - 2}, 3)"
    return f"CASE WHEN length({column}) = 12 AND {level} <> '000' THEN try_cast(substr({column}, 1, {digits}) AS BIGINT) END"


def _text(column: str) -> str:
    return f"nullif({column}, '')"


_VALUES = {
    "rid": "b.rid",
    "fold": "n.fold",
    "syll": "n.syll",
    "birth": "coalesce(b.birth, b.id_birth)",
    "birth2": "CASE WHEN b.birth <> b.id_birth THEN b.id_birth END",
    "sex": """CASE WHEN b.sex IN ('1', '2') THEN CAST(b.sex AS INTEGER)
        WHEN b.valid_id IS NOT NULL THEN 2 - CAST(substr(b.valid_id, 17, 1) AS INTEGER) % 2 END""",
    "idv": "CAST(substr(b.valid_id, 1, 17) AS BIGINT)",
    "typed": f"""CASE WHEN b.id_state IN ({", ".join(f"'{state}'" for state in _WRONG)})
        OR b.id_state = 'valid' AND b.valid_id IS NULL THEN b.id_no END""",
    "typed_prefix": """CASE WHEN b.id_state <> 'valid' AND length(b.id_no) >= 14
        THEN try_cast(substr(b.id_no, 1, 14) AS BIGINT) END""",
    "prefix": "try_cast(substr(coalesce(b.valid_id, b.id_no), 1, 14) AS BIGINT)",
    "village": _area("b.addr_code", 12),
    "village2": _area("b.hukou_code", 12),
    "town": _area("b.addr_code", 9),
    "town2": _area("b.hukou_code", 9),
    **{name: _text(f"b.{name}") for name in ("school_code", "school_name", "grade", "class_no", "student_no")},
    "guardian": f"coalesce({_text('b.guardian_name')}, {_text('b.hh_head')}, {_text('b.head_name')})",
    "guardian_idv": f"try_cast(substr(coalesce({_text('b.guardian_id')}, b.head_id), 1, 17) AS BIGINT)",
    "phone": "CASE WHEN length(b.phone) >= 7 THEN b.phone END",
    "hh": "b.hh_no",
}
"""Key column → SQL over a wanted row b and its name n."""
_OPTIONAL = {
    "village": ("BIGINT", ("addr_code",)),
    "village2": ("BIGINT", ("hukou_code",)),
    "town": ("BIGINT", ("addr_code",)),
    "town2": ("BIGINT", ("hukou_code",)),
    "school_town": ("BIGINT", ()),
    **{name: ("VARCHAR", (name,)) for name in ("school_code", "school_name", "grade", "class_no", "student_no")},
    "guardian": ("VARCHAR", ("guardian_name", "hh_head", "head_name")),
    "guardian_idv": ("BIGINT", ("guardian_id", "head_id")),
    "phone": ("VARCHAR", ("phone",)),
    "hh": ("VARCHAR", ("hh_no",)),
}
"""Key column that not every roster has → its type, and the columns it is made from. In a sweep nobody says where a
school stands."""
_ALL_COLUMNS = tuple(dict.fromkeys([*_VALUES, *_OPTIONAL]))


def _repairs(engine: Engine, kind_id: str) -> None:
    """Make `fix_<kind>` (rid, idv, slip): valid numbers that a row without a valid one may have meant."""
    engine.step(
        "invalid",
        f"""SELECT k.rid, s.id_no, s.id_state, s.student_no, s.cert_no
            FROM key_{kind_id} k JOIN src_{kind_id} s ON s.rid = k.rid
            WHERE k.idv IS NULL
              AND (k.typed IS NOT NULL OR s.id_state = 'valid' OR s.student_no IS NOT NULL OR s.cert_no IS NOT NULL)""",
    )
    wrong = ", ".join(f"'{state}'" for state in _WRONG)
    engine.step(
        "wrong",
        f"SELECT rid, id_no AS typed FROM invalid WHERE id_state IN ({wrong}) AND length(id_no) BETWEEN 17 AND 19",
    )
    numbers.make_fixes(engine, "wrong", "slip")
    engine.step(
        f"fix_{kind_id}",
        f"""SELECT rid, idv, min(slip) AS slip FROM (
                SELECT * FROM slip WHERE {_possible("idv")} UNION ALL {_inside_sql()} UNION ALL {_century_sql()}
            ) GROUP BY rid, idv""",
    )
    engine.drop("invalid", "wrong", "slip")


def _possible(idv: str) -> str:
    """SQL: 17 digits whose month and day can be; of 18 changes that make a check sum right most make no birthday."""
    day = f"CAST(round(({idv} - {idv} % 1000) / 1000) AS BIGINT)"
    return f"{day} % 10000 BETWEEN 101 AND 1231 AND {day} % 100 BETWEEN 1 AND 31"


def _inside_sql() -> str:
    """The number inside a student's or a disabled person's number."""
    return f"""
        SELECT rid, CAST(substr(inner_id, 1, 17) AS BIGINT) AS idv, slip
        FROM (SELECT rid, upper(substr(student_no, 2, 18)) AS inner_id, '写在学籍号里' AS slip FROM invalid
              WHERE length(student_no) = 19 AND substr(student_no, 1, 1) IN ('G', 'g')
              UNION ALL
              SELECT rid, upper(substr(cert_no, 1, 18)), '写在残疾人证号里' FROM invalid WHERE length(cert_no) >= 20)
        WHERE {numbers.is_valid("inner_id")}"""


def _century_sql() -> str:
    """A valid number that is not its row's: one of fifteen digits, filled up with the wrong century."""
    ways = {
        "是十五位旧号": "substr(id_no, 1, 17)",
        "少了年份的前两位": "substr(id_no, 1, 6) || '20' || substr(id_no, 9, 9)",
    }
    return " UNION ALL ".join(
        f"SELECT rid, CAST({digits} AS BIGINT) AS idv, '{slip}' AS slip FROM invalid "
        "WHERE id_state = 'valid' AND length(id_no) = 18"
        for slip, digits in ways.items()
    )


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
