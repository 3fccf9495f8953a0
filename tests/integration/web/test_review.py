"""疑似同一人复核 on the desk: the sentence first, both rows, a verdict by button, taking it back, who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.lib.cast import COUNTY, NOW, Cast
from tests.lib.swept import Swept, make_pair, swept
from tests.lib.web import client_of

from notoneless.flows.review_sheet import open_review
from notoneless.link.records.judging import decide_pair, read_blind
from notoneless.link.records.models import LinkDecision, Reading, ReviewPair
from notoneless.link.records.queries import get_review_rows
from notoneless.org.models import User
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


def test_the_row_that_says_most_for_it_comes_first_whichever_was_asked_about(
    cast: Cast, home: Swept, pair: ReviewPair
) -> None:
    ReviewPair.objects.update(right_child=home.girl)
    pair.refresh_from_db()
    orders = []
    for source in get_review_rows(pair)[1]:
        ReviewPair.objects.filter(pk=pair.pk).update(right_key=source["row_key"])
        sheet = open_review(cast.clerk, pair.pk, now=NOW)
        weights = [one.weight for one in sheet.comparisons]
        assert weights == sorted(weights, reverse=True)
        orders.append(weights)
    assert len(orders) > 1


def test_a_verdict_is_kept_and_can_be_taken_back(cast: Cast, pair: ReviewPair) -> None:
    client = client_of(cast.clerk)
    response = client.post(f"/review/{pair.pk}/decide/", {"verdict": "different", "reason": "电话问过"}, follow=True)
    assert "等您判的都判完了" in response.content.decode()
    decision = LinkDecision.objects.get()
    assert (decision.verdict, decision.reason) == ("different", "电话问过")
    page = client.get("/review/judged/?status=different").content.decode()
    assert "夏小雨" in page
    assert "高明月" in page
    assert "夏小雨" not in client.get("/review/judged/?status=same").content.decode()
    assert "夏小雨" not in client.get("/review/judged/?who=others").content.decode()
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


@pytest.fixture
def other(cast: Cast) -> User:
    """A second clerk of the same bureau."""
    return cast.person("clerk2", "贺小满", "county_clerk", place_code=COUNTY)


def test_what_speaks_for_and_against_is_a_table_with_numbers(cast: Cast, pair: ReviewPair) -> None:
    page = client_of(cast.clerk).get(f"/review/{pair.pk}/").content.decode()
    assert '<rect class="bar-against"' in page
    assert "-10.0" in page
    assert "两个有效身份证号不同" in page
    assert "合计" in page
    assert 'style="' not in page


def test_a_risky_merge_says_so_and_waits_for_another_clerk(cast: Cast, other: User, pair: ReviewPair) -> None:
    first, second = client_of(cast.clerk), client_of(other)
    assert "要等第二个人同意才算数" in first.get(f"/review/{pair.pk}/").content.decode()
    first.post(f"/review/{pair.pk}/decide/", {"verdict": "same", "reason": "班主任说是"})
    assert not LinkDecision.objects.exists()
    assert "没有等您判的" in first.get("/review/").content.decode()
    assert "待第二人" in first.get("/review/judged/").content.decode()
    page = second.get(f"/review/{pair.pk}/").content.decode()
    assert "班主任说是" in page
    reading = Reading.objects.get().pk
    assert f'name="reading" value="{reading}"' in page
    answer = {"verdict": "returned", "reason": "", "reading": reading}
    assert "没有写理由" in second.post(f"/review/{pair.pk}/decide/", answer, follow=True).content.decode()
    second.post(f"/review/{pair.pk}/decide/", answer | {"reason": "两家人"})
    assert "没有同意合并：两家人" in first.get(f"/review/{pair.pk}/").content.decode()
    first.post(f"/review/{pair.pk}/decide/", {"verdict": "same"})
    again = Reading.objects.get(purpose="first", undone_at=None).pk
    assert (
        "第二人要是另一个人"
        not in second.post(
            f"/review/{pair.pk}/decide/", {"verdict": "same", "reading": again}, follow=True
        ).content.decode()
    )
    assert LinkDecision.objects.get().second_by == other


def test_a_blind_pair_looks_like_one_that_nobody_judged(cast: Cast, other: User, pair: ReviewPair) -> None:
    decide_pair(pair=pair, verdict="different", reason="两家都问过", by=cast.clerk, now=NOW, blind=True)
    reader = client_of(other)
    page = reader.get(f"/review/{pair.pk}/").content.decode()
    assert "第 1 / 1 对" in page
    for told in ("高明月", "两家都问过", "已判的一对", 'name="reading"'):
        assert told not in page
    listed = reader.get("/review/").content.decode()
    assert "待判定" in listed
    assert "高明月" not in listed
    assert "夏小雨" not in reader.get("/review/judged/").content.decode()
    csv = reader.get("/review/export/?format=csv").content.decode("utf-8-sig")
    assert "夏小雨" in csv
    assert "两家都问过" not in csv
    reader.post(f"/review/{pair.pk}/decide/", {"verdict": "unsure"})
    assert Reading.objects.get(purpose="blind").verdict == "unsure"
    page = reader.get(f"/review/{pair.pk}/").content.decode()
    assert "您不看结论判的" in page
    assert "高明月" in page
    reader.post(f"/review/{pair.pk}/undo/", {"blind": "1"})
    pair.refresh_from_db()
    assert pair.status == "different"


def test_the_quality_names_readers_only_to_whoever_may_see_them(cast: Cast, other: User, pair: ReviewPair) -> None:
    decide_pair(pair=pair, verdict="different", reason="", by=cast.clerk, now=NOW, blind=True)
    read_blind(pair=pair, verdict="same", reason="像一个人", by=other, now=NOW)
    for user, named in ((cast.head, True), (cast.auditor, True), (other, False)):
        page = client_of(user).get("/review/quality/").content.decode()
        assert "像一个人" in page
        assert ("高明月" in page) is named
    assert "高明月" in client_of(cast.clerk).get("/review/quality/").content.decode()
    assert "像一个人" not in client_of(cast.stranger).get("/review/quality/").content.decode()
    for user in (cast.township_officer, cast.principal, cast.teacher, cast.partner, cast.security):
        assert client_of(user).get("/review/quality/").status_code == 403


def test_judged_pairs_are_exported_with_who_judged_them_and_undone_from_the_list(
    cast: Cast, pair: ReviewPair
) -> None:
    client = client_of(cast.clerk)
    client.post(f"/review/{pair.pk}/decide/", {"verdict": "different", "reason": "问过"})
    csv = client.get("/review/export/?list=judged&status=different&format=csv").content.decode("utf-8-sig")
    assert "夏小雨" in csv
    assert "高明月" in csv
    assert Event.objects.get(action="ledger.export").detail == {"ledger": "已判的疑似同一人", "rows": 1}
    response = client.post(f"/review/{pair.pk}/undo/", {"back": "judged"})
    assert response["Location"] == "/review/judged/"
    pair.refresh_from_db()
    assert pair.status == "open"
