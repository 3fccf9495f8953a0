"""Linking two lists: what is certain first and over whole columns, the cascade of a sweep for the few rows that are left.

1. `certain`: the same well-shaped ID number and the same name.
2. What is left of the shorter list (`key_a`, sought) is compared with what is left of the longer one and with those of
   its linked persons who look like a second registration (`key_b`, known), by the blocks, weights and rules of sweeps.
3. What is then left of the longer list is compared with the linked persons of the shorter one: second entries there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.candidates import find_candidates
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.decide import COLUMNS, decide
from notoneless.link.core.judge import code, judge, prior_bits
from notoneless.link.core.learning import Learnt, learn, reweigh
from notoneless.link.core.lists.columns import birth_within
from notoneless.link.core.lists.keys import (
    add_names,
    make_keys,
    make_names,
    make_parents,
    make_pool,
    make_repairs,
    make_school_towns,
    town_of,
)
from notoneless.link.core.lists.names import FoldBook
from notoneless.link.core.lists.near import is_far_longer, make_near
from notoneless.link.core.lists.numbers import load_positions
from notoneless.link.core.lists.places import make_place_bits, weigh_places
from notoneless.link.core.lists.reading import KIN, TEXTS, Side, read_sides
from notoneless.link.core.lists.rules import (
    double_sql,
    doubt_sql,
    grades_sql,
    left_over_sql,
    second_entry_sql,
    twice_sql,
)
from notoneless.link.core.sentences import how_sql, load_sentences, spoken


@dataclass(frozen=True)
class ListLinks:
    """`links` and `review`: left_row, right_row, step, weight (bits), reason; both in the order of their rows.

    `capped`: candidate pairs that were left out because a block was too wide. `costs`: what the two lines were drawn by.
    `learnt`: what the run taught about the weights, among so many `persons` of the longer list that nothing certain matched.
    Who lists rows without a link must keep those that stand in `review` apart: nobody has looked at them yet.
    """

    links: pa.Table
    review: pa.Table
    capped: int
    costs: LinkCosts
    learnt: Learnt = field(default_factory=dict)
    persons: int = 0


def link_lists(engine: Engine, *, costs: LinkCosts) -> ListLinks:
    """Link the tables `left_list` and `right_list` (canonical columns, see columns.py, and file_row).

    A person may stand in several rows of either list; all of them are linked. The same rows give the same tables for
    any number of threads, and, when there is a row_id, for any order of rows.
    """
    return _ListLinker(engine, costs).run()


class _ListLinker:
    def __init__(self, engine: Engine, costs: LinkCosts) -> None:
        self.engine = engine
        self.costs = costs
        self.capped = 0
        self.pooled = 0
        self.learnt: Learnt = {}

    def run(self) -> ListLinks:
        engine = self.engine
        self.a, self.b = read_sides(engine)
        engine.step("certain", _certain_sql(self.a, self.b))
        self._prepare()
        self._first_pass()
        self._second_entries()
        return self._answer()

    def _prepare(self) -> None:
        """Make the pools and keys of what is left, and `parent`."""
        engine = self.engine
        load_positions(engine)
        book = self.book = FoldBook(engine)
        engine.step("base_shape", "SELECT DISTINCT base, shape FROM han WHERE shape > 0 AND base > 0")
        self._pool("a", self.a, "SELECT *, true AS free FROM side_a s ANTI JOIN certain c ON c.a = s.n")
        make_repairs(engine, "a")
        make_school_towns(engine, self.a, self.b)
        engine.step("taken_like", _taken_like_sql(placeless=not {"addr_code", "hukou_code"} & self.a.columns.names))
        engine.step("rest_b", "SELECT s.* FROM side_b s ANTI JOIN certain c ON c.b = s.n")
        self.persons = engine.count("rest_b")
        left, taken = "rest_b s", "side_b s SEMI JOIN taken_like USING (n)"
        make_names(engine, book, ("pool_a", left, taken), "side_a")
        few = is_far_longer(engine, self.a, self.b, _MORE_BLOCKS)
        if few:
            make_near(engine, self.a, self.b)
            left = "rest_b s SEMI JOIN near USING (n)"
        self._pool(
            "b", self.b, f"SELECT s.*, true AS free FROM {left} UNION ALL SELECT s.*, false AS free FROM {taken}"
        )
        engine.drop("rest_b")
        make_repairs(engine, "b")
        self.uneven = make_place_bits(engine, self.b)
        make_keys(engine, "a")
        make_keys(engine, "b")
        make_parents(engine, self.b, "key_b", "elder" if few else "")

    def _pool(self, name: str, side: Side, rows: str, texts: tuple[str, ...] = TEXTS) -> None:
        """Make one more pool, whose row numbers follow those of the pools before."""
        make_pool(self.engine, name, side, rows, self.pooled + 1, texts)
        self.pooled += self.engine.count(f"pool_{name}")

    def _first_pass(self) -> None:
        """Make `hit` (same number and same name after cleaning), `chosen` and `asked` between pool a and pool b."""
        engine, step = self.engine, self.engine.step
        step("person_b", _person_sql("key_b"))
        step("known", "SELECT p.pid, k.* FROM key_b k JOIN person_b p USING (rid)")
        step("known_fix", "SELECT p.pid, f.* FROM fix_b f JOIN person_b p USING (rid)")
        step(
            "hit",
            """SELECT a.rid, min(p.pid) AS pid FROM key_a a JOIN key_b b ON b.idv = a.idv AND b.fold = a.fold
               JOIN person_b p ON p.rid = b.rid GROUP BY a.rid""",
        )
        step("seek", "SELECT * FROM key_a ANTI JOIN hit USING (rid)")
        step("fix_seek", "SELECT * FROM fix_a SEMI JOIN seek USING (rid)")
        step("taken", "SELECT pid FROM person_b JOIN pool_b USING (rid) WHERE NOT free UNION SELECT pid FROM hit")
        step("barred", "SELECT rid, rid AS pid FROM key_a WHERE 1 = 0")
        self.free = self.persons
        step("copied", twice_sql())
        self._decide(self._unknown(), double_sql(self.costs))
        step("chosen_a", f"SELECT {COLUMNS} FROM chosen")
        step("asked_a", f"SELECT {COLUMNS} FROM asked")
        engine.drop("chosen", "asked", "seek", "fix_seek", "taken", "known", "known_fix")

    def _second_entries(self) -> None:
        """Make `chosen_b` and `asked_b`: rows of the longer list that are a second entry of a person already linked."""
        step = self.engine.step
        step("same_entry", _same_entry_sql())
        pairs = "SELECT rid, pid FROM hit UNION ALL SELECT rid, pid FROM chosen_a"
        step(
            "linked_later",
            f"""SELECT DISTINCT p.n AS a, q.n AS b FROM ({pairs}) h JOIN person_b b USING (pid)
                JOIN pool_a p ON p.rid = h.rid JOIN pool_b q ON q.rid = b.rid""",
        )
        step(
            "linked",
            "SELECT a, b FROM certain UNION ALL SELECT a, b FROM same_entry UNION ALL SELECT a, b FROM linked_later",
        )
        step(
            "lone_b",
            "SELECT p.rid, p.n, p.name, p.birth, p.hh_no FROM pool_b p ANTI JOIN linked l ON l.b = p.n WHERE p.free",
        )
        step(
            "alike_b",
            """SELECT p.n, b.n AS b FROM lone_b p JOIN side_b b ON b.name = p.name AND b.birth = p.birth
               SEMI JOIN linked l ON l.b = b.n""",
        )
        step("housemate", _housemate_sql(self.b))
        step("again_b", "SELECT rid FROM lone_b ANTI JOIN housemate USING (rid)")
        step("again_like", _again_like_sql(self.a))
        self._pool("c", self.a, "SELECT *, true AS free FROM side_a SEMI JOIN again_like USING (n)", KIN)
        add_names(self.engine, self.book, "c")
        make_keys(self.engine, "c")
        step("seek", "SELECT * FROM key_b SEMI JOIN again_b USING (rid)")
        step("fix_seek", "SELECT * FROM fix_b SEMI JOIN again_b USING (rid)")
        step("known", "SELECT rid AS pid, * FROM key_c")
        step(
            "known_fix",
            "SELECT c.rid AS pid, c.rid, f.idv, f.slip FROM pool_c c JOIN pool_a a ON a.n = c.n JOIN fix_a f ON f.rid = a.rid",
        )
        step("taken", "SELECT rid AS pid FROM key_c")
        step("barred", "SELECT rid, rid AS pid FROM key_c WHERE 1 = 0", replace=True)
        step("copied", "SELECT rid, 0 AS with_birth FROM key_c WHERE 1 = 0", replace=True)
        self.persons = self.engine.count("side_a")
        if self.engine.count("known"):
            self._decide(_RARELY, second_entry_sql(self.costs))
            step("chosen_b", f"SELECT {COLUMNS} FROM chosen")
            step("asked_b", f"SELECT {COLUMNS} FROM asked")
        else:
            for table in ("chosen", "asked"):
                step(f"{table}_b", f"SELECT {COLUMNS} FROM {table}_a WHERE 1 = 0")

    def _decide(self, unknown: float, again: str) -> None:
        """Make `chosen` and `asked` from what `seek` and `known` have in common."""
        self.capped += find_candidates(self.engine, lambda _: "known", "known_fix", more=_MORE_BLOCKS)
        judge(self.engine, "known", "known_fix", self.book, self.persons, unknown, grades_sql())
        if self.uneven:
            weigh_places(self.engine)
        if not self.learnt:
            self.learnt = learn(self.engine)
        reweigh(self.engine, self.learnt)
        decide(
            self.engine,
            self.costs,
            repeats=False,
            again=again,
            doubt=doubt_sql(self.costs),
            left_over=left_over_sql(self.costs),
        )
        self.engine.drop("judged", "cand")

    def _unknown(self) -> float:
        """The share of the shorter list's well-shaped numbers that the longer list does not have."""
        w = definitions.weights()
        counts = self.engine.fetch(
            """SELECT (SELECT count(*) FROM side_a) - (SELECT count(*) FROM pool_a) AS found,
                (SELECT count(*) FROM (SELECT idv FROM key_a WHERE idv IS NOT NULL) k ANTI JOIN key_b USING (idv)) AS absent"""
        ).to_pylist()[0]
        share = (counts["absent"] + 5) / (counts["absent"] + counts["found"] + 10)
        return float(min(w.most_unknown, max(w.least_unknown, share)))

    def _answer(self) -> ListLinks:
        step = self.engine.step
        exact = definitions.weights().fields["id_no"].verdicts[0].fixed_bits
        bits = round(exact + definitions.weights().usual_frequency + prior_bits(self.engine.count("side_b")), 2)
        same = {f"v_{field}": "NULL" for field in definitions.weights().fields}
        same |= {"v_name": str(code("name", "same")), "v_id_no": str(code("id_no", "same"))}
        verdicts = ", ".join(f"{value} AS {name}" for name, value in same.items())
        how = how_sql("x")
        step(
            "exact_how",
            f"SELECT {how} AS how, '' AS slip, {bits!r} AS weight FROM (SELECT 'exact_id' AS step, {verdicts}) x",
        )
        rows = f"""
            SELECT p.n AS a, q.n AS b, weight, how, slip FROM hit h JOIN person_b b USING (pid)
                JOIN pool_a p ON p.rid = h.rid JOIN pool_b q ON q.rid = b.rid, exact_how
            UNION ALL SELECT p.n, q.n, h.weight, {how_sql("h")}, coalesce(h.slip, '')
                FROM chosen_a h JOIN person_b b USING (pid) JOIN pool_a p ON p.rid = h.rid JOIN pool_b q ON q.rid = b.rid
            UNION ALL SELECT a, b, h.weight, {how_sql("h")}, '' FROM same_entry h
            UNION ALL SELECT l.a, h.n, h.weight, {how_sql("h")}, '' FROM housemate h JOIN linked l ON l.b = h.b
            UNION ALL SELECT p.n, q.n, h.weight, {how_sql("h")}, coalesce(h.slip, '')
                FROM chosen_b h JOIN pool_c p ON p.rid = h.pid JOIN pool_b q ON q.rid = h.rid"""
        rest = f"SELECT a, b, max(weight) AS weight, min(how) AS how, min(slip) AS slip FROM ({rows}) GROUP BY a, b"
        step("link", _named_sql(rest))
        asked = f"""
            SELECT p.n AS a, q.n AS b, h.weight, {how_sql("h")} AS how, coalesce(h.slip, '') AS slip
                FROM asked_a h JOIN pool_a p ON p.rid = h.rid JOIN pool_b q ON q.rid = h.pid
            UNION ALL SELECT p.n, q.n, h.weight, {how_sql("h")}, coalesce(h.slip, '')
                FROM asked_b h JOIN pool_c p ON p.rid = h.pid JOIN pool_b q ON q.rid = h.rid"""
        step("question", _named_sql(asked))
        load_sentences(self.engine, ["link", "question", "exact_how"])
        places = "number, step_place, reason_place"
        said = f"SELECT a_id, b_id, weight, {places} FROM {{}} JOIN sentence USING (how, slip)"
        certain = f"SELECT a_id, b_id, e.* FROM certain CROSS JOIN (SELECT weight, {places} FROM exact_how JOIN sentence USING (how, slip)) e"
        links = f"{said.format('link')} UNION ALL {certain}"
        return ListLinks(
            self._rows(links), self._rows(said.format("question")), self.capped, self.costs, self.learnt, self.free
        )

    def _rows(self, pairs: str) -> pa.Table:
        left, right = ("a_id", "b_id") if self.a.left else ("b_id", "a_id")
        found = self.engine.fetch(
            f"""SELECT {left} AS left_row, {right} AS right_row, weight, step_place, reason_place FROM ({pairs}) p
                ORDER BY left_row, right_row, number"""
        )
        texts = {name: spoken(self.engine, found.column(f"{name}_place"), name) for name in ("step", "reason")}
        columns = [
            found.column("left_row"),
            found.column("right_row"),
            texts["step"],
            found.column("weight"),
            texts["reason"],
        ]
        return pa.table(columns, names=["left_row", "right_row", "step", "weight", "reason"])


_MORE_BLOCKS = (
    (("fold", "fold"), ("town", "town2")),
    (("fold", "fold"), ("town2", "town")),
    (("syll", "syll"), ("school_town", "town2")),
    (("syll", "syll"), ("village2", "village")),
    (("birth", "birth"), ("village2", "village"), ("sex", "sex")),
)
"""A child who moved inside its town, or of whom only the school is known, with another's number or a wrong birthday; and
a second entry in the list that says where its persons are registered, which is where those of the other list live."""
_RARELY = 0.98
"""The chance that a row left over of the longer list is not a second entry of a person who is linked."""


def _named_sql(pairs: str) -> str:
    """Pairs (a, b, …) by the names of their rows."""
    return f"""
        SELECT a.row_id AS a_id, b.row_id AS b_id, x.weight, x.how, x.slip
        FROM ({pairs}) x JOIN side_a a ON a.n = x.a JOIN side_b b ON b.n = x.b"""


def _person_sql(keys: str) -> str:
    """rid, pid: rows of one list with the same number and name, or the same household, name and birthday, are one person."""
    return f"""
        SELECT rid, min(pid) OVER (PARTITION BY hh_key, fold, birth) AS pid
        FROM (SELECT rid, fold, birth, coalesce(hh, CAST(rid AS VARCHAR) || '!') AS hh_key,
                  min(rid) OVER (PARTITION BY coalesce(idv, -rid), fold) AS pid FROM {keys})"""


_ONCE_MORE = {"name": "same", "birth": "same", "family": "name"}
_SAME_CHILD = "'second_registration' AS step, CAST(NULL AS DOUBLE) AS weight, " + ", ".join(
    f"{code(field, _ONCE_MORE[field]) if field in _ONCE_MORE else 'NULL'} AS v_{field}"
    for field in definitions.weights().fields
)


def _same_entry_sql() -> str:
    """Rows of the longer list (a, b) that are one person (see `person_b`) with the row that a certainly is."""
    return f"""
        SELECT DISTINCT c.a, q.n AS b, {_SAME_CHILD}
        FROM certain c JOIN pool_b f ON f.n = c.b JOIN person_b x ON x.rid = f.rid
        JOIN person_b y ON y.pid = x.pid AND y.rid <> x.rid JOIN pool_b q ON q.rid = y.rid
        ANTI JOIN certain k ON k.a = c.a AND k.b = q.n"""


def _housemate_sql(side: Side) -> str:
    """Rows left over (rid, n) that stand in one household, with the same name and birthday, with a linked row b."""
    row, rows = ("n", side.table) if "hh_no" in side.kept else ("file_row", side.source)
    return f"""
        SELECT p.rid, p.n, min(s.file_row) AS b, {_SAME_CHILD}
        FROM lone_b p JOIN alike_b x ON x.n = p.n
        JOIN (SELECT {row} AS file_row, {side.columns.text("hh_no")} AS house FROM {rows}) s ON s.file_row = x.b AND s.house = p.hh_no
        GROUP BY p.rid, p.n"""


_BLANKS = " 　·.．?？□"
_PLAIN_NAME = f"CASE WHEN regexp_matches(name, '[{_BLANKS}]') THEN translate(name, '{_BLANKS}', '') ELSE name END"


def _certain_sql(a: Side, b: Side) -> str:
    """Pairs (a, b) by n and by row_id, with what tells their rows from those that are left: name, idv, and of either row
    when (born) and where (home) it says."""
    return f"""
        SELECT a.n AS a, b.n AS b, a.row_id AS a_id, b.row_id AS b_id, b.name, b.idv,
            a.born AS a_born, a.home AS a_home, b.born AS b_born, b.home AS b_home
        FROM ({_told_sql(a)}) a JOIN ({_told_sql(b)}) b ON b.idv = a.idv AND b.name = a.name"""


def _told_sql(side: Side) -> str:
    born = f"coalesce(birth, {birth_within('idv')})"
    return f"SELECT n, row_id, name, idv, {born} AS born, {side.home} AS home FROM {side.table}"


def _taken_like_sql(*, placeless: bool) -> str:
    """n of certain rows of the longer list that look like a row of `pool_a`: double registrations in the shorter one.

    `placeless`: the shorter list says nowhere where its persons live, but may say their schools."""
    plain = f"(SELECT *, {_PLAIN_NAME} AS plain, coalesce(addr_code, hukou_code) AS home FROM pool_a) x"
    bad = f"(SELECT {_PLAIN_NAME} AS plain, try_cast(substr(typed_id, 1, 14) AS BIGINT) AS prefix FROM pool_a WHERE valid IS NULL) x"
    alike = [
        f"{plain} ON x.plain = b.name AND x.birth = b.born",
        f"{plain} ON x.plain = b.name AND x.home = b.home",
        f"{plain} ON x.birth = b.born AND x.home = b.home",
        f"{bad} ON x.plain = b.name AND x.prefix = round((b.idv - b.idv % 1000) / 1000)",
        "(SELECT valid AS idv FROM pool_a UNION ALL SELECT idv FROM fix_a) x ON x.idv = b.idv",
    ]
    if placeless:
        pupil = f"""(SELECT p.birth, {_PLAIN_NAME} AS plain, substr({_PLAIN_NAME}, 1, 1) AS surname, t.town
                     FROM pool_a p JOIN school_town t USING (school_code)) x"""
        town = f"x.town = {town_of('b.home')}"
        alike.append(f"{pupil} ON x.birth = b.born AND x.surname = substr(b.name, 1, 1) AND {town}")
        alike.append(f"{pupil} ON x.plain = b.name AND {town}")
    certain = "(SELECT b AS n, name, idv, b_born AS born, b_home AS home FROM certain) b"
    return " UNION ".join(f"SELECT b.n FROM {certain} SEMI JOIN {one}" for one in alike)


def _again_like_sql(side: Side) -> str:
    """n of linked rows of the shorter list that look like a row of the longer list that is left."""
    left = """(SELECT p.name, k.birth AS born, coalesce(p.hukou_code, p.addr_code) AS home
               FROM pool_b p SEMI JOIN again_b USING (rid) JOIN key_b k ON k.rid = p.rid) x"""
    alike = (
        "x.born = b.born AND x.name = b.name",
        "x.home = b.home AND x.name = b.name",
        "x.home = b.home AND x.born = b.born",
    )
    linked = f"""(SELECT a AS n, name, a_born AS born, a_home AS home FROM certain UNION ALL
        SELECT n, name, born, home FROM ({_told_sql(side)}) t SEMI JOIN linked_later l ON l.a = t.n) b"""
    return " UNION ".join(f"SELECT b.n FROM {linked} SEMI JOIN {left} ON {one}" for one in alike)
