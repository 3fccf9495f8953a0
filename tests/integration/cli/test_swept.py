"""Commands that read one swept county: ledgers, explanations, verification, the trail, accounts."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from tests.integration.cli.conftest import AS_OF, Swept, answer, run
from tests.lib import rosters
from tests.lib.cast import SCHOOL

from notoneless.files.tables import read_table
from notoneless.link.records.models import LinkDecision, ReviewPair
from notoneless.link.records.queries import get_members
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.trail.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.keep_lake]
WHOLE_NUMBER = re.compile(r"\d{17}[\dX]")


def test_a_sweep_shows_the_five_numbers_and_names_missing_lists(swept: Swept) -> None:
    result = run("sweep", "--as-of", AS_OF)
    line = next(line for line in result.stdout.splitlines() if "适龄失学" in line)
    assert [cell.strip() for cell in line.split("│")[1:6]] == ["4", "3", "1", "0", "0"]
    assert "资助发放" in result.stdout
    assert "仍是" in result.stderr
    assert result.exit_code == 0


def test_sweeping_again_is_the_same_sweep(swept: Swept) -> None:
    again = answer("sweep", "--as-of", AS_OF)
    assert (again["id"], again["already"]) == (swept.sweep, True)


@pytest.mark.parametrize("ledger", ["适龄儿童", "school_age", "疑似辍学", "信息不符", "学前儿童"])
@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_no_ledger_ever_prints_a_whole_number(swept: Swept, ledger: str, format: str) -> None:
    result = run("ledger", ledger, "--format", format)
    assert result.exit_code == 0
    assert not WHOLE_NUMBER.search(result.stdout)


def test_the_ledger_names_the_missing_child_and_why(swept: Swept) -> None:
    rows = answer("ledger", "疑似辍学")["rows"]
    assert {row["姓名"] for row in rows} == {"王小花", "李倩"}
    assert "柳行岔村" in next(row["原因"] for row in rows if row["姓名"] == "王小花")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--school", SCHOOL], {"李倩"}),
        (["--school", "岸堤镇中心小学"], {"李倩"}),
        (["--school", "岸堤镇初级中学"], set()),
        (["--town", "岸堤镇"], {"王小花", "李倩"}),
        (["--town", "371321101"], {"王小花", "李倩"}),
        (["--town", "371321100"], set()),
        (["--state", "待核实"], {"王小花", "李倩"}),
        (["--state", "persuading"], set()),
        (["--state", "待核实", "--school", SCHOOL], {"李倩"}),
    ],
)
def test_a_ledger_is_filtered(swept: Swept, options: list[str], names: set[str]) -> None:
    assert {row["姓名"] for row in answer("ledger", "疑似辍学", *options)["rows"]} == names


@pytest.mark.parametrize("option", ["--town", "--school", "--state"])
def test_an_unknown_filter_value_is_refused_not_ignored(swept: Swept, option: str) -> None:
    result = run("ledger", "疑似辍学", option, "蓬莱阁")
    assert (result.exit_code, result.stderr[:4]) == (2, "E916")


def test_a_ledger_goes_into_a_workbook_or_a_csv(swept: Swept, tmp_path: Path) -> None:
    run("ledger", "适龄儿童", "--format", "xlsx", "--out", str(tmp_path / "表.xlsx"))
    rows = list(read_table(tmp_path / "表.xlsx", "表.xlsx").sheets[0].rows)
    assert len(rows) == 5
    text = run("ledger", "适龄儿童", "--format", "csv").stdout
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == rows


def test_each_export_is_in_the_trail(swept: Swept) -> None:
    before = Event.objects.filter(action="ledger.export").count()
    run("ledger", "辍学")
    assert Event.objects.filter(action="ledger.export").count() == before + 1


def test_an_export_without_a_file_name_leaves_no_trail(swept: Swept) -> None:
    before = Event.objects.count()
    assert run("ledger", "辍学", "--format", "xlsx").exit_code == 2
    assert Event.objects.count() == before


def test_explain_says_why_and_from_which_rows(swept: Swept) -> None:
    result = run("explain", swept.children["王小花"])
    assert "1 个缺口：适龄失学" in result.stdout
    assert "由这些行合成" in result.stdout
    assert "底册立人" in result.stdout
    assert not WHOLE_NUMBER.search(result.stdout)
    document = answer("explain", swept.children["张强"])
    assert [row[0] for row in document["tables"][0]["rows"]] == ["在校点名", "户籍", "学籍"]


def test_a_child_out_of_reach_is_as_unknown_as_none(swept: Swept) -> None:
    foreign = run("explain", swept.children["王小花"], by="stranger")
    absent = run("explain", "CAAAAAAAAAAA", by="stranger")
    assert (foreign.exit_code, absent.exit_code) == (2, 2)
    assert foreign.stderr.replace(swept.children["王小花"], "") == absent.stderr.replace("CAAAAAAAAAAA", "")


def test_verify_recomputes_and_finds_a_changed_file(swept: Swept) -> None:
    document = answer("verify", swept.sweep)
    assert document["ok"]
    assert Event.objects.filter(action="sweep.verify").exists()
    victim = next(lake().folder("sweeps", swept.sweep).glob("results_not_enrolled*"))
    content = victim.read_bytes()
    victim.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        result = run("verify", swept.sweep)
    finally:
        victim.write_bytes(content)
    assert result.exit_code == 1
    assert "1 个文件与保存的不一致" in result.stderr


def test_diff_of_a_sweep_with_itself_has_nothing_new(swept: Swept) -> None:
    changes = answer("sweep", "diff", swept.sweep, swept.sweep)["changes"]
    assert [change for change in changes if change["change"] != "unchanged"] == []
    assert run("sweep", "diff", swept.sweep, swept.sweep).exit_code == 0


def test_an_unknown_sweep_is_said_plainly(swept: Swept) -> None:
    result = run("verify", "20990101-0000000000")
    assert result.exit_code in (1, 4)
    assert "Traceback" not in result.output


def test_deliveries_are_listed_with_their_counts(swept: Swept) -> None:
    rows = answer("delivery", "list")["rows"]
    assert {row["种类"] for row in rows} == {"户籍", "学籍", "在校点名"}
    assert all(row["读入"] == row["导入"] + row["错误"] + row["重复"] + row["忽略"] for row in rows)
    assert "D2026" in run("delivery", "list").stdout


def test_a_file_imported_before_changes_nothing(swept: Swept) -> None:
    line = ["import", str(swept.folder / "户籍.csv"), "--sender", "县局", "--as-of", AS_OF]
    document = answer(*line)
    assert document["already"]
    assert "没有重复导入" in run(*line).stderr
    assert len(answer("delivery", "list")["rows"]) == 3


def test_revoking_names_the_sweeps_that_rest_on_it(swept: Swept) -> None:
    delivery = next(row["批次"] for row in answer("delivery", "list")["rows"] if row["种类"] == "户籍")
    assert answer("delivery", "revoke", delivery, "--reason", "公安局重发")["sweeps"] == [swept.sweep]
    again = run("delivery", "revoke", delivery, "--reason", "公安局重发")
    assert again.exit_code != 0


@pytest.mark.parametrize(
    "line",
    [
        ["sweep", "--as-of", AS_OF],
        ["delivery", "revoke", "D20261120-0000000000", "--reason", "无"],
        ["trail", "verify"],
        ["user", "list"],
    ],
)
def test_without_the_right_the_exit_code_is_four(swept: Swept, line: list[str]) -> None:
    result = run(*line, by="teacher_li")
    assert (result.exit_code, result.stderr[:3]) == (4, "E70")


def test_the_trail_is_verified_against_a_line_kept_elsewhere(swept: Swept) -> None:
    line = run("trail", "checkpoint", by="auditor").stdout.strip()
    run("ledger", "辍学")
    good = run("trail", "verify", "--line", line, by="auditor")
    assert (good.exit_code, "留痕完整" in good.stdout) == (0, True)
    changed = line[:-1] + ("0" if line[-1] != "0" else "1")
    assert run("trail", "verify", "--line", changed, by="auditor").exit_code == 1
    assert run("trail", "verify", "--line", "随便一句", by="auditor").exit_code == 1
    assert answer("trail", "verify", by="auditor")["ok"]
    assert answer("trail", "checkpoint", by="auditor")["line"].startswith("留痕核对点")


def test_accounts_are_listed_and_added_by_the_administrator(swept: Swept) -> None:
    assert {row["账号"] for row in answer("user", "list", by="")["rows"]} >= {"admin", "clerk"}
    assert "沂南县残疾人联合会" in run("user", "list", by="admin").stdout
    document = answer(
        "user", "add", "xinlaishi", "--role", "teacher", "--name", "新来的老师", "--school", SCHOOL, by=""
    )
    assert len(document["password"]) >= 12
    assert (
        "一次性口令"
        in run("user", "add", "two", "--role", "auditor", "--name", "段", "--place", "371321", by="admin").stdout
    )
    assert run("user", "add", "three", "--role", "王", "--name", "段").stderr.startswith("E914")


def test_doctor_looks_at_everything(swept: Swept) -> None:
    document = answer("doctor")
    assert {check["name"] for check in document["checks"]} == {
        "程序", "数据库", "三员", "密钥", "数据湖", "磁盘", "时钟", "政策包", "留痕",
    }  # fmt: skip
    well = all(check["ok"] for check in document["checks"])
    assert run("doctor").exit_code == (0 if well else 1)
    assert next(check for check in document["checks"] if check["name"] == "留痕")["ok"]


def test_policy_lists_numbers_with_their_source(swept: Swept) -> None:
    everything = answer("policy", "list")["rows"]
    stale = answer("policy", "list", "--stale")["rows"]
    assert 0 < len(stale) < len(everything)
    assert all(row["出处"] for row in everything)
    assert "待核对" in run("policy", "list", "--stale").stdout
    assert run("policy", "list", "--region", "沂南").stderr.startswith("E525")


def test_a_doubtful_pair_is_explained(swept: Swept) -> None:
    assert not ReviewPair.objects.exists()
    assert run("explain", "PAAAAAAAAAAA").stderr.startswith("E913")


def test_nobody_is_chosen_when_several_could_be(swept: Swept) -> None:
    assert run("delivery", "list", by="nobody").stderr.startswith("E903")
    from notoneless.org.models import User

    User.objects.filter(username="stranger").update(is_active=True)
    assert run("delivery", "list", by="").stderr.startswith("E904")  # two clerks: ours and the stranger


def test_json_rows_never_hold_a_whole_number(swept: Swept) -> None:
    text = json.dumps(answer("ledger", "适龄儿童"), ensure_ascii=False)
    assert rosters.QIANG.id_no not in text


def test_two_rows_of_two_lists_are_explained_with_points_and_the_verdict_in_force(swept: Swept) -> None:
    rows = [(row["delivery_id"], row["row_no"], row["row_key"]) for row in _members(swept, "张强")]
    (first, second), key = rows[:2], [row[2] for row in rows[:2]]
    line = ("explain", f"{first[0]}:{first[1]}", f"{second[0]}:{second[1]}")
    said = run(*line)
    assert said.exit_code == 0
    assert said.stdout.startswith("是同一人：")
    assert "合计" in said.stdout
    assert not WHOLE_NUMBER.search(said.stdout)
    assert not WHOLE_NUMBER.search(json.dumps(answer(*line)))
    LinkDecision.objects.create(
        row_key_a=key[1], row_key_b=key[0], verdict="different", child_id=swept.children["张强"], place_code="371321",
        reason="试", by=User.objects.get(username="clerk"), at=timezone.now(),
    )  # fmt: skip
    assert run(*line).stdout.startswith("经办人已判定不是同一人，照办。程序自己看：是同一人：")
    assert Event.objects.filter(action="rows.compare", object_id=first[0]).exists()


def test_two_rows_are_explained_only_to_whom_both_lists_may_be_shown(swept: Swept) -> None:
    first, second = [f"{row['delivery_id']}:{row['row_no']}" for row in _members(swept, "张强")[:2]]
    assert run("explain", first, second, by="stranger").stderr.startswith(("E701", "E704"))
    assert run("explain", first, f"{second}9999").stderr.startswith("E410")
    assert run("explain", first, "17").stderr.startswith("E411")
    assert run("explain", first, "20200101-0000000000:1").stderr.startswith("E704")


def test_two_rows_of_two_files_are_explained(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,dob,sex\n王小花,2014-05-06,女\n", "utf-8")
    (tmp_path / "b.csv").write_text("name,dob,sex\n李大壮,2013-07-01,男\n", "utf-8")
    line = ("--left", str(tmp_path / "a.csv"), "--left-row", "1", "--right", str(tmp_path / "b.csv"))
    said = run("explain", *line, "--right-row", "1")
    assert said.stdout.startswith("不是同一人：姓名不同、出生日期不同、性别不同；没有一项相符")
    assert run("explain", *line).stderr.startswith("E929")


def _members(swept: Swept, name: str) -> list[dict[str, Any]]:
    return get_members(swept.sweep, swept.children[name])


def test_a_pack_is_made_and_proved(swept: Swept, tmp_path: Path) -> None:
    case = answer("ledger", "疑似辍学")["rows"][0]["个案"]
    path = tmp_path / "包.zip"
    assert run("audit", "pack", case, "--out", str(path), by="auditor").exit_code == 0
    assert answer("audit", "verify", str(path), by="auditor")["ok"]
    path.write_bytes(path.read_bytes()[:-40])
    assert run("audit", "verify", str(path), by="auditor").stderr.startswith("E586")
    assert run("audit", "verify", str(tmp_path / "no.zip"), by="auditor").stderr.startswith("E901")
    assert run("audit", "pack", case, by="clerk").exit_code == 4
