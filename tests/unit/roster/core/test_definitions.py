"""Kinds are data: what every definition must hold, and that a new kind needs no code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from notoneless.common.errors import Fault
from notoneless.roster.core import KindDefinition, get_kind, load_kinds, read_roster, roster_schema
from notoneless.roster.core.definitions import DEFINITIONS
from notoneless.roster.core.header_text import heading_key

PERSON = "name sex dob id_no id_state nation addr addr_code phone"
OWN = {
    "hukou": "hh_no relation hukou_status status_date",
    "school_roll": "school_name school_code student_no id_type grade class_no entry_month boarding roll_status "
    "home_addr hukou_addr hukou_code guardian_name guardian_relation guardian_id left_behind disability_kind inclusive",
    "head_count": "school_name school_code grade class_no present last_seen_date absent_reason student_no",
    "poverty": "hh_no person_no relation student_state dropout_reason health household_type monitor_kind "
    "head_name head_id risk_removed",
    "disability": "cert_no disability_kind disability_level school_kind no_school_reason need guardian_name",
    "low_income": "cert_no head_name head_id relation assistance_kind start_month",
    "destitute": "cert_no head_name head_id relation assistance_kind start_month",
    "orphan": "orphan_kind guardian_name relation start_month",
    "medical_insurance": "insurance_kind insured_state insured_place period",
    "social_insurance": "employer insured_state period",
    "aid_paid": "school_name school_code grade class_no category item standard_fen term amount_fen bank card_no "
    "card_holder guardian_name",
    "doorstep": "guardian_name guardian_relation hh_head school_state school_name age_band left_behind note",
    "school_directory": "school_code school_name stage addr addr_code address phone",
}
KINDS = load_kinds()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_accepted_rows_have_the_columns_that_later_stages_read(kind: KindDefinition) -> None:
    schema = roster_schema(kind)
    assert schema.names[:4] == ["row_no", "sheet", "row_key", "raw"]
    person = PERSON.split() if kind.subject == "person" else []
    assert set(schema.names[4:]) == {*person, *OWN[kind.id].split()}
    for name in schema.names[4:]:
        expected = pa.date32() if name == "dob" or name.endswith("_date") else pa.string()
        assert schema.field(name).type == (pa.int64() if name.endswith("_fen") else expected)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_definition_is_complete(kind: KindDefinition) -> None:
    assert kind.folder.name == kind.id
    assert kind.why
    assert kind.legal_basis
    assert kind.senders
    assert kind.hints
    assert kind.signature
    assert [column for column in kind.columns if column.key]
    ids = {column.id for column in kind.columns}
    assert set(kind.precedence) <= ids
    assert set(kind.address_from) <= ids
    assert get_kind(kind.name, KINDS) is kind


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_no_heading_means_two_columns(kind: KindDefinition) -> None:
    keys = Counter(key for column in kind.columns for key in {heading_key(text) for text in column.headings})
    assert not [key for key, times in keys.items() if times > 1 or not key]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_example_is_recognised_and_taken_whole(kind: KindDefinition) -> None:
    roster = read_roster(kind.example_path, within="371321")
    assert roster.kind == kind.id
    assert roster.counts.read == roster.counts.accepted > 0
    assert not roster.mapping.extra
    assert kind.name in roster.recognised
    assert set(roster.problem_counts) <= {"E101"}


def test_the_thirteen_kinds_are_there() -> None:
    assert set(KINDS) == set(OWN)


def test_aid_items_are_those_of_the_policy() -> None:
    import notoneless.policy as policy

    table = Path(policy.__file__).parent / "tables" / "aid_items.yaml"
    ours = KINDS["aid_paid"].column("item").writings or {}
    for row in yaml.safe_load(table.read_text(encoding="utf-8"))["rows"]:
        for spelling in (row["name"], *row["spellings"].split("、")):
            assert ours[heading_key(spelling)] == row["code"]


def test_nations_are_those_of_the_standard() -> None:
    writings = KINDS["hukou"].column("nation").writings or {}
    assert len({value for value in writings.values() if value.endswith("族")}) == 56
    assert [writings[code] for code in ("01", "03", "15", "56")] == ["汉族", "回族", "土家族", "基诺族"]


NEW_KIND = """
id: left_behind_list
name: 留守儿童
subject: person
why: 试一试新的名册种类
legal_basis: 无
senders: [民政局]
hints: [留守]
signature: [parent_place]
columns:
  - {id: name, required: true, key: true}
  - {id: id_no, required: true, key: true}
  - {id: parent_place, name: 父母务工地, type: text, required: true, aliases: [务工地点]}
  - {id: mood, name: 情绪, type: code, codes: mood}
  - {id: left_on, name: 父母离家日期, type: date}
row_checks: [birth_matches_id, {any_of: [phone, addr]}]
"""


def test_a_kind_is_added_without_code(tmp_path: Path) -> None:
    _kind_folder(tmp_path, NEW_KIND, "mood:\n  good: [好, 良好]\n  bad: [差]\n")
    text = "姓名,证件号,务工地点,情绪,父母离家日期,联系电话\n王小花,,浙江义乌,良好,2026年3月1日,\n李小禾,,上海,一般,,1380000\n"
    roster = read_roster(text.encode("gb18030"), file_name="名单.csv", definitions=tmp_path)
    assert roster.kind == "left_behind_list"
    row = roster.rows.to_pylist()[0]
    assert (row["parent_place"], row["mood"], str(row["left_on"])) == ("浙江义乌", "good", "2026-03-01")
    assert roster.problem_counts == {"E101": 2, "E307": 1, "E317": 1}
    assert roster.rows.schema.field("left_on").type == pa.date32()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("subject: person", "subject: animal"), "animal"),
        (("type: date", "type: day"), "day"),
        (("codes: mood", "codes: nothing"), "nothing"),
        (("name: 留守儿童\n", ""), "name"),
        (("aliases: [务工地点]", "alias: [务工地点]"), "alias"),
        (("birth_matches_id", "moon_matches_id"), "moon_matches_id"),
    ],
)
def test_a_wrong_definition_says_where_and_what(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    _kind_folder(tmp_path, NEW_KIND.replace(*change), "mood: {good: [好]}\n")
    with pytest.raises(Fault) as caught:
        load_kinds(tmp_path)
    assert caught.value.code == "E319"
    assert "left_behind_list/kind.yaml" in caught.value.what
    assert said in caught.value.what


def test_an_unknown_kind_lists_the_known_ones() -> None:
    with pytest.raises(Fault) as caught:
        read_roster("姓名\n王\n".encode(), "花名册")
    assert caught.value.code == "E313"
    assert "户籍（hukou）" in caught.value.what


def _kind_folder(folder: Path, kind: str, codes: str) -> None:
    own = folder / "left_behind_list"
    own.mkdir()
    (own / "kind.yaml").write_text(kind, encoding="utf-8")
    shared = (DEFINITIONS / "codes.yaml").read_text(encoding="utf-8")
    (folder / "codes.yaml").write_text(shared + codes, encoding="utf-8")
