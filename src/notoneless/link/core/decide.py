"""From weighed pairs to links and questions: which step applies, and is there no second person who fits as well?

In:  `judged`, `seek`, `taken` (pid: persons who already have a row of this kind; empty where a kind repeats).
Out: `chosen` (rid, pid, frid, step, weight, v_*, slip) and `asked` (same columns), both without order.
"""

from __future__ import annotations

from notoneless.engine import Engine
from notoneless.link.core import definitions
from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.judge import FIELDS, NEAR_BIRTHS, NEAR_NAMES, UNSAID_BIRTHS, is_any, is_stranger

ROUNDS = 2
MOST_QUESTIONS = 3
NEVER = "false"

VERDICTS = ", ".join(f"v_{field}" for field in FIELDS)
COLUMNS = f"rid, pid, frid, step, weight, {VERDICTS}, slip"


def decide(
    engine: Engine, costs: LinkCosts, *, repeats: bool, again: str = NEVER, doubt: str = NEVER, left_over: str = NEVER
) -> None:
    """Make `chosen` and `asked`. The losers of the first round may still fit somebody else in the second.

    `again`: SQL over `weighed` (its signs too): when a row is one more registration of a person who has one already.
    `left_over`: the same, when a pair is linked although its name differs, because nobody else is left for either.
    `doubt`: the same, when a pair is asked about beside those that every sweep asks about."""
    make_options(engine, costs, again=again, doubt=doubt, left_over=left_over)
    engine.step("chosen", f"SELECT {COLUMNS} FROM option WHERE 1 = 0", replace=True)
    engine.step("contested", "SELECT rid FROM option WHERE 1 = 0", replace=True)
    for _ in range(ROUNDS):
        engine.step("ranked", _ranked_sql("chosen", "contested"), replace=True)
        engine.step("claim", _claim_sql(), replace=True)
        engine.step("fight", _fight_sql(), replace=True)
        engine.step("settled", _settled_sql(repeats=repeats), replace=True)
        engine.step("chosen", f"SELECT {COLUMNS} FROM chosen UNION ALL SELECT {COLUMNS} FROM settled", replace=True)
        engine.step("contested", _contested_sql(repeats=repeats), replace=True)
        if not repeats:
            engine.step("taken", "SELECT pid FROM taken UNION SELECT pid FROM settled", replace=True)
    engine.step("ranked", _ranked_sql("chosen"), replace=True)
    engine.step("asked", _asked_sql(), replace=True)
    engine.drop("option", "ranked", "claim", "fight", "settled", "contested")


def make_options(
    engine: Engine,
    costs: LinkCosts,
    *,
    keep_different: bool = False,
    again: str = NEVER,
    doubt: str = NEVER,
    left_over: str = NEVER,
) -> None:
    """Make `option` from `judged`: each pair that is not plainly two people, once for a person who has no row of this
    kind yet (taken = false) and once for one who has. `keep_different`: the others too."""
    kept = "" if keep_different else "WHERE step <> 'different'"
    w = definitions.weights()
    auto = ", ".join(f"'{step.id}'" for step in definitions.steps().values() if step.way == "auto")
    engine.step("weighed", weighed_sql(w.taken, w.taken_other_name), replace=True)
    engine.step(
        "stepped", f"SELECT {COLUMNS}, taken FROM ({_step_sql(costs, again, doubt, left_over)})", replace=True
    )
    engine.step("option", f"SELECT {COLUMNS}, taken, step IN ({auto}) AS auto FROM stepped {kept}", replace=True)
    engine.drop("weighed", "stepped")


def weighed_sql(taken: float, other_name: float) -> str:
    """Every pair twice, for a free person and for one who is taken, with the signs that the steps ask for.

    `taken`, `other_name`: bits for a person who is taken, of the same and of another name."""
    signs = ", ".join(f"{sql} AS {name}" for name, sql in _signs().items())
    return f"""
        SELECT rid, pid, frid, {VERDICTS}, slip, {signs}, taken,
            CASE WHEN NOT taken THEN weight WHEN {is_any("name", "same")} THEN weight + {taken!r} ELSE weight + {other_name!r} END AS weight
        FROM judged CROSS JOIN (SELECT false AS taken UNION ALL SELECT true AS taken) both_ways"""


def _signs() -> dict[str, str]:
    """What is seen in a pair, each sign worked out once: SQL by the name of its column."""
    return {
        "is_same": is_any("name", "same"),
        "is_close": is_any("name", "same", *NEAR_NAMES),
        "is_partly": is_any("name", "surname", "one_char", "shared"),
        "is_surname": is_any("name", "surname"),
        "is_born": is_any("birth", "same"),
        "is_born_about": is_any("birth", "same", "swapped", *NEAR_BIRTHS),
        "is_far": is_any("birth", "far"),
        "is_unsaid": f"(v_birth IS NULL OR {is_any('birth', *UNSAID_BIRTHS)})",
        "is_stranger": is_stranger(),
        "sex_fits": f"NOT {is_any('sex', 'differ')}",
        "ids_fit": f"NOT {is_any('id_no', 'differ')}",
        "id_same": is_any("id_no", "same"),
        "id_meant": is_any("id_no", "repaired", "as_typed"),
        "in_village": is_any("place", "village"),
        "in_school": is_any("school", "class", "same"),
        "in_family": is_any("family", "id_no", "name", "phone"),
        "is_kin": is_any("family", "id_no", "name"),
    }


def step_rules(
    costs: LinkCosts, again: str = NEVER, doubt: str = NEVER, left_over: str = NEVER
) -> dict[str, list[str]]:
    """Step → its conditions, SQL over `weighed`; all must hold. steps.yaml says the same in words, one by one."""
    sure, free = f"weight >= {costs.upper!r}", "NOT taken"
    return {
        "exact_id": ["id_same", "is_same"],
        "exact_id_near": ["id_same", "is_close", "NOT is_stranger"],
        "exact_id_birth": [
            "id_same", "is_born", "sex_fits",
            f"((is_partly OR in_family OR in_village OR {is_any('school', 'class')}) AND {free} OR is_surname)",
        ],
        "student_no": [is_any("student", "same"), "is_close", "NOT is_far", "ids_fit"],
        "repaired_id": [
            "id_meant", f"(is_same OR is_close AND NOT is_far OR in_family AND (is_born OR is_unsaid AND is_partly) AND sex_fits AND {free})",
        ],
        "name_birth_place": ["is_same", "is_born", "sex_fits", "in_village", "ids_fit", sure],
        "name_birth_school": ["is_same", "is_born", "sex_fits", "in_school", "ids_fit", sure, free],
        "household": [
            f"(in_family AND (is_close OR is_surname) AND (is_born_about OR is_unsaid) AND sex_fits AND {free}"
            f" OR is_kin AND is_same AND is_born)",
            "ids_fit", sure,
        ],
        "name_variant": ["is_close", "is_born", "sex_fits", "(in_village OR in_school)", "ids_fit", sure, free],
        "scored": ["(is_close AND NOT is_stranger AND ids_fit OR is_same AND is_born AND is_kin)", sure, free],
        "left_over": [left_over],
        "second_registration": [again],
        "ids_differ": [
            "NOT ids_fit", "sex_fits",
            f"(is_close AND is_born AND (in_village OR in_school OR in_family)"
            f" OR is_same AND is_born AND {is_any('place', 'town')}"
            f" OR is_same AND {is_any('birth', 'lunar', 'lunar_day')} AND (in_village OR in_family))",
        ],
        "name_differs": [
            "sex_fits", "ids_fit",
            f"({is_any('birth', 'same', 'swapped')} AND {free} AND is_partly AND {sure} AND (in_family OR in_village OR id_meant)"
            f" OR id_same AND is_born_about AND {free}"
            f" OR id_same AND is_born_about AND is_partly AND (in_family OR in_village OR in_school))",
        ],
        "borderline": [
            f"(is_close AND ids_fit AND ({free} AND weight > {costs.lower!r} OR is_same AND is_born AND (in_village OR in_family))"
            f" OR {doubt})"
        ],
    }  # fmt: skip


def _step_sql(costs: LinkCosts, again: str, doubt: str, left_over: str) -> str:
    """The first step, in their order, whose conditions hold."""
    rules = step_rules(costs, again, doubt, left_over)
    lines = [f"WHEN {' AND '.join(conditions)} THEN '{step}'" for step, conditions in rules.items()]
    return f"SELECT *, CASE {' '.join(lines)} ELSE 'different' END AS step FROM weighed"


def _ranked_sql(*placed: str) -> str:
    """The options of rows that stand in none of the tables, best first, with the lead over the second best person."""
    out = " ".join(f"ANTI JOIN {table} USING (rid)" for table in placed)
    return f"""
        SELECT {COLUMNS}, auto, place, best, best - coalesce(next_best, -1000.0) AS lead FROM (
            SELECT *, row_number() OVER w AS place, max(weight) OVER (PARTITION BY rid) AS best,
                lead(weight) OVER w AS next_best
            FROM (SELECT o.* FROM option o SEMI JOIN taken USING (pid) WHERE o.taken UNION ALL
                  SELECT o.* FROM option o ANTI JOIN taken USING (pid) WHERE NOT o.taken)
            {out}
            WINDOW w AS (PARTITION BY rid ORDER BY weight DESC, pid)
        )"""


def _claim_sql() -> str:
    """Rows that have one clear best person, beside that person's best row; `alike`: they look like the same person."""
    gap = definitions.weights().gap
    by_number = f"({is_any('id_no', 'same', 'repaired', prefix='r.v_')} AND r.step <> 'left_over')"
    copied = is_any("birth", *UNSAID_BIRTHS)
    return f"""
        SELECT *, rid = first_rid
                OR idv = first_idv AND NOT {is_stranger()}
                OR fold = first_fold AND (coalesce(birth = first_birth, true) OR {copied}) AS alike
        FROM (
            SELECT r.*, s.fold, s.birth, s.idv,
                first_value(r.rid) OVER w AS first_rid, first_value(s.fold) OVER w AS first_fold,
                first_value(s.birth) OVER w AS first_birth, first_value(s.idv) OVER w AS first_idv,
                first_value(r.v_id_no) OVER w AS first_id_no, first_value(r.weight) OVER w AS first_weight
            FROM ranked r JOIN seek s ON s.rid = r.rid
            WHERE r.place = 1 AND r.auto AND r.lead >= {gap!r}
            WINDOW w AS (PARTITION BY r.pid ORDER BY {by_number} DESC, r.weight DESC, r.rid)
        )"""


def _fight_sql() -> str:
    """Persons claimed by two rows that do not look alike and are about equally good, neither by its ID number."""
    gap = definitions.weights().gap
    by_number = is_any("id_no", "same", "repaired", prefix="first_")
    return f"""SELECT DISTINCT pid FROM claim
        WHERE NOT coalesce(alike, false) AND first_weight - weight < {gap!r} AND NOT {by_number}"""


def _settled_sql(*, repeats: bool) -> str:
    if repeats:
        return f"SELECT {COLUMNS} FROM claim"
    return f"SELECT {COLUMNS} FROM (SELECT * FROM claim WHERE coalesce(alike, false)) ANTI JOIN fight USING (pid)"


def _contested_sql(*, repeats: bool) -> str:
    if repeats:
        return "SELECT rid FROM contested"
    gap = definitions.weights().gap
    return f"""SELECT rid FROM contested UNION
        SELECT rid FROM claim SEMI JOIN fight USING (pid) WHERE first_weight - weight < {gap!r}"""


def _asked_sql() -> str:
    """What a clerk is asked: the best persons of each row that stayed open, three at most."""
    gap = definitions.weights().gap
    return f"""
        SELECT rid, pid, frid, CASE WHEN first_auto OR auto THEN 'ambiguous' ELSE step END AS step, weight, {VERDICTS}, slip
        FROM (SELECT *, max(CASE WHEN place = 1 AND auto THEN 1 ELSE 0 END) OVER (PARTITION BY rid) = 1 AS first_auto
              FROM ranked)
        WHERE place <= {MOST_QUESTIONS} AND best - weight < {gap!r}"""
