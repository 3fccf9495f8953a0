"""A sweep finds the missing child, opens one case, never twice, and closes only by a named row."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from tests.lib import rosters
from tests.lib.cast import NOW, Cast

from notoneless.case.records.models import Case, Gap
from notoneless.check.records.models import CheckCount, Sweep
from notoneless.check.records.queries import get_counts, get_manifest, get_sweep, list_sweeps, read_results
from notoneless.common.errors import Fault
from notoneless.flows import sweep_inputs, verify
from notoneless.flows.import_file import ImportOutcome
from notoneless.flows.sweep import SweepOutcome, compute
from notoneless.flows.sweep_diff import diff_sweeps
from notoneless.flows.verify import inputs_of, verify_sweep
from notoneless.link.records.actions import undo_link
from notoneless.link.records.models import Child
from notoneless.link.records.queries import get_sources, list_children
from notoneless.org.keys import lake
from notoneless.policy import load_pack
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
Send = Callable[..., ImportOutcome]
Run = Callable[..., SweepOutcome]
NEXT_MONTH = dt.date(2026, 12, 20)
NEXT_YEAR = dt.date(2027, 11, 20)


def _gap_of(name: str, check_id: str) -> Gap:
    return Gap.objects.get(child__name=name, check_id=check_id)


def test_the_child_without_a_school_gets_one_case(lists: Send, sweep: Run) -> None:
    outcome = sweep()
    gap = _gap_of("王小花", "not_enrolled")
    assert "柳行岔村" in gap.reason
    assert outcome.opened_cases == 1
    assert Case.objects.get() == gap.case
    assert gap.case.place_code.startswith("371321")
    assert Child.objects.count() == 4


def test_every_check_conserves_its_children(lists: Send, sweep: Run) -> None:
    outcome = sweep()
    for count in CheckCount.objects.filter(sweep=outcome.sweep):
        assert count.expected == count.met + count.gap + count.excused + count.unknown
    counts = {row["check_id"]: row for row in outcome.sweep.summary["checks"]}
    assert counts["not_enrolled"] | {"expected": 4, "met": 3, "gap": 1} == counts["not_enrolled"]


def test_a_missing_list_gives_unknown_and_names_the_list(cast: Cast, send: Send, sweep: Run) -> None:
    send(rosters.hukou(rosters.CAST))
    outcome = sweep()
    row = next(one for one in get_counts(cast.clerk, outcome.sweep) if one["check_id"] == "not_enrolled")
    assert (row["gap"], row["unknown"]) == (0, 4)
    assert row["missing_lists"] == ["school_roll"]
    assert Gap.objects.count() == 0


def test_sweeping_again_over_the_same_lists_changes_nothing(lists: Send, sweep: Run) -> None:
    first, events = sweep(), Event.objects.count()
    again = sweep()
    assert again.already
    assert again.sweep == first.sweep
    assert (Sweep.objects.count(), Case.objects.count(), Event.objects.count()) == (1, 1, events)


def test_new_rules_give_a_new_sweep_of_the_same_lists(
    lists: Send, sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sweep()
    monkeypatch.setattr(sweep_inputs, "rules_digest", lambda: "an upgraded program")
    again = sweep()
    assert not again.already
    assert again.sweep != first.sweep
    assert Case.objects.count() == 1, "the same gap keeps its case"


def test_a_later_list_closes_the_gap_by_its_row(lists: Send, sweep: Run) -> None:
    sweep()
    delivery = lists(
        rosters.school_roll([rosters.XIAOHUA]), "学籍_转入.csv", as_of=NEXT_MONTH, sender="县直学校"
    ).delivery
    outcome = sweep(NEXT_MONTH)
    gap = _gap_of("王小花", "not_enrolled")
    assert (gap.state, gap.closed_how, gap.closing_delivery) == ("closed", "roster", delivery.pk)
    assert gap.closing_row == 2
    assert gap.case.closed_at is not None
    assert outcome.gaps["closed_by_roster"] == 1


def test_child_ids_live_on_from_sweep_to_sweep(lists: Send, sweep: Run) -> None:
    sweep()
    before = dict(Child.objects.values_list("name", "id"))
    lists(rosters.head_count(rosters.CAST[1:], {"张强": "2026-12-01"}), as_of=NEXT_MONTH)
    sweep(NEXT_MONTH)
    assert dict(Child.objects.values_list("name", "id")) == before


def test_a_gap_that_no_row_proves_gone_stays_open_for_a_person(cast: Cast, lists: Send, sweep: Run) -> None:
    from notoneless.flows.import_file import revoke_delivery
    from notoneless.roster.records.models import Delivery

    sweep()
    hukou = Delivery.objects.get(kind="hukou")
    revoke_delivery(delivery=hukou, reason="重发", by=cast.clerk, now=NOW)
    lists(rosters.hukou(rosters.CAST[1:]), "户籍_重发.csv")
    outcome = sweep()
    gap = _gap_of("王小花", "not_enrolled")
    assert (gap.state, gap.still_found) == ("open", False)
    assert outcome.gaps["not_found_again"] == 1


def test_the_difference_of_two_sweeps_has_reasons(lists: Send, sweep: Run) -> None:
    first = sweep()
    lists(rosters.school_roll([rosters.XIAOHUA]), as_of=NEXT_MONTH, sender="县直学校")
    changes = diff_sweeps(first.sweep, sweep(NEXT_MONTH).sweep)
    gone = [one for one in changes.of("gone") if one.check_id == "not_enrolled"]
    assert [one.cause for one in gone] == ["row_shows"]


def test_a_sweep_can_be_recomputed_and_a_changed_file_is_found(lists: Send, sweep: Run) -> None:
    outcome = sweep()
    assert verify_sweep(outcome.sweep).ok
    folder = lake().folder("sweeps", outcome.sweep.pk)
    victim = next(folder.glob("results_not_enrolled*"))
    content = bytearray(victim.read_bytes())
    content[-1] ^= 1
    victim.write_bytes(content)
    report = verify_sweep(outcome.sweep)
    assert not report.ok
    assert [file.name for file in report.files if not file.same] == ["results_not_enrolled.parquet"]


def test_what_the_rules_of_today_give_too_is_proven(lists: Send, sweep: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = sweep()
    assert verify.verify_sweep(outcome.sweep).made_by == ""
    monkeypatch.setattr(verify, "rules_digest", lambda: "an upgraded program")
    report = verify.verify_sweep(outcome.sweep)
    assert report.ok
    assert report.made_by == get_manifest(outcome.sweep)["program_version"]


def test_a_changed_policy_counts_as_changed_rules(lists: Send, sweep: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, real = sweep(), verify.load_pack
    monkeypatch.setattr(verify, "load_pack", lambda *of: dataclasses.replace(real(*of), digest="of another pack"))
    report = verify.verify_sweep(outcome.sweep)
    assert report.ok
    assert report.made_by


def test_older_rules_are_told_from_a_changed_file(lists: Send, sweep: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, real = sweep(), verify.inputs_of
    another_policy = load_pack(outcome.sweep.region, NEXT_YEAR)
    monkeypatch.setattr(verify, "rules_digest", lambda: "an upgraded program")
    monkeypatch.setattr(verify, "inputs_of", lambda one: dataclasses.replace(real(one), pack=another_policy))
    report = verify.verify_sweep(outcome.sweep)
    assert not report.ok, "other rules give other files"
    assert report.only_rules_changed
    assert "没有被改动" in report.sentence
    assert get_manifest(outcome.sweep)["program_version"] in report.sentence
    victim = next(lake().folder("sweeps", outcome.sweep.pk).glob("results_not_enrolled*"))
    content = bytearray(victim.read_bytes())
    content[-1] ^= 1
    victim.write_bytes(content)
    report = verify.verify_sweep(outcome.sweep)
    assert not report.ok
    assert "没有被改动" not in report.sentence


def test_one_and_two_threads_give_the_same_tables(lists: Send, sweep: Run) -> None:
    inputs = inputs_of(sweep().sweep)
    one, two = compute(inputs, threads=1), compute(inputs, threads=2)
    assert [(name, table) for name, table in one.files()] == [(name, table) for name, table in two.files()]


def test_the_manifest_names_every_input_and_no_child(lists: Send, sweep: Run) -> None:
    manifest = get_manifest(sweep().sweep)
    assert len(manifest["deliveries"]) == 3
    assert manifest["policy_digest"]
    assert len(manifest["rules_digest"]) == 64
    assert manifest["program_version"]
    assert "王小花" not in str(manifest)
    assert rosters.XIAOHUA.id_no not in str(manifest)


def test_if_the_trail_cannot_be_written_no_sweep_is_made(
    lists: Send, sweep: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("notoneless.check.records.actions.record", broken)
        with pytest.raises(RuntimeError):
            sweep()
    assert (Sweep.objects.count(), Child.objects.count(), Case.objects.count()) == (0, 0, 0)
    assert sweep().opened_cases == 1


@pytest.mark.parametrize("role", ["head", "principal", "teacher", "partner", "auditor", "admin", "township_officer"])
def test_only_the_clerk_runs_sweeps(role: str, cast: Cast, lists: Send, sweep: Run) -> None:
    with pytest.raises(Fault, match="E701"):
        sweep(by=getattr(cast, role))


def test_a_stranger_can_neither_run_nor_see_our_sweep(cast: Cast, lists: Send, sweep: Run) -> None:
    with pytest.raises(Fault, match="E702"):
        sweep(by=cast.stranger)
    ours = sweep().sweep
    assert list(list_sweeps(cast.stranger)) == []
    with pytest.raises(Fault, match="E704"):
        get_sweep(cast.stranger, ours.pk)
    assert list(list_children(cast.stranger)) == []


def test_every_value_leads_back_to_its_row(cast: Cast, lists: Send, sweep: Run) -> None:
    outcome = sweep()
    child = list_children(cast.clerk).get(name="张强")
    sources = get_sources(outcome.sweep.pk, child.pk)
    assert {source["kind"] for source in sources} == {"hukou", "school_roll", "head_count"}
    assert all(source["row"]["raw"] and source["row_no"] > 1 for source in sources)


def test_splitting_a_link_holds_in_every_later_sweep(cast: Cast, lists: Send, sweep: Run) -> None:
    outcome = sweep()
    child = list_children(cast.clerk).get(name="张强")
    rows = {source["kind"]: source["row_key"] for source in get_sources(outcome.sweep.pk, child.pk)}
    for other in ("hukou", "head_count"):
        undo_link(
            child=child,
            row_key=rows["school_roll"],
            other_key=rows[other],
            reason="电话核实不是一个人",
            by=cast.clerk,
            now=NOW,
        )
    again = sweep()
    assert not again.already
    kinds = [
        {s["kind"] for s in get_sources(again.sweep.pk, one.pk)}
        for one in list_children(cast.clerk).filter(name="张强")
    ]
    assert not any({"hukou", "school_roll"} <= found for found in kinds)


def test_results_are_kept_for_every_expected_child(lists: Send, sweep: Run) -> None:
    table = read_results(sweep().sweep, "not_enrolled")
    assert sorted(table["state"].to_pylist()) == ["gap", "met", "met", "met"]


def test_a_name_and_a_wrong_digit_do_not_make_a_missing_child(send: Send, sweep: Run) -> None:
    """The half of the suspects that were only mistyped numbers: the check digit repairs them."""
    wrong = dataclasses.replace(rosters.QIANG)
    typed = rosters.school_roll([wrong]).replace(wrong.id_no.encode(), (wrong.id_no[:-1] + "0").encode())
    send(rosters.hukou([rosters.QIANG]))
    send(typed)
    sweep()
    assert Child.objects.filter(name="张强").count() == 1
    assert not Gap.objects.filter(check_id="not_enrolled").exists()
