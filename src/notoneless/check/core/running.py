"""Running one check: its SQL, the common rules (missing lists, evidence, placement, doubt), conservation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from notoneless.check.core.calendar import Calendar
from notoneless.check.core.definitions import STATES, CheckDefinition, load_checks
from notoneless.check.core.lists import Lists, list_name
from notoneless.check.core.literals import Value, fill, literal, text_list
from notoneless.check.core.tables import let_go, load_tables
from notoneless.common.errors import Fault
from notoneless.engine import Engine
from notoneless.policy import Pack

RESULT = pa.schema(
    [("child_id", pa.string()), ("state", pa.string()), ("reason", pa.string()), ("period", pa.string())]
)
COUNTS = pa.schema(
    [
        ("check_id", pa.string()),
        ("place_code", pa.string()),
        *((name, pa.int64()) for name in ("expected", *STATES)),
        ("missing_lists", pa.list_(pa.string())),
    ]
)

_NOT_DELIVERED = """
SELECT child_id, 'unknown' AS state, :missing AS reason, period FROM {raw}
"""

# Evidence counts before doubt: a paper settles the matter whichever row the doubtful pair concerns.
_SETTLED = """
WITH judged AS (
    SELECT e.child_id, coalesce(o.name, e.outcome) AS outcome_name, e.evidence_no, e.valid_to,
           CASE WHEN coalesce(e.evidence_no, '') = '' THEN 'no_evidence'
                WHEN e.valid_to < :as_of THEN 'expired' ELSE 'valid' END AS standing
    FROM excuse AS e
    LEFT JOIN policy_outcomes AS o ON o.code = e.outcome
    WHERE e.check_id = :check_id AND e.outcome IN {excuses}
),
ordered AS (
    SELECT judged.*, row_number() OVER (
               PARTITION BY child_id
               ORDER BY CASE standing WHEN 'valid' THEN 1 WHEN 'expired' THEN 2 ELSE 3 END,
                        coalesce(valid_to, DATE '9999-12-31') DESC, outcome_name, evidence_no
           ) AS place_in_order
    FROM judged
),
placed AS (
    SELECT p.child_id, min(k.name || '（' || cast(p.from_date AS string) || ' 起）') AS placement
    FROM placement AS p
    INNER JOIN policy_placements AS k ON k.code = p.kind
    WHERE p.kind IN {placements} AND p.from_date <= :as_of
      AND coalesce(p.to_date, :as_of) >= :as_of
    GROUP BY p.child_id
),
doubtful AS (
    SELECT child_id, min(CASE kind {kind_names} END) AS list_name
    FROM pending WHERE kind IN {pending_matters} GROUP BY child_id
),
marked AS (
    SELECT r.child_id, r.state, r.reason, r.period, x.standing, x.outcome_name, x.evidence_no, x.valid_to,
           p.placement, d.list_name,
           CASE WHEN r.state IN ('met', 'excused') THEN 'same' WHEN x.standing = 'valid' THEN 'excused'
                WHEN p.placement IS NOT NULL THEN 'met' WHEN r.state = 'unknown' THEN 'same'
                WHEN d.list_name IS NOT NULL THEN 'unknown'
                WHEN x.standing IS NOT NULL THEN 'weak' ELSE 'same' END AS turn
    FROM {raw} AS r
    LEFT JOIN ordered AS x ON x.child_id = r.child_id AND x.place_in_order = 1
    LEFT JOIN placed AS p ON p.child_id = r.child_id
    LEFT JOIN doubtful AS d ON d.child_id = r.child_id
)
SELECT child_id, period,
       CASE WHEN turn IN ('excused', 'met', 'unknown') THEN turn ELSE state END AS state,
       CASE turn
           WHEN 'excused' THEN '已核实：' || outcome_name || '（佐证 ' || evidence_no
                || coalesce('，有效至 ' || cast(valid_to AS string), '') || '）'
           WHEN 'met' THEN '已安置：' || placement
           WHEN 'unknown' THEN '待人工判定：' || list_name || '中有一行像是此人，尚未判定（如不是此人：'
                || reason || '）'
           WHEN 'weak' THEN reason || '；曾核实为“' || outcome_name || '”，但'
                || CASE standing WHEN 'expired' THEN '佐证已于 ' || cast(valid_to AS string) || ' 到期'
                                 ELSE '没有佐证' END || '，不予认可'
           ELSE reason END AS reason
FROM marked
"""


@dataclass(frozen=True)
class CheckResult:
    """One check of one sweep: a row per child and period, counts per township, and the lists that were missing."""

    check: CheckDefinition
    table: pa.Table
    counts: pa.Table
    missing: tuple[str, ...]


def run_checks(
    engine: Engine,
    lists: Lists,
    *,
    persons: pa.Table,
    members: pa.Table,
    review: pa.Table,
    pack: Pack,
    facts: Mapping[str, pa.Table] | None = None,
    only: str = "",
) -> Iterator[CheckResult]:
    """Run every check, each after those it rests on; results come one by one so that a writer can let them go.

    With ``only`` (a check id) that check and those it rests on are run. ``persons``, ``members``, ``review`` are the
    tables of the link stage; ``facts`` those of ``facts.FACTS``. Raises E511 (parameter without a value), E512 (not
    conserved), E513 (a result row that cannot stand).
    """
    calendar = Calendar.of(pack)
    values = load_tables(
        engine, lists, persons=persons, members=members, review=review, facts=facts, pack=pack, calendar=calendar
    )
    checks, ids, towns = _wanted(only), persons["child_id"].combine_chunks(), _towns(engine)
    for number, check in enumerate(checks):
        let_go(engine, *(one.sql for one in checks[number:]))
        yield _run(engine, check, lists, values, pack, calendar, ids, towns)
        if not any(check.id in later.needs_checks for later in checks[number:]):
            engine.drop(f"result_{check.id}")


def _wanted(only: str) -> list[CheckDefinition]:
    checks = load_checks()
    if not only:
        return list(checks.values())
    rests_on = {only, *checks[only].needs_checks}
    return [check for check in checks.values() if check.id in rests_on]


def _towns(engine: Engine) -> pa.DictionaryArray:
    """The township code of every child by its number; "" where it has none."""
    found = engine.fetch("SELECT coalesce(township_code, '') AS code FROM child ORDER BY child_id")["code"]
    return found.dictionary_encode().combine_chunks()


def _run(
    engine: Engine,
    check: CheckDefinition,
    lists: Lists,
    common: Mapping[str, Value],
    pack: Pack,
    calendar: Calendar,
    ids: pa.Array,
    towns: pa.DictionaryArray,
) -> CheckResult:
    """``ids``: the child ids by number; ``towns``: their townships."""
    own: dict[str, Value] = {name: pack.value(parameter) for name, parameter in check.parameters.items()}
    period = calendar.period(check.period, str(common["aid_term"]))
    missing = lists.missing(check.needs)
    values = {
        **common,
        **own,
        "period": period,
        "check_id": check.id,
        "missing": f"缺少{'、'.join(map(list_name, missing))}，不能判定",
    }
    raw, result = f"raw_{check.id}", f"result_{check.id}"
    engine.step(raw, fill(check.sql, values, check.id))
    expected = engine.count(raw)
    settled = fill(_common_sql(check, raw, missing), values, check.id)
    table = engine.fetch(f"SELECT child_id, state, reason, period FROM ({settled}) AS s ORDER BY child_id, period")
    engine.drop(raw)
    _audit(check, table, expected)
    engine.load(result, table)
    counts = _counts(check, table, towns, missing, pack.region)
    named = table.set_column(0, "child_id", ids.take(table["child_id"]))
    return CheckResult(check, named.cast(RESULT), counts, missing)


def _common_sql(check: CheckDefinition, raw: str, missing: tuple[str, ...]) -> str:
    if missing:
        return _NOT_DELIVERED.format(raw=raw)
    names = [f"WHEN {literal(kind)} THEN {literal(list_name(kind))}" for kind in check.pending_matters]
    return _SETTLED.format(
        raw=raw,
        excuses=text_list(check.excuses),
        placements=text_list(check.placements),
        pending_matters=text_list(check.pending_matters),
        kind_names=" ".join(names) or "WHEN '' THEN ''",
    )


def _audit(check: CheckDefinition, table: pa.Table, expected: int) -> None:
    """Nothing may be lost or doubled between the check's own rows and the settled ones (in the order of child and
    period). Raises E512, E513."""
    if table.num_rows != expected:
        raise Fault("E512", where=check.id, check=check.name, expected=expected, total=table.num_rows)
    problems = {
        "同一孩子同一时段有多行": _doubled(table),
        "状态不认识": _number_of(pc.invert(pc.is_in(table["state"], value_set=pa.array(STATES)))),
        "没有理由或时段": _number_of(
            pc.or_(pc.equal(pc.fill_null(table["reason"], ""), ""), pc.is_null(table["period"]))
        ),
    }
    for problem, number in problems.items():
        if number:
            raise Fault("E513", where=check.id, check=check.name, number=number, problem=problem)


def _doubled(table: pa.Table) -> int:
    """Rows that say once more of whom and when the row before speaks."""
    keys = table.select(["child_id", "period"])
    before, after = keys.slice(0, max(keys.num_rows - 1, 0)), keys.slice(1)
    return _number_of(pc.and_(*(pc.equal(before[name], after[name]) for name in keys.column_names)))


def _number_of(marks: pa.ChunkedArray) -> int:
    return int(pc.sum(marks).as_py() or 0)


def _counts(
    check: CheckDefinition, table: pa.Table, towns: pa.DictionaryArray, missing: tuple[str, ...], region: str
) -> pa.Table:
    """Counts per township; a check over nobody still has one row, at the region, that names the missing lists."""
    of_row = towns.indices.take(table["child_id"].combine_chunks())
    state = pc.index_in(table["state"].combine_chunks(), value_set=pa.array(STATES))
    found = pc.value_counts(pc.add(pc.multiply(of_row, len(STATES)), state))
    rows: dict[str, dict[str, int]] = {}
    for key, number in zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True):
        town, at = divmod(key, len(STATES))
        rows.setdefault(towns.dictionary[town].as_py(), dict.fromkeys(STATES, 0))[STATES[at]] = number
    total = sum(sum(row.values()) for row in rows.values())
    if total != table.num_rows:
        raise Fault("E512", where=check.id, check=check.name, expected=table.num_rows, total=total)
    counted = [
        {
            "check_id": check.id,
            "missing_lists": list(missing),
            "place_code": town,
            "expected": sum(row.values()),
            **row,
        }
        for town, row in sorted((rows or {region: dict.fromkeys(STATES, 0)}).items())
    ]
    return pa.Table.from_pylist(counted, schema=COUNTS)
