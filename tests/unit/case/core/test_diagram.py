"""The page about case states is generated from the table; a forgotten run fails here."""

from __future__ import annotations

from pathlib import Path

from notoneless.case.core.diagram import PAGE, ROLE_NAMES, current, write
from notoneless.case.core.states import table
from notoneless.org.roles import ROLES


def test_the_page_in_docs_is_what_the_table_says_now():
    assert PAGE.read_text(encoding="utf-8") == current(), "python -m notoneless.case.core.diagram"


def test_every_move_and_state_is_on_the_page(tmp_path: Path):
    text = write(tmp_path / "reference" / "states.md").read_text(encoding="utf-8")
    assert all(f"{move.source} --> {move.target}" in text for move in table().moves)
    assert all(rule.meaning in text for rule in table().states.values())


def test_role_names_are_those_of_the_roles():
    assert {role: ROLES[role].name for role in ROLE_NAMES} == ROLE_NAMES
