"""Which known persons are worth comparing with a row: equality blocks, each with a capped fan-out.

In:  `seek` (key columns of the rows sought), `fix_seek`, `parent`, `barred` (rid, pid: a clerk said they are not the
     same); `known` gives SQL for the rows already placed (pid + key columns) that may say something in all of the columns
     asked for, "" where no list does; `known_fix` is SQL for their repaired numbers.
Out: `cand` (rid, pid), distinct.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from notoneless.engine import Engine
from notoneless.link.core import definitions

Known = Callable[[Sequence[str]], str]


def find_candidates(
    engine: Engine,
    known: Known,
    known_fix: str,
    *,
    within: bool = False,
    more: Sequence[tuple[tuple[str, str], ...]] = (),
) -> int:
    """Make `cand` and return how many pairs the caps left out.

    `more`: blocks beside those of the definitions, for who compares few rows only; each is columns that are equal.

    `within`: rows and persons are the same set (a roster against itself): fewer blocks, and each pair once.
    """
    sqls = _block_sqls(engine, known, known_fix, more, within=within)
    engine.step("cand_all", " UNION ".join([_NOBODY, *sqls]), replace=True)
    cap = definitions.block_cap()
    engine.step("cand_width", "SELECT block, rid, count(*) AS n FROM cand_all GROUP BY block, rid", replace=True)
    engine.step(
        "cand",
        f"""SELECT DISTINCT c.rid, c.pid
            FROM cand_all c JOIN cand_width w ON w.block = c.block AND w.rid = c.rid
            WHERE w.n <= {cap} AND NOT EXISTS (SELECT 1 FROM barred b WHERE b.rid = c.rid AND b.pid = c.pid)""",
        replace=True,
    )
    capped = engine.fetch(f"SELECT coalesce(sum(n), 0) AS n FROM cand_width WHERE n > {cap}").column("n")[0].as_py()
    engine.drop("cand_all", "cand_width")
    return int(capped)


_NOBODY = "SELECT 0 AS block, rid, rid AS pid FROM seek WHERE 1 = 0"
_FAMILY = {
    "own_is_parent": (("idv", "idv"),),
    "guardian_id": (("guardian_idv", "idv"),),
    "parent_birth": (("guardian", "name"), ("birth", "birth")),
    "parent_name": (("guardian", "name"), ("fold", "fold")),
}
"""Blocks by way of a grown-up of the household: column of the row sought → column of `parent`."""


Equal = Sequence[tuple[str, str]]
"""Columns of the row sought, each with the column that must be equal to it."""


def _said(engine: Engine, table: str, columns: Iterable[str]) -> set[str]:
    """The columns in which some row of the table says anything: a block that asks for another one finds nobody."""
    counts = ", ".join(f"count({column}) AS {column}" for column in sorted(set(columns)))
    return {column for column, n in engine.fetch(f"SELECT {counts} FROM {table}").to_pylist()[0].items() if n}


def _askable(engine: Engine, equals: Sequence[Equal], known: Known) -> list[tuple[Equal, str]]:
    """The blocks that can find somebody, each with what is known. Where that is one table it is looked at; going through
    all rosters placed so far would cost more than it saves."""
    mine = _said(engine, "seek", (column for equal in equals for column, _ in equal))
    its = {column for equal in equals for _, column in equal}
    if not known(()).startswith("("):
        its = _said(engine, known(()), its)
    return [
        (equal, rows)
        for equal in equals
        if all(one in mine and other in its for one, other in equal)
        and (rows := known([other for _, other in equal]))
    ]


def _block_sqls(engine: Engine, known: Known, known_fix: str, more: Sequence[Equal], *, within: bool) -> list[str]:
    blocks = [*(block.equal for block in definitions.blocks() if block.within or not within), *more]
    family = [] if within else list(_FAMILY.values())
    sources = [
        f"seek s JOIN {rows} f ON " + " AND ".join(f"s.{mine} = f.{its}" for mine, its in equal)
        for equal, rows in _askable(engine, blocks, known)
    ]
    sources += [
        f"seek s JOIN parent p ON {' AND '.join(f'p.{its} = s.{mine}' for mine, its in equal)} "
        f"JOIN {known(())} f ON f.rid = p.rid"
        for equal, _ in (_askable(engine, family, lambda _: "parent") if family else ())
    ]
    sources += [f"fix_seek s JOIN {known(())} f ON f.idv = s.idv", f"seek s JOIN {known_fix} f ON f.idv = s.idv"]
    once = " AND f.pid < s.rid" if within else ""
    return [f"SELECT {block} AS block, s.rid, f.pid FROM {source}{once}" for block, source in enumerate(sources)]
