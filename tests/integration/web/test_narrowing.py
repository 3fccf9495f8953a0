"""The organisation tree and 首页: the address names a part, everything counts that part, each number opens what it counts."""

from __future__ import annotations

import pytest
from tests.lib import cast as c
from tests.lib.cases import fresh, open_case
from tests.lib.many_children import make_children
from tests.lib.web import client_of

from notoneless.case.records import actions
from notoneless.link.records.queries import list_children
from notoneless.policy.places import NO_TOWN
from notoneless.trail.models import ChainHead

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(cast: c.Cast) -> c.Cast:
    make_children(cast, number=60)
    case = open_case(cast.clerk, child_id="C0000000099")
    actions.assign(**fresh(case), owner_id=cast.teacher.pk, by=cast.clerk, now=c.NOW)
    return cast


def test_each_number_of_the_home_page_opens_the_list_it_counts(people: c.Cast) -> None:
    checked = set()
    for user in (people.clerk, people.head, people.township_officer, people.principal, people.teacher):
        client = client_of(user)
        for place in ("", c.TOWN, c.VILLAGE, c.SCHOOL, c.FOREIGN_TOWN):
            home = client.get("/", {"place": place} if place else {})
            numbers = [one for group in home.context["groups"] for one in group.numbers]
            for one in numbers:
                if not one.url.startswith(("/ledger/", "/case/")):
                    assert not place, one
                    continue
                opened = client.get(one.url)
                assert opened.context["total"] == one.value, (user.username, place, one)
                assert f"place={place}" in one.url or not place
                checked.add((user.username, place, one.url))
            for task in home.context["tasks"]:
                if task.url.startswith("/case/"):
                    told = int("".join(letter for letter in task.sentence if letter.isdigit()))
                    assert client.get(task.url).context["total"] == told, (user.username, place, task)
    assert len(checked) > 80


def test_the_tree_stands_beside_the_three_kinds_of_lists_and_keeps_their_filters(people: c.Cast) -> None:
    client = client_of(people.clerk)
    for address in ("/", "/case/?view=open", "/ledger/suspected/?owner=nobody&q=王"):
        page = client.get(address).content.decode()
        tree = page[page.index('class="tree"') : page.index("</details>", page.index('class="tree"'))]
        assert f"place={c.TOWN}" in tree, address
        assert "q=" not in tree, "what was typed is asked of one address only"
    assert f"owner=nobody&amp;place={c.TOWN}" in client.get("/ledger/suspected/?owner=nobody").content.decode()
    narrowed = client.get(f"/ledger/school_age/?place={c.SCHOOL}").content.decode()
    assert 'aria-current="true">岸堤镇中心小学' in narrowed
    assert "看全部" in narrowed
    for user in (people.principal, people.teacher):
        assert 'class="tree"' not in client_of(user).get("/ledger/school_age/").content.decode()
    assert 'class="tree"' not in client.get("/help/").content.decode()


def test_a_branch_comes_when_it_is_opened_and_only_from_the_own_reach(people: c.Cast) -> None:
    before = ChainHead.objects.get().size
    asked = {"node": c.TOWN, "page": "/ledger/school_age/", "query": "sex=2"}
    branch = client_of(people.clerk).get("/tree/", asked).content.decode()
    assert f"/ledger/school_age/?sex=2&amp;place={c.SCHOOL}" in branch
    assert f"place={c.VILLAGE}" in branch
    foreign = client_of(people.clerk).get("/tree/", {**asked, "node": c.FOREIGN_TOWN}).content
    absent = client_of(people.clerk).get("/tree/", {**asked, "node": "999999999000"}).content
    assert foreign == absent
    assert client_of(people.partner).get("/tree/", asked).status_code == 403
    assert ChainHead.objects.get().size == before


def test_children_of_no_known_township_have_a_node(people: c.Cast) -> None:
    client, code = client_of(people.clerk), f"{c.COUNTY[:6]}000"
    page = client.get(f"/ledger/school_age/?place={code}")
    assert f'aria-current="true">{NO_TOWN}' in page.content.decode()
    assert "沂南县乡镇不明" in page.content.decode()
    unknown = list_children(people.clerk).filter(place_code=c.COUNTY, school_age=True, gone=False)
    assert page.context["total"] == unknown.count() > 0
    assert client_of(people.stranger).get("/ledger/school_age/", {"place": code}).context["total"] == 0


def test_a_foreign_or_senseless_place_in_the_address_shows_nobody(people: c.Cast) -> None:
    client = client_of(people.clerk)
    for place in (c.FOREIGN_TOWN, c.FOREIGN_COUNTY, "999999999000", "abc", "3713x", "%"):
        assert client.get("/ledger/school_age/", {"place": place}).context["total"] == 0, place
        assert client.get("/case/", {"place": place}).context["total"] == 0, place
