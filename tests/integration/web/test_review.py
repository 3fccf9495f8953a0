"""疑似同一人复核 on the desk: the sentence first, both rows, a verdict by button, taking it back, who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lib.cast import Cast
from tests.lib.swept import Swept, make_pair, swept
from tests.lib.web import client_of

from notoneless.link.records.models import LinkDecision, ReviewPair
from notoneless.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(cast: Cast, tmp_path: Path) -> Swept:
    return swept(cast.clerk, tmp_path)


@pytest.fixture
def pair(home: Swept) -> ReviewPair:
    ReviewPair.objects.all().delete()
    return make_pair(home)


def test_the_sentence_stands_before_the_rows_and_numbers_are_masked(
    cast: Cast, home: Swept, pair: ReviewPair
) -> None:
    page = client_of(cast.clerk).get(f"/review/{pair.pk}/").content.decode()
    assert page.index(pair.reason) < page.index("春小花") < page.index("夏小雨")
    assert "第 1 / 1 对" in page
    assert 'data-key="1"' in page
    assert "支持" in page
    assert home.gap.id_no not in page
    assert "3713**********" in page
    seen = Event.objects.filter(action="child.view", object_id=home.gap.pk).get()
    assert (seen.actor, seen.detail["pair"]) == ("clerk", pair.pk)


def test_a_verdict_is_kept_and_can_be_taken_back(cast: Cast, pair: ReviewPair) -> None:
    client = client_of(cast.clerk)
    response = client.post(f"/review/{pair.pk}/decide/", {"verdict": "same", "reason": "电话问过"}, follow=True)
    assert "待判定的都判完了" in response.content.decode()
    decision = LinkDecision.objects.get()
    assert (decision.verdict, decision.reason) == ("same", "电话问过")
    assert "同一人" in client.get("/review/?status=same").content.decode()
    page = client.post(f"/review/{pair.pk}/undo/", follow=True).content.decode()
    assert "已撤销" in page
    assert "第 1 / 1 对" in page
    decision.refresh_from_db()
    assert decision.undone_by == cast.clerk
    assert list(Event.objects.filter(action__startswith="link.").values_list("action", flat=True)) == [
        "link.decide",
        "link.undo",
    ]


def test_judging_goes_on_to_the_next_pair_and_offers_to_undo(cast: Cast, pair: ReviewPair) -> None:
    other = ReviewPair.objects.get(pk=pair.pk)
    other.pk, other.weight, other.right_key = "PTEST0000002", 2.0, "another"
    other.save(force_insert=True)
    client = client_of(cast.clerk)
    response = client.post(f"/review/{pair.pk}/decide/", {"verdict": "different", "reason": ""})
    assert response["Location"] == f"/review/{other.pk}/?last={pair.pk}"
    page = client.get(response["Location"]).content.decode()
    assert "已判：不是同一人" in page
    assert f'action="/review/{pair.pk}/undo/"' in page
    assert 'data-key="z"' in page


def test_the_same_verdict_twice_changes_nothing_and_says_so(cast: Cast, pair: ReviewPair) -> None:
    client = client_of(cast.clerk)
    client.post(f"/review/{pair.pk}/decide/", {"verdict": "unsure"})
    page = client.post(f"/review/{pair.pk}/decide/", {"verdict": "same"}, follow=True).content.decode()
    pair.refresh_from_db()
    assert pair.status == "unsure"
    assert LinkDecision.objects.count() == 0
    assert "已判的一对" in page
    assert client.post(f"/review/{pair.pk}/decide/", {"verdict": "perhaps"}).status_code == 422


def test_who_may_judge_and_a_foreign_pair_is_an_absent_one(cast: Cast, pair: ReviewPair) -> None:
    for user in (cast.head, cast.township_officer, cast.principal, cast.teacher, cast.partner, cast.auditor):
        assert client_of(user).get(f"/review/{pair.pk}/").status_code == 403
        assert client_of(user).post(f"/review/{pair.pk}/decide/", {"verdict": "same"}).status_code == 403
    stranger = client_of(cast.stranger)
    foreign, absent = stranger.get(f"/review/{pair.pk}/"), stranger.get("/review/PNOTHING0000/")
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert stranger.post(f"/review/{pair.pk}/decide/", {"verdict": "same"}).status_code == 404
    assert "夏小雨" not in stranger.get("/review/").content.decode()
    assert client_of(cast.clerk).get(f"/review/{pair.pk}/decide/").status_code == 405
