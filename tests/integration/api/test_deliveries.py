"""Deliveries in pages, one by one, taken back; kinds and their templates; the document itself."""

from __future__ import annotations

import io
import json
import re

import pytest
from openpyxl import load_workbook
from tests.lib.cast import Cast
from tests.lib.machine import ROOT, Machine
from tests.lib.web import hukou_csv

from notoneless.roster.core import load_kinds
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine.of(cast, cast.clerk)


def test_pages_hold_every_delivery_once_newest_first(machine: Machine) -> None:
    sent = [machine.delivered(hukou_csv(rows=rows, wrong=0)) for rows in range(2, 7)]
    seen, cursor = [], ""
    while cursor is not None:
        page = machine.get("deliveries", limit=2, **({"cursor": cursor} if cursor else {})).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == sent[::-1]


def test_filters_are_kind_and_status(machine: Machine) -> None:
    first, second = (machine.delivered(hukou_csv(rows=rows, wrong=0)) for rows in (2, 3))
    machine.post(f"deliveries/{first}/revoke", {"reason": "重发"})

    def ids(**query: str) -> list[str]:
        return [item["id"] for item in machine.get("deliveries", **query).json()["items"]]

    assert ids(status="revoked") == [first]
    assert ids(status="current") == [second]
    assert ids(kind="户籍") == [second, first]
    assert ids(kind="school_roll") == []


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"status": "old"}, {"place_code": "37"}]
)
def test_a_wrong_query_is_named(machine: Machine, query: dict[str, str]) -> None:
    answer = machine.get("deliveries", **query)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (422, "E943", next(iter(query)))


def test_a_delivery_says_where_it_came_from(machine: Machine) -> None:
    delivery = machine.get(f"deliveries/{machine.delivered(hukou_csv(rows=3, wrong=2))}").json()
    counts = delivery["counts"]
    assert counts["read"] == counts["accepted"] + counts["refused"] + counts["duplicate"] + counts["ignored"] == 5
    assert re.fullmatch(r"[0-9a-f]{64}", delivery["file_sha256"])
    assert delivery["problems"][0]["rows"] == 2
    assert (delivery["status_name"], delivery["sweeps"], delivery["revoked_at"]) == ("有效", 0, None)


def test_taking_back_needs_a_reason_and_happens_once(machine: Machine) -> None:
    delivery = machine.delivered()
    for body in ({}, {"reason": ""}, {"reason": "  "}, {"reason": "重发", "force": True}):
        assert machine.post(f"deliveries/{delivery}/revoke", body).status_code == 422
    assert Delivery.objects.get().status == "current"
    done = machine.post(f"deliveries/{delivery}/revoke", {"reason": "公安局重发"}).json()
    assert (done["status"], done["revoke_reason"]) == ("revoked", "公安局重发")
    again = machine.post(f"deliveries/{delivery}/revoke", {"reason": "公安局重发"})
    assert (again.status_code, again.json()["code"]) == (409, "E331")
    assert Event.objects.filter(action="roster.revoke").count() == 1


def test_who_may_only_look_cannot_take_back(cast: Cast, machine: Machine) -> None:
    delivery = machine.delivered()
    town = Machine.of(cast, cast.township_officer)
    answer = town.post(f"deliveries/{delivery}/revoke", {"reason": "不要了"})
    assert answer.status_code in (403, 404)
    assert Delivery.objects.get().status == "current"


def test_kinds_and_their_empty_workbooks(machine: Machine) -> None:
    kinds = machine.get("kinds").json()["items"]
    assert [kind["id"] for kind in kinds] == list(load_kinds())
    assert all(kind["columns"] and kind["name"] for kind in kinds)
    answer = machine.get("kinds/hukou/template")
    assert "%E6%88%B7%E7%B1%8D" in answer["Content-Disposition"]
    headings = [cell.value for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].rows for cell in row]
    assert "姓名" in headings
    assert machine.get("kinds/nothing/template").status_code == 404


def test_every_other_address_and_method_answers_in_json(machine: Machine) -> None:
    for response, status in (
        (machine.get("nothing"), 404),
        (machine.client.get("/api/"), 404),
        (machine.client.get("/api/v2/uploads"), 404),
        (machine.client.put(f"{ROOT}uploads", headers=machine.headers), 405),
        (machine.delete("kinds"), 405),
    ):
        assert (response.status_code, response.json()["code"]) == (status, "E945")
        assert response["Cache-Control"] == "no-store"
    assert "GET" in machine.delete("kinds")["Allow"]


@pytest.mark.parametrize("body", ["{", "[]", "null", '"x"', b"\xff\xfe"])
def test_a_broken_body_is_not_a_broken_program(machine: Machine, body: str | bytes) -> None:
    upload = machine.sent()
    answer = machine.client.post(
        f"{ROOT}uploads/{upload}/publish", body, content_type="application/json", headers=machine.headers
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] in ("E943", "E946")


def test_a_mistake_of_the_program_shows_a_code_only(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("王小花 371321201603051037")

    monkeypatch.setattr("notoneless.api.kinds.load_kinds", broken)
    answer = machine.get("kinds")
    assert (answer.status_code, answer.json()["code"]) == (500, "E949")
    assert "王小花" not in answer.content.decode()


def test_the_document_is_chinese_and_open(machine: Machine) -> None:
    document = json.loads(machine.client.get(f"{ROOT}openapi.json").content)
    assert document["openapi"].startswith("3.1")
    for methods in document["paths"].values():
        for operation in methods.values():
            assert re.search("[一-鿿]", operation["summary"] + operation["description"])
            assert set(operation["responses"]) >= {"401", "403", "404", "422", "429"}
    for shape in document["components"]["schemas"].values():
        for field in shape.get("properties", {}).values():
            assert re.search("[一-鿿]", field["description"]), field


def test_the_page_of_the_document_obeys_the_content_security_policy(machine: Machine) -> None:
    page = machine.client.get(f"{ROOT}docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert not re.search(
        r"<script|<style|style=|//(?!www\.w3)", text.replace("https://", "//") if "http" in text else text
    )
    assert "Idempotency-Key" in text
    assert "POST /api/v1/uploads" in text
