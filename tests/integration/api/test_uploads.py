"""A machine sends a list, reads what the check found, imports it or gives it up."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.lib.cast import FEDERATION, FOREIGN_COUNTY, TOWN, Cast
from tests.lib.machine import Machine
from tests.lib.web import AS_OF, hukou_csv, run_jobs

from notoneless.flows import intake
from notoneless.jobs.models import Job
from notoneless.roster.records.models import Delivery, UploadDraft
from notoneless.trail.models import Event


@pytest.fixture
def machine(cast: Cast) -> Machine:
    return Machine.of(cast, cast.clerk)


def test_from_file_to_delivery(machine: Machine) -> None:
    sent = machine.send(hukou_csv(rows=5, wrong=1), legal_basis="共享协议〔2026〕3号")
    assert sent.status_code == 202
    (upload,) = sent.json()["uploads"]
    assert (upload["state"], upload["state_name"], upload["counts"]) == ("checking", "核对中", None)
    assert Delivery.objects.count() == 0
    run_jobs()
    checked = machine.get(f"uploads/{upload['id']}").json()
    assert (checked["state"], checked["kind"], checked["kind_name"]) == ("ready", "hukou", "户籍")
    assert checked["counts"] == {"read": 6, "accepted": 5, "refused": 1, "duplicate": 0, "ignored": 0}
    assert [(group["rows"], bool(group["how"])) for group in checked["problems"]] == [(1, True)]
    started = machine.post(f"uploads/{upload['id']}/publish", {"choice": "good_rows"})
    assert (started.status_code, started.json()["state"]) == (202, "importing")
    run_jobs()
    done = machine.get(f"uploads/{upload['id']}").json()
    assert done["state"] == "published"
    delivery = machine.get(f"deliveries/{done['delivery']}").json()
    assert delivery["counts"]["accepted"] == 5
    assert delivery["legal_basis"] == "共享协议〔2026〕3号"
    assert UploadDraft.objects.get().door == "api"


def test_the_bare_body_is_a_file_too(machine: Machine) -> None:
    response = machine.send_bare(
        hukou_csv(), file_name="户籍.csv", as_of=AS_OF.isoformat(), sender="县公安局", kind="户籍"
    )
    assert response.status_code == 202
    (upload,) = response.json()["uploads"]
    assert (upload["file_name"], upload["kind"]) == ("户籍.csv", "hukou")
    run_jobs()
    assert machine.get(f"uploads/{upload['id']}").json()["counts"]["accepted"] == 5


def test_wrong_rows_come_back_as_a_workbook_and_fetching_is_noted(machine: Machine) -> None:
    upload = machine.sent(hukou_csv(rows=2, wrong=2))
    answer = machine.get(f"uploads/{upload}/errors")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Cache-Control"] == "no-store"
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[1]][-1] == "错误说明"
    assert Event.objects.filter(action="roster.read").count() == 1
    clean = machine.sent(hukou_csv(rows=3, wrong=0))
    assert machine.get(f"uploads/{clean}/errors").status_code == 404


def test_a_partner_need_not_say_who_it_is_and_may_not_be_another(cast: Cast) -> None:
    partner = Machine.of(cast, cast.partner)
    sent = partner.send(sender="")
    assert sent.json()["uploads"][0]["sender"] == FEDERATION
    assert sent.json()["uploads"][0]["place_code"] == cast.partner.place_code
    other = partner.send(sender="县公安局")
    assert (other.status_code, other.json()["code"]) == (403, "E702")


@pytest.mark.parametrize("place", [FOREIGN_COUNTY, "371323", "999999999999", "410100000000"])
def test_a_foreign_place_and_an_absent_one_answer_alike(machine: Machine, place: str) -> None:
    response = machine.send(place_code=place)
    assert (response.status_code, response.json()["code"]) == (403, "E702")
    assert not UploadDraft.objects.exists()


def test_a_place_below_the_own_is_fine(machine: Machine) -> None:
    assert machine.send(place_code=TOWN).json()["uploads"][0]["place_code"] == TOWN


def test_importing_twice_is_importing_once(machine: Machine) -> None:
    upload = machine.sent()
    for _ in range(2):
        assert machine.post(f"uploads/{upload}/publish", {}).json()["state"] == "importing"
    assert Job.objects.filter(kind="publish_upload").count() == 1
    run_jobs()
    again = machine.post(f"uploads/{upload}/publish", {})
    assert (again.status_code, again.json()["state"]) == (202, "published")
    assert run_jobs() == 0
    assert Delivery.objects.count() == 1


def test_all_or_nothing_takes_nothing_when_a_row_is_wrong(machine: Machine) -> None:
    upload = machine.sent(hukou_csv(rows=2, wrong=1))
    refused = machine.post(f"uploads/{upload}/publish", {"choice": "all_or_nothing"})
    assert (refused.status_code, refused.json()["code"]) == (409, "E807")
    assert machine.get(f"uploads/{upload}").json()["state"] == "ready"
    clean = machine.sent(hukou_csv(rows=4, wrong=0))
    assert machine.post(f"uploads/{clean}/publish", {"choice": "all_or_nothing"}).status_code == 202


def test_given_up_is_gone_and_giving_up_twice_is_once(machine: Machine) -> None:
    upload = machine.sent()
    for _ in range(2):
        answer = machine.delete(f"uploads/{upload}")
        assert (answer.status_code, answer.json()["state"]) == (200, "abandoned")
    assert machine.post(f"uploads/{upload}/publish", {}).json()["code"] == "E806"


def test_what_is_imported_or_being_imported_cannot_be_given_up(machine: Machine) -> None:
    upload = machine.sent()
    machine.post(f"uploads/{upload}/publish", {})
    assert machine.delete(f"uploads/{upload}").json()["code"] == "E806"
    run_jobs()
    assert machine.delete(f"uploads/{upload}").status_code == 409
    assert Delivery.objects.count() == 1


def test_nothing_is_imported_before_the_check_has_ended(machine: Machine) -> None:
    upload = machine.send().json()["uploads"][0]["id"]
    answer = machine.post(f"uploads/{upload}/publish", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "E806")


def test_given_up_while_waiting_stays_given_up(machine: Machine) -> None:
    upload = machine.send().json()["uploads"][0]["id"]
    machine.delete(f"uploads/{upload}")
    run_jobs()
    assert machine.get(f"uploads/{upload}").json()["state"] == "abandoned"


def test_a_file_that_is_no_list_fails_with_a_sentence(machine: Machine) -> None:
    upload = machine.sent(b"%PDF-1.4 one page", name="名单.pdf")
    answer = machine.get(f"uploads/{upload}").json()
    assert (answer["state"], answer["fault"]["code"]) == ("failed", "E001")
    assert answer["fault"]["how"]


def test_the_same_list_again_says_where_it_is(machine: Machine) -> None:
    delivery = machine.delivered()
    upload = machine.sent()
    assert machine.get(f"uploads/{upload}").json()["already"] == delivery


def test_a_file_too_large_is_stopped(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LARGEST", 100)
    monkeypatch.setattr("notoneless.api.arriving.LARGEST", 100)
    for response in (
        machine.send(),
        machine.send_bare(b"x" * 101, file_name="a.csv", as_of="2026-11-01", sender="局"),
    ):
        assert (response.status_code, response.json()["code"]) == (413, "E841")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"as_of": ""}, "as_of"),
        ({"as_of": "去年"}, "as_of"),
        ({"as_of": "2999-01-01"}, "as_of"),
        ({"sender": ""}, "sender"),
        ({"sender": "局" * 81}, "sender"),
        ({"supplements": "也许"}, "supplements"),
        ({"created_by": "1"}, "created_by"),
        ({"status": "published"}, "status"),
        ({"place_code": "3713211010001"}, "place_code"),
        ({"legal_basis": "第一行\n第二行"}, "legal_basis"),
        ({"sender": "县公安局\x00"}, "sender"),
    ],
)
def test_a_wrong_field_is_named(machine: Machine, fields: dict[str, Any], field: str) -> None:
    response = machine.send(**fields)
    assert response.status_code == 422
    assert (response.json()["code"], response.json()["where"]) == ("E943", field)
    assert not UploadDraft.objects.exists()


def test_an_unknown_kind_lists_the_known_ones(machine: Machine) -> None:
    response = machine.send(kind="花名册")
    assert (response.status_code, response.json()["code"]) == (422, "E313")


def test_without_a_file_nothing_is_kept(machine: Machine) -> None:
    said = {"as_of": "2026-11-01", "sender": "县公安局"}
    for response in (
        machine.client.post("/api/v1/uploads", said, headers=machine.headers),
        machine.send_bare(b"", file_name="户籍.csv", **said),
    ):
        assert (response.status_code, response.json()["code"]) == (422, "E944")
    nameless = machine.send_bare(hukou_csv(), **said)
    assert nameless.json()["where"] == "file_name"
    assert not UploadDraft.objects.exists()


def test_numbers_of_people_do_not_stay_in_file_names(machine: Machine) -> None:
    upload = machine.send(name="王小一371321201603051037.csv").json()["uploads"][0]
    assert "371321201603051037" not in str(upload)


@pytest.mark.parametrize("name", ["..", "a/b.csv", "户籍\x00.csv", "户\n籍.csv", "\u202e.csv"])
def test_odd_file_names_are_only_names(machine: Machine, name: str) -> None:
    response = machine.send_bare(hukou_csv(), file_name=name, as_of=AS_OF.isoformat(), sender="县公安局")
    assert response.status_code == 202
    shown = response.json()["uploads"][0]["file_name"]
    assert shown
    assert not set(shown) & set("/\x00\n")


@pytest.mark.parametrize("upload", ["0", "x" * 300, "%00", "..", "D20261101-0000000000", "你好"])
def test_what_is_no_id_answers_like_what_is_not_there(machine: Machine, upload: str) -> None:
    for path in (f"uploads/{upload}", f"uploads/{upload}/errors", f"deliveries/{upload}"):
        answer = machine.get(path)
        assert (answer.status_code, answer.json()["code"] in ("E704", "E945")) == (404, True)
