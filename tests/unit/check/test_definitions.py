"""Reading declarations: complete, known words only, and no circles."""

from pathlib import Path

import pytest
import yaml

from notoneless.check.core import get_check, load_checks
from notoneless.check.core.definitions import FIELDS, load_shared_tables
from notoneless.common.errors import Fault
from notoneless.common.wording import Wording


def write_check(root: Path, check_id: str, **changes: object) -> None:
    folder = root / check_id
    folder.mkdir()
    shipped = load_checks()["id_invalid"]
    fields = {name: getattr(shipped, name) for name in FIELDS} | {"id": check_id} | changes
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
    plain = {name: value.source if isinstance(value, Wording) else value for name, value in plain.items()}
    (folder / "check.yaml").write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    (folder / "check.sql").write_text("SELECT 1;\n", encoding="utf-8")


def code_of(root: Path) -> str:
    with pytest.raises(Fault) as caught:
        load_checks(root)
    return caught.value.code


def test_a_county_can_add_a_check_by_a_folder(tmp_path: Path) -> None:
    write_check(tmp_path, "b", needs_checks=["a"])
    write_check(tmp_path, "a", needs_checks=["c"])
    write_check(tmp_path, "c")
    assert list(load_checks(tmp_path)) == ["c", "a", "b"]
    assert load_checks(tmp_path)["a"].sql == "SELECT 1"
    assert load_checks(tmp_path)["a"].cases_path == tmp_path / "a" / "cases.yaml"


def test_checks_may_not_wait_for_one_another(tmp_path: Path) -> None:
    write_check(tmp_path, "a", needs_checks=["b"])
    write_check(tmp_path, "b", needs_checks=["a"])
    assert code_of(tmp_path) == "E514"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "other"},
        {"period": "week"},
        {"ledger": "none"},
        {"severity": 4},
        {"review_by": "soon"},
        {"close_by_roster": "yes"},
        {"extra": 1},
    ],
)
def test_a_malformed_declaration_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    write_check(tmp_path, "a", **changes)
    assert code_of(tmp_path) == "E510"


def test_a_declaration_without_sql_or_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    write_check(tmp_path, "a")
    (tmp_path / "a" / "check.sql").unlink()
    assert code_of(tmp_path) == "E510"
    (tmp_path / "a" / "check.yaml").write_text("- a\n", encoding="utf-8")
    load_checks.cache_clear()
    assert code_of(tmp_path) == "E510"


def test_a_check_is_known_by_id_and_name() -> None:
    assert get_check("适龄失学").id == get_check("not_enrolled").id == "not_enrolled"
    with pytest.raises(Fault) as caught:
        get_check("nothing")
    assert caught.value.code == "E515"
    assert "适龄失学" in caught.value.message


def test_shared_tables_are_named_and_ordered() -> None:
    ids = [table.id for table in load_shared_tables()]
    assert ids.index("school_key") < ids.index("on_roll") < ids.index("owed")
    assert all(table.name for table in load_shared_tables())
