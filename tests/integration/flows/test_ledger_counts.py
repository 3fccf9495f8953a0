"""The numbers of a ledger are those of its list: for every person, ledger, filter and value; and they follow what is done."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from tests.lib import cast as c
from tests.lib.cases import TODAY, fresh, visit_report
from tests.lib.many_children import make_children

from notoneless.case.records import actions
from notoneless.case.records.models import Case
from notoneless.flows.find_children import note_number_search
from notoneless.flows.following import FOLLOWER
from notoneless.flows.ledger import AHEAD, FACETS, LEDGERS, SOON, SOON_DAYS, list_ledger
from notoneless.flows.ledger_counts import CASES, DUES, count_by_place, count_by_school, count_ledger, length
from notoneless.flows.org_tree import branch, root
from notoneless.link.records.counts import refresh_counts
from notoneless.link.records.models import Child
from notoneless.org.models import User
from notoneless.org.permissions import Permission, may
from notoneless.org.scope import looking_at
from notoneless.policy.places import NO_TOWN, code_range
from notoneless.web.ledger.asking import Asked
from notoneless.web.ledger.pages import listed_page
from notoneless.web.shell.narrowing import Part

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def people(cast: c.Cast) -> c.Cast:
    make_children(cast)
    return cast


def lookers(people: c.Cast) -> list[User]:
    village, school = code_range(c.VILLAGE), looking_at(people.clerk, school=c.SCHOOL)
    foreign = looking_at(people.clerk, *code_range(c.FOREIGN_TOWN))
    return [*people, school, looking_at(people.clerk, *village), foreign, looking_at(people.principal, *village)]


def seen(user: User) -> bool:
    return may(user, Permission.LEDGER_VIEW)


def test_every_number_is_the_length_of_its_list(people: c.Cast) -> None:
    counted = 0
    for user in filter(seen, lookers(people)):
        for ledger in LEDGERS.values():
            for chosen in ({}, {"town": ["371321101"]}, {"category": ["poverty"], "sex": ["2"]}, {"due": ["late"]}):
                numbers = count_ledger(user, ledger, chosen, TODAY)
                assert numbers.total == list_ledger(user, ledger, chosen, TODAY).count(), (user, ledger.id, chosen)
                for name in FACETS:
                    for value, _shown, number in numbers.facets[name]:
                        wanted = {**chosen, name: [value]}
                        assert number == list_ledger(user, ledger, wanted, TODAY).count(), (user, ledger.id, wanted)
                        counted += number
    assert counted > 1000


def test_words_and_pasted_lists_are_counted_too(people: c.Cast) -> None:
    ids = list(Child.objects.values_list("pk", flat=True)[::7])
    for ledger in LEDGERS.values():
        for chosen in (
            {"q": ["王"]},
            {"ids": ids},
            {"q": ["李"], "ids": ids},
            {"ids": ["-"]},
            {"q": ["王"], "owner": ["mine"]},
        ):
            numbers = count_ledger(people.clerk, ledger, chosen, TODAY)
            assert numbers.total == list_ledger(people.clerk, ledger, chosen, TODAY).count(), (ledger.id, chosen)


def test_pages_follow_each_other_without_loss_on_every_ledger(people: c.Cast) -> None:
    for ledger in LEDGERS.values():
        asked = Asked(people.clerk, Part(), ledger, {}, None, TODAY)
        query, shown = QueryDict("size=20"), []
        while True:
            page = listed_page(asked, query)
            shown += [child.pk for child in page.rows]
            if not page.next_url:
                break
            query = QueryDict(page.next_url[1:])
        assert shown == list(list_ledger(people.clerk, ledger, {}, TODAY).values_list("pk", flat=True)), ledger.id
        back = listed_page(asked, QueryDict(page.previous_url[1:])) if page.previous_url else page
        assert [child.pk for child in back.rows] == shown[max(0, len(shown) - len(page.rows) - 20) :][
            : len(back.rows)
        ]


def test_the_tree_counts_what_its_nodes_list(people: c.Cast) -> None:
    for counted in (*LEDGERS, CASES):
        top = root(people.clerk, counted, TODAY)
        assert top is not None
        towns = branch(people.clerk, top.code, counted, TODAY)
        outside = count_by_place(people.clerk, counted, 9, TODAY).get(c.OTHER_TOWN[:9], 0)  # not in the directory
        assert sum(node.number for node in towns) == top.number - outside
        assert towns[-1].name == NO_TOWN or counted != "school_age", (
            "children whose township nobody knows have a node of their own"
        )
        for town in towns:
            for node in [town, *branch(people.clerk, town.code, counted, TODAY)]:
                part = Part(node.code)
                narrowed = looking_at(people.clerk, *part.interval, part.school)
                if counted == CASES:
                    length_of_list = sum(count_by_place(narrowed, CASES, 2, TODAY).values())
                else:
                    length_of_list = list_ledger(narrowed, LEDGERS[counted], {}, TODAY).count()
                assert node.number == length_of_list, (counted, node)
    assert root(people.principal, "school_age", TODAY) is None
    assert branch(people.township_officer, c.FOREIGN_COUNTY, "school_age", TODAY) == []


def test_a_verified_case_changes_ledger_at_once(people: c.Cast) -> None:
    before = {one.id: length(people.clerk, one, TODAY) for one in LEDGERS.values()}
    case = Case.objects.filter(gaps__check_id="not_enrolled", place_code__startswith=c.COUNTY[:6]).first()
    assert case is not None
    actions.record_visit(case_id=case.pk, report=visit_report(), by=people.clerk, now=c.NOW)
    actions.confirm(**fresh(case), by=people.clerk, now=c.NOW)
    after = {one.id: length(people.clerk, one, TODAY) for one in LEDGERS.values()}
    assert (after["suspected"], after["dropout"]) == (before["suspected"] - 1, before["dropout"] + 1)


def test_a_look_at_a_page_does_not_make_everything_be_counted_anew(people: c.Cast) -> None:
    first = FOLLOWER.look()
    note_number_search(people.clerk, numbers=1, found=0, now=c.NOW)
    assert FOLLOWER.look() == first
    case = Case.objects.filter(owner=None, place_code=c.VILLAGE).first()
    assert case is not None
    actions.assign(**fresh(case), owner_id=people.township_officer.pk, by=people.clerk, now=c.NOW)
    assert FOLLOWER.look() != first


def test_counts_of_children_are_written_whole(people: c.Cast) -> None:
    Child.objects.filter(place_code=c.VILLAGE).update(gone=True)
    refresh_counts()
    FOLLOWER.forget()
    school = count_by_school(people.clerk, "school_age", [c.SCHOOL], TODAY).get(c.SCHOOL, 0)
    ledger = LEDGERS["school_age"]
    assert school == list_ledger(looking_at(people.clerk, school=c.SCHOOL), ledger, {}, TODAY).count()


def test_the_words_of_the_due_filter_say_its_days() -> None:
    assert (DUES[SOON].source, DUES[AHEAD].source) == (f"{SOON_DAYS} 天内", f"{SOON_DAYS} 天以后")
