"""The scorer: what a sweep found, missed and falsely raised, and how true its links are.

A child of a sweep counts as the true person to whom most of its rows belong (the smaller key on a tie).
A gap is *found* when its child is a person for whom that promise is truly broken. It is *falsely raised* when it
is not, when it is the second child made of one person, or when its rows are nobody's who is judged. A planted gap
that was held back as ``unknown`` is missed, and counted apart as waiting: nobody was wronged by it.
Rows that a sound reader refuses, or drops because the same row stands there twice, are not asked for.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from notoneless.demo.truth import Truth
from notoneless.engine.base import Engine
from notoneless.engine.opening import open_engine

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class CheckScore:
    """One check's counts; planted = found + missed, waiting is part of missed."""

    planted: int
    found: int
    missed: int
    waiting: int
    falsely_raised: int

    @property
    def precision(self) -> float:
        """Share of raised gaps that are true (1.0 when none was raised)."""
        raised = self.found + self.falsely_raised
        return self.found / raised if raised else 1.0

    @property
    def recall(self) -> float:
        """Share of planted gaps that were found (1.0 when none was planted)."""
        return self.found / self.planted if self.planted else 1.0


@dataclass(frozen=True, slots=True)
class LinkScore:
    """Links of one list with the household register, counted in pairs of rows of one person."""

    rows: int
    true_pairs: int
    made_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float:
        """Share of made pairs that are true."""
        return self.right_pairs / self.made_pairs if self.made_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that were made."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0


@dataclass(frozen=True)
class Score:
    """Scores by check id and by roster kind."""

    checks: dict[str, CheckScore]
    links: dict[str, LinkScore]
    missed_by_mistake: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the score as plain data, with a schema version."""
        return {
            "schema": SCHEMA_VERSION,
            "checks": {name: _with_rates(score) for name, score in self.checks.items()},
            "links": {name: _with_rates(score) for name, score in self.links.items()},
            "missed_links_by_mistake": self.missed_by_mistake,
        }

    def to_json(self) -> str:
        """Return the score as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def table(self, names: Mapping[str, str] | None = None) -> list[list[str]]:
        """Return the check scores as rows of text under a header; ``names`` gives the Chinese name of a check."""
        rows = [["核查", "埋设", "找到", "漏掉", "其中待判定", "误报"]]
        for check, score in self.checks.items():
            counts = (score.planted, score.found, score.missed, score.waiting, score.falsely_raised)
            rows.append([(names or {}).get(check, check), *(str(count) for count in counts)])
        return rows


def _with_rates(score: CheckScore | LinkScore) -> dict[str, Any]:
    return {**asdict(score), "precision": round(score.precision, 6), "recall": round(score.recall, 6)}


def score(
    results: Mapping[str, pa.Table],
    members: pa.Table,
    files_of: Mapping[str, str],
    truth: Truth | Path,
) -> Score:
    """Judge a sweep by the truth.

    ``results``: per check id a table with ``child_id`` and ``state``. ``members``: ``child_id``, ``delivery_id``,
    ``row_no`` (as the spreadsheet counts, from 1). ``files_of``: delivery id → name of the file it was read from.
    A gap of a child that has no row in the truth (an adult, an infant) is falsely raised.
    """
    opened = truth if isinstance(truth, Truth) else Truth.open(truth)
    with open_engine() as engine:
        _load(engine, members, files_of, opened)
        checks = sorted(set(opened.planted.column("check_id").to_pylist()) | set(results))
        return Score(
            {check: _score_check(engine, check, results.get(check)) for check in checks},
            _score_links(engine),
            _missed_by_mistake(engine),
        )


def _load(engine: Engine, members: pa.Table, files_of: Mapping[str, str], truth: Truth) -> None:
    kinds = {name: about["kind"] for name, about in truth.note["files"].items()}
    engine.load("delivery", pa.table({"delivery_id": list(files_of), "file": list(files_of.values())}))
    engine.load("file_kind", pa.table({"file": list(kinds), "kind": list(kinds.values())}))
    engine.load("member", members.select(["child_id", "delivery_id", "row_no"]))
    engine.load("truth_rows", truth.rows.cast(pa.schema([(f.name, _plain(f.type)) for f in truth.rows.schema])))
    engine.load("planted", truth.planted)
    engine.step(
        "judged",
        """SELECT t.file, k.kind, t.row, t.person, t.tags, m.child_id
           FROM truth_rows t JOIN file_kind k ON k.file = t.file
           LEFT JOIN (SELECT member.child_id, d.file, member.row_no
                      FROM member JOIN delivery d ON d.delivery_id = member.delivery_id) m
             ON m.file = t.file AND m.row_no = t.row
           WHERE t.tags NOT LIKE '%refused%' AND NOT (t.tags LIKE '%double_row%' AND m.child_id IS NULL)""",
    )
    engine.step(
        "identity",
        """SELECT child_id, person FROM (
             SELECT child_id, person,
                    row_number() OVER (PARTITION BY child_id ORDER BY count(*) DESC, person) AS place
             FROM judged WHERE child_id IS NOT NULL GROUP BY child_id, person) counted
           WHERE place = 1""",
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _score_check(engine: Engine, check: str, result: pa.Table | None) -> CheckScore:
    planted = f"SELECT DISTINCT person FROM planted WHERE check_id = '{check}'"
    total = _number(engine, f"SELECT count(*) AS n FROM ({planted}) p")
    if result is None or result.num_rows == 0:
        return CheckScore(total, 0, total, 0, 0)
    engine.load("result", result.select(["child_id", "state"]))
    engine.step(
        "raised",
        """SELECT i.person, sum(CASE WHEN r.state = 'gap' THEN 1 ELSE 0 END) AS gaps,
                  sum(CASE WHEN r.state = 'unknown' THEN 1 ELSE 0 END) AS waits
           FROM (SELECT DISTINCT child_id, state FROM result) r LEFT JOIN identity i ON i.child_id = r.child_id
           GROUP BY i.person""",
    )
    right = f"SELECT count(*) AS n FROM raised SEMI JOIN ({planted}) p ON p.person = raised.person"
    found = _number(engine, f"{right} WHERE gaps > 0")
    waiting = _number(engine, f"{right} WHERE gaps = 0 AND waits > 0")
    raised = _number(engine, "SELECT sum(gaps) AS n FROM raised")
    engine.drop("result", "raised")
    return CheckScore(total, found, total - found, waiting, raised - found)


def _score_links(engine: Engine) -> dict[str, LinkScore]:
    """Count pairs (row of a list, row of the register) that are one person, were made one child, or both."""
    rows = engine.fetch(
        """SELECT kind, sum(n) AS n, sum(true_pairs) AS true_pairs, sum(right_pairs) AS right_pairs FROM (
             SELECT a.kind, count(DISTINCT a.file || '#' || CAST(a.row AS varchar)) AS n, count(*) AS true_pairs,
                    sum(CASE WHEN a.child_id = b.child_id THEN 1 ELSE 0 END) AS right_pairs
             FROM judged a JOIN judged b ON b.person = a.person AND b.kind = 'hukou'
             WHERE a.kind <> 'hukou' GROUP BY a.kind) counted GROUP BY kind ORDER BY kind"""
    ).to_pylist()
    made = engine.fetch(
        """SELECT a.kind, count(*) AS made FROM judged a JOIN judged b ON b.child_id = a.child_id AND b.kind = 'hukou'
           WHERE a.kind <> 'hukou' GROUP BY a.kind"""
    ).to_pylist()
    made_of = {row["kind"]: row["made"] for row in made}
    return {
        row["kind"]: LinkScore(
            int(row["n"]), int(row["true_pairs"]), made_of.get(row["kind"], 0), int(row["right_pairs"])
        )
        for row in rows
    }


def _missed_by_mistake(engine: Engine) -> dict[str, int]:
    """Count the rows with a register entry that were not joined to it, by the mistakes in the row."""
    rows = engine.fetch(
        """SELECT tags, count(*) AS n FROM (
             SELECT a.file, a.row, a.tags, max(CASE WHEN a.child_id = b.child_id THEN 1 ELSE 0 END) AS joined
             FROM judged a JOIN judged b ON b.person = a.person AND b.kind = 'hukou'
             WHERE a.kind <> 'hukou' GROUP BY a.file, a.row, a.tags) each_row
           WHERE joined = 0 GROUP BY tags ORDER BY n DESC, tags"""
    ).to_pylist()
    return {row["tags"] or "(none)": row["n"] for row in rows}


def _number(engine: Engine, sql: str) -> int:
    return int(engine.fetch(sql).column("n").to_pylist()[0] or 0)
