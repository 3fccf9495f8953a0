"""What a person says about an upload: only who brought it, one trace each, and never lost by a check that runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from tests.lib import wizard as w
from tests.lib.cast import COUNTY, NOW, Cast
from tests.lib.web import hukou_csv

from notoneless.common.errors import Fault
from notoneless.flows import draft_choices, uploads
from notoneless.flows.stale_uploads import purge_stale_uploads
from notoneless.org.keys import lake
from notoneless.roster.records import actions
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.roster.records.queries import COLLECTION, ORIGINAL
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 11, 1)


def silent(_stage: str, _done: int, _total: int) -> None:
    return None


def keep(cast: Cast, content: bytes, **fields: Any) -> UploadDraft:
    said = {"kind": "", "sender": w.POLICE, "as_of": AS_OF, "place_code": COUNTY, "legal_basis": "", **fields}
    return uploads.keep_upload(chunks=[content], file_name="户籍.csv", by=cast.clerk, now=NOW, **said)


def check(cast: Cast, draft: UploadDraft) -> UploadDraft:
    return uploads.check_upload(draft, by=cast.clerk, now=NOW, progress=silent)


@pytest.fixture
def odd(cast: Cast) -> UploadDraft:
    """A checked list with a misspelt village and an unknown word."""
    return check(cast, keep(cast, w.odd_hukou_csv()))


def accept(cast: Cast, draft: UploadDraft, **more: Any) -> UploadDraft:
    key = w.suggestion(draft, w.ODD_VILLAGE)["key"]
    return draft_choices.accept(draft, chosen={key: ""}, **{"by": cast.clerk, "now": NOW, **more})


def test_what_is_said_while_a_check_runs_is_not_lost(cast: Cast, odd: UploadDraft) -> None:
    """The check that was started before the word came finds its answer out of date and leaves the draft alone."""
    draft = actions.check_again(draft=odd, by=cast.clerk)

    def interrupted(_stage: str, done: int, _total: int) -> None:
        if done:
            actions.correct_draft(
                draft=draft, added=[w.suggestion(odd, w.ODD_VILLAGE)["correction"]], by=cast.clerk, now=NOW
            )

    before = uploads.check_upload(draft, by=cast.clerk, now=NOW, progress=interrupted)
    assert before.status == "checking"
    after = check(cast, before)
    assert (after.status, after.result["corrected"][0]["rows"]) == ("ready", 3)


def test_a_draft_that_is_not_checked_is_not_imported(cast: Cast, odd: UploadDraft) -> None:
    draft = accept(cast, odd)
    assert draft.status == "checking"
    assert uploads.publish_upload(draft, choice="good_rows", by=cast.clerk, now=NOW, progress=silent) is None
    assert not Delivery.objects.exists()


def test_what_is_no_suggestion_of_this_draft_is_refused(cast: Cast, odd: UploadDraft) -> None:
    word = w.suggestion(odd, w.ODD_WORD)["key"]
    for chosen in ({"0" * 12: ""}, {word: ""}, {word: "胡说"}):
        with pytest.raises(Fault, match="E851"):
            draft_choices.accept(odd, chosen=chosen, by=cast.clerk, now=NOW)
    assert not Event.objects.filter(action="draft.correct").exists()


ACTS: dict[str, Callable[..., object]] = {
    "match": lambda draft, by: draft_choices.match_by_hand(draft, kind="hukou", mapping={}, by=by, now=NOW),
    "sheet": lambda draft, by: actions.choose_sheet(draft=draft, sheet="甲", by=by, now=NOW),
    "correct": lambda draft, by: draft_choices.accept(
        draft, chosen={w.suggestion(draft, w.ODD_VILLAGE)["key"]: ""}, by=by, now=NOW
    ),
    "part": lambda draft, by: actions.choose_part(draft=draft, supplements=True, by=by, now=NOW),
    "again": lambda draft, by: actions.check_again(draft=draft, by=by),
    "abandon": lambda draft, by: actions.abandon_draft(draft=draft, by=by, now=NOW),
}


@pytest.mark.parametrize("name", ["head", "teacher", "auditor", "stranger", "township_officer", "partner"])
@pytest.mark.parametrize("act", ACTS)
def test_only_who_brought_a_file_decides_about_it(cast: Cast, odd: UploadDraft, act: str, name: str) -> None:
    before = Event.objects.count()
    with pytest.raises(Fault, match="E70"):
        ACTS[act](odd, getattr(cast, name))
    assert Event.objects.count() == before
    odd.refresh_from_db()
    assert odd.status == "ready"


@pytest.mark.parametrize("act", ACTS)
def test_a_decided_draft_is_beyond_change(cast: Cast, odd: UploadDraft, act: str) -> None:
    uploads.publish_upload(odd, choice="good_rows", by=cast.clerk, now=NOW, progress=silent)
    with pytest.raises(Fault, match="E333"):
        ACTS[act](odd, cast.clerk)


@pytest.mark.parametrize("act", [one for one in ACTS if one != "again"])
def test_if_the_trail_cannot_be_written_nothing_changes(
    cast: Cast, odd: UploadDraft, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("notoneless.roster.records.actions.record", fail)
    with pytest.raises(RuntimeError):
        ACTS[act](odd, cast.clerk)
    odd.refresh_from_db()
    assert (odd.status, odd.corrections, odd.sheet, odd.supplements) == ("ready", [], "", False)


def test_wrong_rows_made_again_are_the_same_as_at_the_import(cast: Cast) -> None:
    """A delivery's errors are read with its own place, columns and corrections, not as a stranger's file."""
    text = (
        hukou_csv(6, 2)
        .decode("gb18030")
        .replace("公民身份号码", "号码一栏")
        .replace("沂南县岸堤镇柳行岔村", "柳行叉村")
    )
    draft = check(cast, keep(cast, text.encode("gb18030"), kind="hukou"))
    fields = {label: draft.result["choices"]["columns"].get(label, "") for label in draft.result["choices"]["labels"]}
    draft_choices.match_by_hand(draft, kind="hukou", mapping={**fields, "号码一栏": "id_no"}, by=cast.clerk, now=NOW)
    draft.refresh_from_db()
    draft = check(cast, draft)
    draft = check(cast, accept(cast, draft))
    delivery = uploads.publish_upload(draft, choice="good_rows", by=cast.clerk, now=NOW, progress=silent).delivery
    again = uploads.read_again(delivery, lake().read_bytes(COLLECTION, delivery.pk, ORIGINAL))
    assert again.counts.to_dict() == draft.result["counts"]
    assert dict(again.problem_counts) == delivery.problem_counts
    assert list(again.corrected.values()) == [one["rows"] for one in delivery.corrections]


def test_a_draft_that_was_decided_meanwhile_is_not_purged(cast: Cast, odd: UploadDraft) -> None:
    uploads.publish_upload(odd, choice="good_rows", by=cast.clerk, now=NOW, progress=silent)
    assert purge_stale_uploads(now=NOW + dt.timedelta(days=400)) == 0
    assert not actions.purge_draft(draft=odd, days=30, now=NOW)
    assert not Event.objects.filter(action="draft.purge").exists()
