"""Every worked case of every check, run by the code that runs a sweep; and a lint over all declarations."""

from collections.abc import Iterator
from datetime import date

import pytest

from notoneless.check.core import load_checks
from notoneless.check.core.cases import WorkedCase, load_cases
from notoneless.check.core.columns import columns_read
from notoneless.check.core.definitions import STATES, load_shared_tables
from notoneless.check.core.literals import names_in
from notoneless.engine import Engine, open_engine
from notoneless.org.roles import ROLES
from notoneless.policy import load_pack

CHECKS = list(load_checks().values())
CASES = [case for check in CHECKS for case in load_cases(check)]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as running:
        yield running


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check.id}-{case.name[:12]}")
def test_worked_case(case: WorkedCase, engine: Engine) -> None:
    assert case.run(engine) == case.expected


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_cases_show_what_the_check_can_answer(check) -> None:
    cases = load_cases(check)
    shown = {state for case in cases for state, _ in case.expected.values()}
    assert {"met", "gap"} <= shown
    assert shown <= set(STATES)
    if check.excuses:
        assert "excused" in shown


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_declaration_is_complete_and_true(check) -> None:
    pack = load_pack("371321", date(2026, 11, 1))
    kinds = set(columns_read())
    assert check.needs
    assert {*check.needs, *check.optional, *check.pending_matters} <= kinds
    assert set(check.needs_checks) <= set(load_checks())
    assert set(check.excuses) <= set(pack.names("outcomes"))
    assert set(check.placements) <= set(pack.names("placements"))
    assert check.owner_role in ROLES
    assert pack.value(check.deadline_days) > 0
    assert set(check.parameters.values()) <= set(pack.parameters)
    assert set(check.parameters) <= names_in(check.sql)
    assert check.question
    assert check.why
    assert check.source


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_excuses_have_evidence_that_policy_names(check) -> None:
    outcomes = {row["code"]: row for row in load_pack(None, date(2026, 11, 1)).table("outcomes")}
    for excuse in check.excuses:
        assert outcomes[excuse]["evidence"], excuse
        assert outcomes[excuse]["closes"] != "open", excuse


def test_the_fourteen_promises_are_there_in_an_order_that_works() -> None:
    ids = [check.id for check in CHECKS]
    assert len(ids) == 14
    for check in CHECKS:
        assert all(ids.index(needed) < ids.index(check.id) for needed in check.needs_checks)


@pytest.mark.parametrize("sql", [(c.id, c.sql) for c in CHECKS] + [(t.id, t.sql) for t in load_shared_tables()])
def test_sql_is_portable(sql: tuple[str, str]) -> None:
    text = sql[1].upper()
    for word in (
        "QUALIFY",
        "CONCAT(",
        " NOT IN",
        "UPDATE",
        "LEVENSHTEIN",
        "STRING_AGG",
        "::",
        "\\",
        "PIVOT",
        "REPLACE (",
    ):
        assert word not in text, f"{sql[0]}: {word}"
