"""The policy pack: dated values, regional overrides, refusals, and a lint over every shipped file."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from notoneless.common.errors import Fault
from notoneless.policy import Pack, load_pack
from notoneless.policy.pack import ROOT, STATUSES

TODAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("371321", TODAY)


def write_pack(root: Path, parameter: dict[str, Any], region: dict[str, Any] | None = None) -> Path:
    (root / "parameters").mkdir()
    (root / "regions").mkdir()
    (root / "pack.yaml").write_text("version: '1'\n", encoding="utf-8")
    (root / "parameters" / "one.yaml").write_text(yaml.safe_dump(parameter), encoding="utf-8")
    if region is not None:
        (root / "regions" / "371321000000.yaml").write_text(yaml.safe_dump(region), encoding="utf-8")
    return root


def parameter(**changes: Any) -> dict[str, Any]:
    fields = {
        "id": "a.days",
        "name": "天数",
        "unit": "天",
        "source": "某文",
        "status": "confirmed",
        "last_confirmed": date(2026, 1, 1),
        "values": [{"from": date(2026, 9, 1), "value": 9}, {"from": date(2020, 9, 1), "value": 7}],
    }
    return fields | changes


def test_the_value_in_force_on_the_day(tmp_path: Path) -> None:
    root = write_pack(tmp_path, parameter())
    assert load_pack(None, date(2026, 8, 31), root).value("a.days") == 7
    assert load_pack(None, date(2026, 9, 1), root).value("a.days") == 9


def test_before_the_first_value_and_unknown_names(tmp_path: Path) -> None:
    pack = load_pack(None, date(2019, 1, 1), write_pack(tmp_path, parameter()))
    for code, ask in (("E522", lambda: pack.value("a.days")), ("E521", lambda: pack.value("b"))):
        with pytest.raises(Fault) as caught:
            ask()
        assert caught.value.code == code
    for missing in (pack.table, pack.code_list):
        with pytest.raises(Fault):
            missing("none")


def test_a_region_overrides_and_must_name_what_exists(tmp_path: Path) -> None:
    change = {"source": "县文", "status": "local_default", "last_confirmed": date(2026, 1, 1)}
    change["values"] = [{"from": date(2020, 1, 1), "value": 30}]
    root = write_pack(tmp_path, parameter(), {"name": "某县", "parameters": {"a.days": change}})
    assert load_pack("371321", TODAY, root).value("a.days") == 30
    assert load_pack("371322", TODAY, root).value("a.days") == 9
    (root / "regions" / "371321000000.yaml").write_text("parameters: {b.days: {}}", encoding="utf-8")
    with pytest.raises(Fault) as caught:
        load_pack("371321101", TODAY, root)
    assert caught.value.code == "E524"


@pytest.mark.parametrize(
    "changes",
    [{"status": "maybe"}, {"last_confirmed": "去年"}, {"values": []}, {"values": [{"value": 1}]}],
)
def test_a_malformed_parameter_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(Fault) as caught:
        load_pack(None, TODAY, write_pack(tmp_path, parameter(**changes)))
    assert caught.value.code == "E523"


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    root = write_pack(tmp_path, parameter())
    (root / "pack.yaml").write_text("- 1\n", encoding="utf-8")
    with pytest.raises(Fault):
        load_pack(None, TODAY, root)


def test_tables_refuse_strange_columns_and_override_by_region(tmp_path: Path) -> None:
    root = write_pack(tmp_path, parameter())
    (root / "tables").mkdir()
    table = parameter(id="t", columns={"code": "text"}, rows=[{"code": "1"}])
    del table["values"], table["unit"]
    (root / "tables" / "t.yaml").write_text(yaml.safe_dump(table), encoding="utf-8")
    change = {key: table[key] for key in ("source", "status", "last_confirmed")} | {"rows": [{"code": "2"}]}
    region = root / "regions" / "371321000000.yaml"
    region.write_text(yaml.safe_dump({"tables": {"t": change}}), encoding="utf-8")
    assert load_pack("371321", TODAY, root).table("t") == [{"code": "2"}]
    region.write_text(yaml.safe_dump({"tables": {"u": change}}), encoding="utf-8")
    with pytest.raises(Fault):
        load_pack("371321102", TODAY, root)
    (root / "tables" / "t.yaml").write_text(yaml.safe_dump({"id": "t", "rows": []}), encoding="utf-8")
    with pytest.raises(Fault):
        load_pack("371322", TODAY, root)
    (root / "tables" / "t.yaml").write_text(yaml.safe_dump(table | {"rows": [{"name": "x"}]}), encoding="utf-8")
    with pytest.raises(Fault):
        load_pack("371323", TODAY, root)


def test_aid_amounts_follow_the_date(pack: Pack) -> None:
    def amount(day: date) -> set[int]:
        rows = pack.table("aid_schemes", on=day)
        return {r["term_fen"] for r in rows if (r["item"], r["stage"]) == ("boarding_living", "primary")}

    assert amount(date(2023, 9, 1)) == {50_000}
    assert amount(date(2024, 2, 1)) == {62_500}


def test_categories_change_with_the_year(pack: Pack) -> None:
    before = {row["code"] for row in pack.table("aid_categories", on=date(2019, 9, 1))}
    assert "registered_poor" in before
    assert "poverty_lifted" not in before
    assert "registered_poor" not in pack.names("aid_categories")


def test_nations_and_names(pack: Pack) -> None:
    assert len(pack.code_list("nation")) == 58
    assert pack.names("placements")["08"] == "送教上门"
    assert pack.region_name == "沂南县"


def test_stale_lists_the_unconfirmed_and_the_old(pack: Pack) -> None:
    unconfirmed = {entry.id for entry in pack.stale(TODAY)}
    assert "visit.repeat_within_days" in unconfirmed
    assert "school_age.start_years" not in unconfirmed
    assert "school_age.start_years" in {entry.id for entry in pack.stale(TODAY + timedelta(days=400))}


def test_the_digest_is_stable_and_the_region_known(pack: Pack) -> None:
    assert len(pack.digest) == 64
    assert pack.digest == load_pack(None, date(2020, 1, 1)).digest
    assert pack.on(date(2020, 1, 1)).as_of == date(2020, 1, 1)


def test_every_shipped_parameter_is_complete_and_lies_under_its_name(pack: Pack) -> None:
    for path in sorted((ROOT / "parameters").rglob("*.yaml")):
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert fields["id"] == f"{path.parent.name}.{path.stem}"
        assert fields["name"]
        assert fields["unit"]
        assert fields["source"]
        assert fields["status"] in STATUSES
        assert pack.parameters[fields["id"]].last_confirmed <= date(2026, 12, 31)


def test_every_code_in_the_tables_exists(pack: Pack) -> None:
    evidence = set(pack.names("evidence_kinds"))
    for outcome in pack.table("outcomes"):
        assert set(outcome["evidence"].split()) <= evidence, outcome
        assert outcome["closes"] in {"excuse", "mistake", "returned", "open"}
    assert {row["stands_for"] for row in pack.table("placements")} == {"enrolled", "excused", "open"}
    stages = {row["stage"] for row in pack.table("school_stages")}
    items, categories = set(pack.names("aid_items")), set(pack.names("aid_categories"))
    for row in pack.table("aid_schemes"):
        assert row["item"] in items
        assert row["category"] in categories
        assert row["stage"] in stages
        assert row["boarding"] in {"day", "board", "any"}


def test_recheck_days_match_the_count(pack: Pack) -> None:
    assert len(pack.value("recheck.interval_days")) == pack.value("recheck.count") == 4
