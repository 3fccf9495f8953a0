"""Which known persons are worth comparing with a row: equality blocks, each with a capped fan-out.

In:  `seek` (key columns of the rows sought), `fix_seek`, `parent`, `barred` (rid, pid: a clerk said they are not the
     same); `known` and `known_fix` are SQL for the rows already placed (pid + key columns) and their repaired numbers.
Out: `cand` (rid, pid), distinct.
"""

from __future__ import annotations

from collections.abc import Sequence

from notoneless.engine import Engine
from notoneless.link.core import definitions


def find_candidates(
    engine: Engine,
    known: str,
    known_fix: str,
    *,
    within: bool = False,
    more: Sequence[tuple[tuple[str, str], ...]] = (),
) -> int:
    """Make `cand` and return how many pairs the caps left out.

    `more`: blocks beside those of the definitions, for who compares few rows only; each is columns that are equal.

    `within`: rows and persons are the same set (a roster against itself): fewer blocks, and each pair once.
    """
    engine.step("cand_all", " UNION ".join(_block_sqls(known, known_fix, more, within=within)), replace=True)
    if within:
        engine.step("cand_all", "SELECT block, rid, pid FROM cand_all WHERE pid < rid", replace=True)
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


def _block_sqls(
    known: str, known_fix: str, more: Sequence[tuple[tuple[str, str], ...]], *, within: bool
) -> list[str]:
    defined = {block.id: block.equal for block in definitions.blocks() if block.within or not within}
    plain = {
        block: f"seek s JOIN {known} f ON " + " AND ".join(f"s.{sought} = f.{have}" for sought, have in equal)
        for block, equal in [*defined.items(), *((f"more_{i}", equal) for i, equal in enumerate(more))]
    }
    through_parent = {
        "own_is_parent": "p.idv = s.idv",
        "guardian_id": "p.idv = s.guardian_idv",
        "parent_birth": "p.name = s.guardian AND p.birth = s.birth",
        "parent_name": "p.name = s.guardian AND p.fold = s.fold",
    }
    family = {
        block: f"seek s JOIN parent p ON {on} JOIN {known} f ON f.rid = p.rid" for block, on in through_parent.items()
    }
    repaired = {
        "repaired": f"fix_seek s JOIN {known} f ON f.idv = s.idv",
        "repaired_known": f"seek s JOIN {known_fix} f ON f.idv = s.idv",
    }
    sources = {**plain, **repaired} if within else {**plain, **family, **repaired}
    return [f"SELECT {block} AS block, s.rid, f.pid FROM {source}" for block, source in enumerate(sources.values())]
