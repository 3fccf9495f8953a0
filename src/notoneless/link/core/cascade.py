"""The cascade: rosters are read in a fixed order, each row finds its person among all rows placed so far, or becomes one.

A person is numbered by its first row (`pid` = the smallest `rid`). For every kind the cascade leaves
`mem_<kind>` (rid, pid, weight, how, slip; see sentences.how_sql), `face_<kind>` (pid + key columns of rows that tell
something new; kept as `faces_<kind>` in the columns of which the roster says anything) and `ask_<kind>` (open questions).
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.candidates import find_candidates
from notoneless.link.core.costs import LinkCosts, LinkWindow
from notoneless.link.core.decide import COLUMNS, VERDICTS, decide, make_options
from notoneless.link.core.groups import Groups
from notoneless.link.core.inputs import Source
from notoneless.link.core.judge import FIELDS, code, copied_sql, judge, prior_bits
from notoneless.link.core.keys import prepare_rows, whole_sql
from notoneless.link.core.lists.names import FoldBook
from notoneless.link.core.sentences import how_sql

_TOLD = (
    "sex", "village", "village2", "town", "town2", "school_code", "school_name", "grade", "class_no", "student_no",
    "guardian", "guardian_idv", "phone",
)  # fmt: skip
"""Key columns, besides name, birthday and ID number, by which a row can add to what is known of a person."""

_FEW = 5
"""Rows that a share must outweigh before it is believed."""
_NO_PERSON = "SELECT CAST(0 AS BIGINT) AS pid WHERE 1 = 0"
_NO_FIX = "(SELECT CAST(0 AS BIGINT) AS pid, rid, idv, slip FROM fix_seek WHERE 1 = 0)"


class Cascade:
    """Places the rows of one kind after the other. `capped`: kind → candidate pairs left out by the caps."""

    def __init__(self, engine: Engine, book: FoldBook, costs: LinkCosts, window: LinkWindow) -> None:
        self.engine = engine
        self.book = book
        self.costs = costs
        self.window = window
        self.capped: dict[str, int] = {}
        self._placed: dict[str, Sequence[str]] = {}
        """Kind → the key columns of which its rows may say something."""
        self._persons = 0

    def place(self, source: Source, *, within: bool = True) -> None:
        """Place every row of the kind. `within`: also look for double entries inside the roster."""
        kind = source.kind
        columns = prepare_rows(self.engine, source, self.window)
        self.capped[kind.id] = 0
        if self._placed:
            self._link_to_known(kind)
        else:
            for table in ("forced", "hit", "chosen", "asked"):
                self.engine.step(table, _nothing())
            self.engine.view("lone", f"SELECT rid AS pid, * FROM key_{kind.id}")
        self._obey_apart(kind)
        self._own_persons(kind, within=within)
        self._keep(kind, columns)

    def _link_to_known(self, kind: definitions.Kind) -> None:
        """Make `forced` (by decision), `hit` (same number, same name), `chosen` (the cascade), `asked`, and `lone` (who
        found nobody)."""
        known, known_fix = self._known(), self._known_fix()
        step = self.engine.step
        placed = self._placed_rows()
        step("barred", f"SELECT DISTINCT a.rid, p.pid FROM apart a JOIN {placed} p ON p.rid = a.other")
        forced = f"""
            SELECT t.rid, min(p.pid) AS pid FROM together t SEMI JOIN key_{kind.id} USING (rid)
            JOIN {placed} p ON p.rid = t.other ANTI JOIN barred b ON b.rid = t.rid AND b.pid = p.pid
            GROUP BY t.rid"""
        step("forced", self._decided_sql(forced, "decision_same"))
        step("hit", self._decided_sql(self._exact_sql(kind, known), "exact_id", weighed=True))
        step(
            "seek",
            f"SELECT * FROM key_{kind.id} ANTI JOIN forced USING (rid) ANTI JOIN hit USING (rid)",
        )
        step("fix_seek", f"SELECT * FROM fix_{kind.id} SEMI JOIN seek USING (rid)")
        step("taken", _NO_PERSON if kind.repeats else "SELECT pid FROM forced UNION SELECT pid FROM hit")
        step("copied", copied_sql(f"key_{kind.id}"))
        self.capped[kind.id] += find_candidates(self.engine, self._known, known_fix)
        judge(self.engine, known, known_fix, self.book, self._persons, self._unknown(kind, known))
        decide(self.engine, self.costs, repeats=kind.repeats)
        step("lone", "SELECT rid AS pid, * FROM seek ANTI JOIN chosen USING (rid)")
        self.engine.drop("judged", "cand", "copied", "barred", "fix_seek", "taken", "seek")

    def _unknown(self, kind: definitions.Kind, known: str) -> float:
        """The chance that a row's person is not known yet: the share of the roster's valid numbers that nobody has."""
        w = definitions.weights()
        counts = self.engine.fetch(
            f"""SELECT (SELECT count(*) FROM key_{kind.id} WHERE idv IS NOT NULL) AS n,
                (SELECT count(*) FROM key_{kind.id} k SEMI JOIN {known} f ON f.idv = k.idv) AS found"""
        ).to_pylist()[0]
        share = (counts["n"] - counts["found"] + _FEW) / (counts["n"] + 2 * _FEW)
        return min(w.most_unknown, max(w.least_unknown, share))

    def _obey_apart(self, kind: definitions.Kind) -> None:
        """Two rows of this kind that a clerk called different may not go to one person: the weaker link gives way."""
        if not self.engine.count("apart"):
            return
        placed = " UNION ALL ".join(f"SELECT rid, pid, weight FROM {table}" for table in ("forced", "hit", "chosen"))
        self.engine.step("assigned", f"SELECT rid, pid, coalesce(weight, 1000.0) AS weight FROM ({placed})")
        self.engine.step(
            "clash",
            """SELECT DISTINCT CASE WHEN x.weight < y.weight OR x.weight = y.weight AND x.rid > y.rid
                    THEN x.rid ELSE y.rid END AS rid
               FROM apart a JOIN assigned x ON x.rid = a.rid JOIN assigned y ON y.rid = a.other
               WHERE x.pid = y.pid""",
        )
        for table in ("forced", "hit", "chosen"):
            self.engine.step(table, f"SELECT {COLUMNS} FROM {table} ANTI JOIN clash USING (rid)", replace=True)
        again = f"SELECT rid AS pid, * FROM key_{kind.id} SEMI JOIN clash USING (rid)"
        self.engine.step("lone", f"SELECT * FROM lone UNION ALL {again}", replace=True)
        self.engine.drop("assigned", "clash")

    def _exact_sql(self, kind: definitions.Kind, known: str) -> str:
        """The same valid number and the same folded name, and only one person who has both."""
        return f"""
            SELECT n.rid, min(f.pid) AS pid, min(n.fold) AS fold
            FROM (SELECT * FROM key_{kind.id} ANTI JOIN forced USING (rid)) n
            JOIN {known} f ON f.idv = n.idv AND f.fold = n.fold
            WHERE NOT EXISTS (SELECT 1 FROM barred b WHERE b.rid = n.rid AND b.pid = f.pid)
            GROUP BY n.rid HAVING min(f.pid) = max(f.pid)"""

    def _decided_sql(self, links: str, step: str, *, weighed: bool = False) -> str:
        """SQL: links (rid, pid, and fold when weighed) with the columns of a decided link."""
        w = definitions.weights()
        bits = w.fields["id_no"].verdicts[0].fixed_bits + prior_bits(self._persons)
        verdicts = {"name": code("name", "same"), "id_no": code("id_no", "same")} if weighed else {}
        columns = ", ".join(f"CAST({verdicts.get(field, 'NULL')} AS INTEGER) AS v_{field}" for field in FIELDS)
        weight = f"round({bits!r} + coalesce(b.bits, 0.0), 2)" if weighed else "CAST(NULL AS DOUBLE)"
        return f"""
            SELECT t.rid, t.pid, t.pid AS frid, '{step}' AS step, {weight} AS weight, {columns},
                CAST(NULL AS VARCHAR) AS slip
            FROM ({links}) t {"LEFT JOIN fold_bits b ON b.fold = t.fold" if weighed else ""}"""

    def _own_persons(self, kind: definitions.Kind, *, within: bool) -> None:
        """Rows that found nobody become persons; those of them that are one person are joined. Makes `own`, adds to `asked`."""
        step = self.engine.step
        groups = self._join_lone(kind) if within else Groups()
        names = groups.renamed()
        self.engine.load(
            "lone_group",
            pa.table({"rid": pa.array(names, pa.int64()), "pid": pa.array(names.values(), pa.int64())}),
        )
        first = "own" if self._placed else "base"
        empty = ", ".join(f"CAST(NULL AS INTEGER) AS v_{field}" for field in FIELDS)
        pair = ", ".join(f"d.v_{field}" for field in FIELDS)
        step("inner_best", _inner_best_sql() if within else _nothing())
        step(
            "own",
            f"""SELECT l.rid, l.pid, CAST(NULL AS BIGINT) AS frid, '{first}' AS step, CAST(NULL AS DOUBLE) AS weight,
                    {empty}, CAST(NULL AS VARCHAR) AS slip
                FROM lone l ANTI JOIN lone_group g ON g.rid = l.rid
                UNION ALL
                SELECT g.rid, g.pid, coalesce(d.frid, g.pid), coalesce(d.step, 'decision_same'), d.weight, {pair}, d.slip
                FROM lone_group g LEFT JOIN inner_best d ON d.rid = g.rid""",
        )
        self.engine.drop("lone", "lone_group", "inner_best", "inner_pair")

    def _join_lone(self, kind: definitions.Kind) -> Groups:
        """Compare the roster with itself; makes `inner_pair` (the pairs that are one person) and asks about the doubtful ones."""
        step = self.engine.step
        self.engine.view("seek", "SELECT * FROM lone")
        step("fix_seek", f"SELECT * FROM fix_{kind.id} SEMI JOIN lone USING (rid)")
        step("barred", "SELECT rid, other AS pid FROM apart")
        self.engine.view("taken", "SELECT pid FROM lone")
        step("copied", copied_sql("lone"))
        fix = "(SELECT x.rid AS pid, x.rid, x.idv, x.slip FROM fix_seek x)"
        self.capped[kind.id] += find_candidates(self.engine, lambda _: "lone", fix, within=True)
        if self.engine.count("cand"):
            judge(self.engine, "lone", fix, self.book, self._persons + self.engine.count("lone"))
            make_options(self.engine, self.costs)
        else:
            step("option", _no_option())
        step("inner_pair", f"SELECT {COLUMNS} FROM option WHERE taken AND auto")
        groups = self._group()
        step(
            "asked",
            f"""SELECT {COLUMNS} FROM asked UNION ALL
                SELECT {COLUMNS} FROM option o WHERE taken AND NOT auto
                    AND NOT EXISTS (SELECT 1 FROM asked x WHERE x.rid = o.rid)""",
            replace=True,
        )
        self.engine.drop("judged", "cand", "copied", "barred", "fix_seek", "taken", "seek", "option")
        return groups

    def _group(self) -> Groups:
        fetch = self.engine.fetch
        apart = fetch("SELECT rid, other FROM apart WHERE rid < other ORDER BY rid, other").to_pylist()
        numbers = fetch(
            """SELECT rid, idv FROM lone WHERE idv IS NOT NULL AND rid IN
               (SELECT rid FROM inner_pair UNION SELECT pid FROM inner_pair) ORDER BY rid"""
        )
        ids = dict(zip(numbers.column("rid").to_pylist(), numbers.column("idv").to_pylist(), strict=True))
        groups = Groups(((pair["rid"], pair["other"]) for pair in apart), ids)
        decided = fetch(
            """SELECT t.rid, t.other FROM together t SEMI JOIN lone USING (rid)
               WHERE t.other < t.rid AND t.other IN (SELECT rid FROM lone) ORDER BY t.rid, t.other"""
        )
        for pair in decided.to_pylist():
            groups.join(pair["rid"], pair["other"], by_decision=True)
        for pair in fetch("SELECT rid, pid FROM inner_pair ORDER BY weight DESC, rid, pid").to_pylist():
            groups.join(pair["rid"], pair["pid"])
        return groups

    def _keep(self, kind: definitions.Kind, columns: Sequence[str]) -> None:
        """Store what this kind brought, and name second registrations by their name."""
        step = self.engine.step
        parts = " UNION ALL ".join(f"SELECT {COLUMNS} FROM {table}" for table in ("forced", "hit", "chosen", "own"))
        again = (
            "false"
            if kind.repeats
            else "row_number() OVER (PARTITION BY pid ORDER BY rid) > 1 AND step <> 'decision_same'"
        )
        step(
            f"mem_{kind.id}",
            f"""SELECT m.rid, m.pid, m.weight, {how_sql("m")} AS how, m.slip FROM (
                    SELECT rid, pid, weight, {VERDICTS}, slip,
                        CASE WHEN {again} THEN 'second_registration' ELSE step END AS step
                    FROM ({parts})
                ) m""",
        )
        step(f"faces_{kind.id}", self._face_sql(kind, columns))
        self.engine.view(f"face_{kind.id}", whole_sql(f"faces_{kind.id}", columns, "pid"))
        step(f"facefix_{kind.id}", f"SELECT m.pid, x.* FROM fix_{kind.id} x JOIN mem_{kind.id} m ON m.rid = x.rid")
        step(f"ask_{kind.id}", f"SELECT {COLUMNS} FROM asked")
        self.engine.drop("forced", "hit", "chosen", "asked", "own", f"fix_{kind.id}")
        self.engine.drop(f"key_{kind.id}", f"keys_{kind.id}")
        self._placed[kind.id] = columns
        self._persons += int(
            self.engine.fetch(f"SELECT count(*) AS n FROM mem_{kind.id} WHERE rid = pid").column("n")[0].as_py()
        )

    def _face_sql(self, kind: definitions.Kind, columns: Sequence[str]) -> str:
        """Rows by which a person may be found; a row that only says once more what an earlier one says is left out."""
        faces = f"SELECT m.pid, k.* FROM keys_{kind.id} k JOIN mem_{kind.id} m ON m.rid = k.rid"
        if not self._placed:
            return faces
        nothing_new = " AND ".join(
            f"(n.{column} IS NULL OR n.{column} = f.{column})" for column in _TOLD if column in columns
        )
        return f"""{faces} ANTI JOIN (
            SELECT n.rid FROM key_{kind.id} n JOIN mem_{kind.id} m ON m.rid = n.rid
            JOIN {self._known()} f ON f.pid = m.pid AND f.idv = n.idv AND f.fold = n.fold AND f.birth = n.birth
            WHERE n.birth2 IS NULL AND {nothing_new}
        ) old ON old.rid = k.rid"""

    def _placed_rows(self) -> str:
        return "(" + " UNION ALL ".join(f"SELECT rid, pid FROM mem_{kind}" for kind in self._placed) + ")"

    def _known(self, said: Sequence[str] = ()) -> str:
        """SQL: the rows placed so far of kinds that may say something in all of these columns; "" when none does."""
        kinds = [kind for kind, columns in self._placed.items() if set(said) <= set(columns)]
        return "(" + " UNION ALL ".join(f"SELECT * FROM face_{kind}" for kind in kinds) + ")" if kinds else ""

    def _known_fix(self) -> str:
        return "(" + " UNION ALL ".join(f"SELECT * FROM facefix_{kind}" for kind in self._placed) + ")"


def _nothing() -> str:
    verdicts = ", ".join(f"CAST(NULL AS INTEGER) AS v_{field}" for field in FIELDS)
    return f"""SELECT CAST(0 AS BIGINT) AS rid, CAST(0 AS BIGINT) AS pid, CAST(0 AS BIGINT) AS frid, '' AS step,
        CAST(NULL AS DOUBLE) AS weight, {verdicts}, CAST(NULL AS VARCHAR) AS slip WHERE 1 = 0"""


def _no_option() -> str:
    return f"SELECT *, false AS taken, false AS auto FROM ({_nothing()})"


def _inner_best_sql() -> str:
    """For every row joined to an earlier one of its roster, the pair that says it best."""
    return f"""
        SELECT {COLUMNS} FROM (
            SELECT *, row_number() OVER (PARTITION BY rid ORDER BY weight DESC, pid) AS place FROM inner_pair
        ) WHERE place = 1"""
