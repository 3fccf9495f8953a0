"""Every address of the API × every role × own, foreign and absent things; tokens expired, stopped, wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from tests.lib.cast import FEDERATION, PASSWORD, Cast, approve
from tests.lib.machine import ROOT, Machine, token_of
from tests.lib.web import hukou_csv

from notoneless.api.site import api
from notoneless.org import throttle
from notoneless.org.actions import disable_user
from notoneless.org.grants import ask_move
from notoneless.org.models import ApiToken, LoginAttempt, User
from notoneless.org.permissions import may
from notoneless.org.tokens import NEEDS, revoke_token
from notoneless.roster.records.models import Delivery, UploadDraft

Ask = Callable[[Machine, dict[str, str]], HttpResponse]
# operation → (scopes of which one is enough, how to ask)
OPERATIONS: dict[str, tuple[set[str], Ask]] = {
    "POST uploads": ({"send"}, lambda m, _t: m.send(sender="")),
    "GET uploads/{upload_id}": ({"send", "read"}, lambda m, t: m.get(f"uploads/{t['upload']}")),
    "DELETE uploads/{upload_id}": ({"send"}, lambda m, t: m.delete(f"uploads/{t['upload']}")),
    "POST uploads/{upload_id}/publish": ({"send"}, lambda m, t: m.post(f"uploads/{t['upload']}/publish", {})),
    "GET uploads/{upload_id}/errors": ({"send"}, lambda m, t: m.get(f"uploads/{t['upload']}/errors")),
    "GET deliveries": ({"read"}, lambda m, _t: m.get("deliveries")),
    "GET deliveries/{delivery_id}": ({"read"}, lambda m, t: m.get(f"deliveries/{t['delivery']}")),
    "POST deliveries/{delivery_id}/revoke": (
        {"send"},
        lambda m, t: m.post(f"deliveries/{t['delivery']}/revoke", {"reason": "重发"}),
    ),
    "GET kinds": ({"send", "read"}, lambda m, _t: m.get("kinds")),
    "GET kinds/{kind_id}/template": ({"send", "read"}, lambda m, _t: m.get("kinds/hukou/template")),
}
ON_THINGS = [name for name in OPERATIONS if "upload_id" in name or "delivery_id" in name]
ABSENT = {"upload": "00000000-0000-4000-8000-000000000000", "delivery": "D20261101-0000000000"}
ROLES = ["clerk", "head", "township_officer", "principal", "teacher", "partner", "auditor", "stranger"]


def test_the_table_above_holds_every_operation() -> None:
    document = api.get_openapi_schema(path_prefix="/")
    known = {f"{method.upper()} {path[1:]}" for path, methods in document["paths"].items() for method in methods}
    assert known == set(OPERATIONS)


def things_of(cast: Cast, user: User) -> dict[str, str]:
    """An upload that is not decided yet and a delivery, both sent by ``user``."""
    machine = Machine.of(cast, user)
    return {
        "delivery": machine.delivered(hukou_csv(rows=3), sender=user.sender or "县公安局"),
        "upload": machine.sent(hukou_csv(rows=4), sender=user.sender or "县公安局"),
    }


def token_for(cast: Cast, user: User) -> Machine:
    """A key with every scope that this role can have at all; a role with none gets a foreign key taken over."""
    scopes = [scope for scope, permission in NEEDS.items() if may(user, permission)]
    if scopes:
        return Machine.of(cast, user, scopes)
    token, text = token_of(cast, cast.clerk)
    ApiToken.objects.filter(pk=token.pk).update(user=user)
    return Machine(text)


@pytest.mark.parametrize("role", ROLES)
def test_foreign_and_absent_answer_alike(cast: Cast, role: str) -> None:
    """Whoever asks, the foreign thing and the absent one give the same bytes, and nothing is done."""
    theirs = things_of(cast, cast.clerk if role == "stranger" else cast.stranger)
    machine = token_for(cast, getattr(cast, role))
    for operation in ON_THINGS:
        ask, thing = OPERATIONS[operation][1], "upload" if "upload" in operation else "delivery"
        foreign, absent = ask(machine, theirs), ask(machine, ABSENT)
        assert foreign.status_code in (403, 404), operation
        said = [one.content.decode() for one in (foreign, absent)]
        assert said[0].replace(theirs[thing], "…") == said[1].replace(ABSENT[thing], "…"), operation
    assert Delivery.objects.get(pk=theirs["delivery"]).status == "current"
    assert UploadDraft.objects.get(pk=theirs["upload"]).status == "ready"


def test_a_draft_is_its_senders_alone_even_inside_the_office(cast: Cast) -> None:
    theirs = things_of(cast, cast.partner)
    machine = Machine.of(cast, cast.clerk)
    assert machine.get(f"uploads/{theirs['upload']}").status_code == 404
    assert machine.get(f"deliveries/{theirs['delivery']}").status_code == 200


def test_a_partner_sees_its_own_unit_only(cast: Cast) -> None:
    own = things_of(cast, cast.partner)["delivery"]
    office = things_of(cast, cast.clerk)["delivery"]
    things_of(cast, cast.stranger)
    partner = Machine.of(cast, cast.partner)
    items = partner.get("deliveries").json()["items"]
    assert [(item["id"], item["sender"]) for item in items] == [(own, FEDERATION)]
    assert partner.get(f"deliveries/{office}").status_code == 404
    assert partner.get("deliveries", cursor=office).status_code == 404


@pytest.mark.parametrize("scope", ["send", "read"])
def test_each_operation_asks_for_its_scope(cast: Cast, scope: str) -> None:
    machine = Machine.of(cast, cast.clerk, [scope])
    for operation, (scopes, ask) in OPERATIONS.items():
        answer = ask(machine, ABSENT)
        closed = answer.status_code == 403 and answer.json()["code"] == "E942"
        assert closed == (scope not in scopes), operation


@pytest.mark.parametrize("text", ["", "nt_wrong"])
def test_nothing_opens_without_a_token(cast: Cast, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(throttle.FREE_FAILURES, throttle.Kind.ACCOUNT, 99)
    monkeypatch.setitem(throttle.FREE_FAILURES, throttle.Kind.PAIR, 99)
    for operation, (_scopes, ask) in OPERATIONS.items():
        answer = ask(Machine(text), ABSENT)
        assert (answer.status_code, answer.json()["code"]) == (401, "E719"), operation
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Cache-Control"] == "no-store"


def test_a_signed_in_browser_opens_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.clerk)
    assert client.get(f"{ROOT}deliveries").status_code == 401
    assert client.get(f"{ROOT}deliveries", headers={"Authorization": f"Basic {PASSWORD}"}).status_code == 401


def test_no_cookie_is_set_and_none_is_needed(cast: Cast) -> None:
    answer = Machine.of(cast, cast.clerk).get("deliveries")
    assert answer.status_code == 200
    assert not answer.cookies


def test_stopped_expired_and_closed_accounts_are_out_at_once(cast: Cast) -> None:
    stopped, expired, closed = (token_of(cast, cast.partner) for _ in range(3))
    for _token, text in (stopped, expired, closed):
        assert Machine(text).get("kinds").status_code == 200
    revoke_token(token=stopped[0], by=cast.admin, now=timezone.now())
    ApiToken.objects.filter(pk=expired[0].pk).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert Machine(stopped[1]).get("kinds").status_code == 401
    assert Machine(expired[1]).get("kinds").status_code == 401
    disable_user(user=cast.partner, by=cast.admin, now=timezone.now())
    assert Machine(closed[1]).get("kinds").status_code == 401


def test_a_moved_account_takes_its_tokens_along(cast: Cast) -> None:
    machine = Machine.of(cast, cast.clerk)
    delivery = machine.delivered()
    ask_move(user=cast.clerk, role="auditor", place_code="371323000000", by=cast.admin, now=timezone.now())
    assert machine.get(f"deliveries/{delivery}").status_code == 200
    approve(cast.clerk, cast.security)
    assert machine.get(f"deliveries/{delivery}").status_code == 404
    assert machine.send(place_code="371323").json()["code"] == "E701"


def test_wrong_tokens_are_slowed_and_right_ones_are_not(cast: Cast) -> None:
    right = Machine.of(cast, cast.clerk)
    codes = [Machine(f"nt_{n}").get("kinds").status_code for n in range(8)]
    assert codes == [401] * 5 + [429] * 3
    slowed = Machine("nt_x").get("kinds")
    assert int(slowed["Retry-After"]) >= 60
    assert right.get("kinds").status_code == 200
    assert throttle.blocked_until("clerk", "127.0.0.1", timezone.now()) is None, "logins are counted apart"
    assert LoginAttempt.objects.exists()


def test_the_secret_is_nowhere_but_in_the_header(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    _token, text = token_of(cast, cast.clerk)
    answer = Machine(text).get("nothing-here")
    assert answer.status_code == 404
    assert text not in answer.content.decode() + caplog.text


def test_scope_names_are_the_models_own() -> None:
    assert set(NEEDS) == set(ApiToken.Scope)
