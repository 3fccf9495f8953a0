"""审计 on the desk: a number traced to its cell, samples, evidence packs, who saw a child; masked, and nothing changed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.lib import cases as k
from tests.lib import cast as c
from tests.lib.swept import Swept, number, swept
from tests.lib.web import client_of, within_a_minute

from notoneless.audit.records.models import Sample, SampleItem
from notoneless.case.records.models import Case
from notoneless.link.records.models import Child
from notoneless.org.keys import lake
from notoneless.org.models import User
from notoneless.roster.records.models import Delivery
from notoneless.trail.models import Event
from notoneless.trail.sentence import sentence

pytestmark = pytest.mark.django_db
OTHERS = ("clerk", "head", "township_officer", "principal", "teacher", "partner", "security", "stranger")
NAMES = ("春小花", "夏小雨", "秋小果", "春大山")


@pytest.fixture
def home(cast: c.Cast, tmp_path: Path) -> Swept:
    return swept(cast.clerk, tmp_path)


def auditor_of_next_county(cast: c.Cast) -> User:
    return cast.person("auditor2", "邻县老审", "auditor", place_code=c.FOREIGN_COUNTY)


def page(user: User, address: str, **query: str) -> str:
    answer = client_of(user).get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def assert_masked(text: str) -> None:
    for name in NAMES:
        assert name not in text, name
    for position in range(1, 4):
        assert number(position) not in text
    assert "13800000001" not in text
    assert "柳行岔村子" not in text


def draw(cast: c.Cast, home: Swept, **fields: str) -> Sample:
    data = {"subject": "gap", "sweep": home.sweep.pk, "check_id": "", "seed": "20261130-4", "size": "2"}
    answer = client_of(cast.auditor).post("/audit/sample/new/", data | fields)
    assert answer.status_code == 302, answer.content.decode()
    return Sample.objects.get(pk=answer["Location"].split("/")[3])


# ---- 追数字


def test_a_figure_leads_to_the_cell_and_everything_is_masked(cast: c.Cast, home: Swept) -> None:
    sweep = page(cast.auditor, f"/audit/sweep/{home.sweep.pk}/")
    assert home.sweep.manifest_digest in sweep
    address = f"/audit/sweep/{home.sweep.pk}/not_enrolled/"
    figure = re.search(rf'{address}\?state=gap">(\d+)<', sweep)
    assert figure
    rows = page(cast.auditor, address, state="gap")
    assert f'head-count">{figure[1]}<' in rows
    assert f"/audit/child/{home.sweep.pk}/{home.gap.pk}/" in rows
    assert "夏*雨" in rows
    child = page(cast.auditor, f"/audit/child/{home.sweep.pk}/{home.girl.pk}/")
    for delivery in Delivery.objects.all():
        assert delivery.file_sha256 in child
    assert "春*花" in child
    assert "五年级" in child
    for text in (sweep, rows, child):
        assert_masked(text)
    sentences = [sentence(event) for event in Event.objects.filter(action__startswith="audit.")]
    assert f"审计员老段核对孩子 {home.girl.pk} 在摸排 {home.sweep.pk} 里的来源（脱敏）" in sentences
    assert any("核对摸排" in one and "“适龄失学”" in one for one in sentences)


def test_the_hash_of_a_list_is_worked_out_anew(cast: c.Cast, home: Swept) -> None:
    child = page(cast.auditor, f"/audit/child/{home.sweep.pk}/{home.gap.pk}/")
    address = re.search(r'action="(/audit/child/[^"]+)"', child)
    assert address
    client = client_of(cast.auditor)
    assert client.get(address[1]).status_code == 405
    assert "没有被改动" in client.post(address[1]).content.decode()
    delivery = Delivery.objects.get(kind="hukou")
    stored = next(lake().folder("deliveries", delivery.pk).glob("original*"))
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 1
    stored.write_bytes(bytes(content))
    hukou = next(
        one for one in re.findall(r'action="(/audit/child/[^"]+)"', child) if delivery.pk in whole(client, one)
    )
    assert "与导入时不一致" in whole(client, hukou)


def whole(client: Client, address: str) -> str:
    return client.post(address).content.decode()


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_audits(cast: c.Cast, home: Swept, name: str) -> None:
    client, before = client_of(getattr(cast, name)), Event.objects.count()
    for tail in ("", f"sweep/{home.sweep.pk}/", f"child/{home.sweep.pk}/{home.gap.pk}/", "sample/", "who/?child=C1"):
        assert client.get(f"/audit/{tail}").status_code == 403, tail
    assert client.post("/audit/sample/new/", {}).status_code == 403
    assert Event.objects.count() == before


def test_the_next_county_is_absent(cast: c.Cast, home: Swept) -> None:
    case = Case.objects.get(child=home.gap)
    sample = draw(cast, home)
    client, before = client_of(auditor_of_next_county(cast)), Event.objects.count()
    pairs = [
        (f"/audit/sweep/{home.sweep.pk}/", "/audit/sweep/20200101-0000000000/"),
        (f"/audit/child/{home.sweep.pk}/{home.gap.pk}/", "/audit/child/20200101-0000000000/C0/"),
        (f"/audit/case/{case.pk}/", "/audit/case/A2020-000001/"),
        (f"/audit/sample/{sample.pk}/", "/audit/sample/Y20200101-01/"),
    ]
    before = Event.objects.count()
    for foreign, absent in pairs:
        one, other = within_a_minute(client, foreign, absent)
        assert (one.status_code, one.content) == (404, other.content), foreign
    for address in (
        f"/audit/case/{case.pk}/pack/",
        f"/audit/sample/{sample.pk}/pack/",
        f"/audit/sample/{sample.pk}/1/",
    ):
        assert client.post(address).status_code == 404, address
    assert "没有找到" in client.get("/audit/who/", {"child": home.gap.pk}).content.decode()
    assert Event.objects.count() == before


def test_an_auditor_changes_nothing_of_the_work(cast: c.Cast, home: Swept) -> None:
    """Whatever an auditor does, children, cases, lists and sweeps stay as they are."""

    def standing() -> list[object]:
        return [
            list(model.objects.order_by("pk").values_list(*[f.attname for f in model._meta.concrete_fields]))
            for model in (Child, Case, Delivery)
        ]

    before, case = standing(), Case.objects.get(child=home.gap)
    sample = draw(cast, home)
    client = client_of(cast.auditor)
    client.post(f"/audit/sample/{sample.pk}/1/", {"outcome": "agrees"})
    client.post(f"/audit/case/{case.pk}/pack/")
    client.get("/audit/who/", {"child": home.gap.pk})
    assert [[repr(row) for row in rows] for rows in standing()] == [[repr(row) for row in rows] for rows in before]
    for tail in (f"{case.pk}/", f"{case.pk}/visit/"):
        assert client.get(f"/case/{tail}").status_code == 403


# ---- 抽样


def test_the_same_seed_draws_the_same_sample(cast: c.Cast, home: Swept) -> None:
    first, again, other = draw(cast, home), draw(cast, home), draw(cast, home, seed="别的种子", size="1")
    ids = [list(one.items.values_list("object_id", flat=True)) for one in (first, again, other)]
    assert ids[0] == ids[1]
    assert len(ids[2]) == 1
    assert first.population_digest == again.population_digest
    assert (first.pk, first.population, first.place_code) != (again.pk, first.population, first.place_code)
    told = sentence(Event.objects.filter(action="audit.sample").earliest("id"))
    assert "从 " in told
    assert "种子 20261130-4" in told


def test_children_and_one_check_can_be_drawn_from(cast: c.Cast, home: Swept) -> None:
    children = draw(cast, home, subject="child", size="200")
    assert {home.gap.pk, home.girl.pk, home.away.pk} <= set(children.items.values_list("object_id", flat=True))
    gaps = draw(cast, home, check_id="not_enrolled", size="200")
    assert {one.partition("/")[0] for one in gaps.items.values_list("object_id", flat=True)} == {"not_enrolled"}


def test_closings_can_be_drawn_from(cast: c.Cast, home: Swept) -> None:
    empty = client_of(cast.auditor).post(
        "/audit/sample/new/", {"subject": "closing", "sweep": home.sweep.pk, "seed": "1", "size": "5"}
    )
    assert "一件也没有" in empty.content.decode()
    case = Case.objects.get(child=home.gap)
    k.close(case, cast.clerk, cast.head, "graduated", "graduation_paper")
    sample = draw(cast, home, subject="closing")
    item = sample.items.get()
    assert (item.case_id, item.child_id) == (case.pk, home.gap.pk)
    assert "高明月提请，周立人批准" in item.shown["经手"]
    assert_masked(page(cast.auditor, f"/audit/sample/{sample.pk}/"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"size": "0"}, "一次抽 1 到 200 件"),
        ({"size": "201"}, "一次抽 1 到 200 件"),
        ({"seed": " "}, "必填项"),
        ({"subject": "x"}, "不在可用的选项"),
    ],
)
def test_a_wrong_draw_is_said_at_its_field(cast: c.Cast, home: Swept, fields: dict[str, str], said: str) -> None:
    data = {"subject": "gap", "sweep": home.sweep.pk, "seed": "1", "size": "1"} | fields
    assert said in client_of(cast.auditor).post("/audit/sample/new/", data).content.decode()
    assert not Sample.objects.exists()


def test_the_sheet_shows_seed_and_population_and_a_result_is_entered_once(cast: c.Cast, home: Swept) -> None:
    sample, client = draw(cast, home), client_of(cast.auditor)
    sheet = page(cast.auditor, f"/audit/sample/{sample.pk}/print/")
    assert "20261130-4" in sheet
    assert sample.population_digest in sheet
    assert "□相符" in sheet
    assert_masked(sheet)
    address = f"/audit/sample/{sample.pk}/1/"
    assert "要写明看到的是什么" in client.post(address, {"outcome": "differs"}, follow=True).content.decode()
    for outcome in ("", "nonsense"):
        client.post(address, {"outcome": outcome})
    assert not SampleItem.objects.exclude(outcome="").exists()
    for _again in range(2):
        client.post(address, {"outcome": "differs", "note": "学校花名册上已转出"})
    assert Event.objects.filter(action="audit.result").count() == 1
    client.post(address, {"outcome": "agrees"})
    item = sample.items.get(number=1)
    assert (item.outcome, item.note, item.entered_by) == ("agrees", "", cast.auditor)
    assert Event.objects.filter(action="audit.result").count() == 2
    assert client.post(f"/audit/sample/{sample.pk}/99/", {"outcome": "agrees"}).status_code == 404


# ---- 取证包


def pack_of(cast: c.Cast, address: str) -> bytes:
    answer = client_of(cast.auditor).post(address)
    assert answer["Content-Disposition"].startswith("attachment")
    return answer.content


def verdict(cast: c.Cast, data: bytes, name: str = "包.zip") -> str:
    return client_of(cast.auditor).post("/audit/pack/", {"file": SimpleUploadedFile(name, data)}).content.decode()


def repacked(data: bytes, change: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(body, "w") as new:
        for name in {**dict.fromkeys(old.namelist()), **change}:
            new.writestr(name, change.get(name) or old.read(name))
    return body.getvalue()


def test_a_pack_of_a_case_proves_itself_and_every_change_shows(cast: c.Cast, home: Swept) -> None:
    case = Case.objects.get(child=home.gap)
    k.close(case, cast.clerk, cast.head, "graduated", "graduation_paper", file=b"%PDF-1.4 scan", file_name="证.pdf")
    data = pack_of(cast, f"/audit/case/{case.pk}/pack/")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert {"个案.json", "留痕.csv", "佐证清单.csv", "名册来源.csv", "manifest.json", "SHA256SUMS"} == set(files)
    for content in files.values():
        assert_masked(content.decode("utf-8-sig"))
        assert b"%PDF" not in content
    manifest = json.loads(files["manifest.json"])
    assert manifest["scans"][0]["sha256"] in files["佐证清单.csv"].decode("utf-8-sig")
    assert "都对得上" in verdict(cast, data)
    facts = files["个案.json"].replace("毕业".encode(), "死亡".encode())
    assert "文件 个案.json 被改过" in verdict(cast, repacked(data, {"个案.json": facts}))
    assert "多出文件 x.txt" in verdict(cast, repacked(data, {"x.txt": b"x"}))
    manifest["events"][0]["hash"] = "0" * 64
    manifest["scans"][0]["sha256"] = "0" * 64
    manifest["deliveries"][0]["sha256"] = "0" * 64
    forged = verdict(cast, repacked(data, {"manifest.json": json.dumps(manifest).encode()}))
    for said in ("条与系统里的不同", "扫描件指纹与系统里的不同", "文件指纹与系统里的不同"):
        assert said in forged
    assert Event.objects.filter(action="audit.pack", object_id=case.pk).count() == 1


def test_a_pack_of_a_sample_holds_what_was_entered(cast: c.Cast, home: Swept) -> None:
    sample = draw(cast, home, check_id="not_enrolled", size="1")
    client_of(cast.auditor).post(f"/audit/sample/{sample.pk}/1/", {"outcome": "differs", "note": "=1+1"})
    data = pack_of(cast, f"/audit/sample/{sample.pk}/pack/")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sample.population_digest in archive.read("抽样.json").decode()
        assert "'=1+1" in archive.read("抽样.csv").decode("utf-8-sig")
        assert any(name.endswith("/留痕.csv") for name in archive.namelist())
    assert "都对得上" in verdict(cast, data)


@pytest.mark.parametrize("data", [b"not a zip", b"", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_pack_is_said_so(cast: c.Cast, data: bytes) -> None:
    assert "error-summary" in verdict(cast, data)


# ---- 谁看过


def test_who_saw_a_child_lists_looks_acts_and_possible_exports(cast: c.Cast, home: Swept) -> None:
    clerk = client_of(cast.clerk)
    clerk.get(f"/child/{home.gap.pk}/")
    clerk.get(f"/check/{home.sweep.pk}/not_enrolled/export/")
    case = Case.objects.get(child=home.gap)
    client_of(cast.auditor).get(f"/audit/case/{case.pk}/")
    told = page(cast.auditor, "/audit/who/", child=home.gap.pk)
    assert f"高明月（县局经办）查看了孩子 {home.gap.pk} 的档案" in told
    assert f"立案 {case.pk}" in told
    assert f"审计员老段（审计）查阅孩子 {home.gap.pk} 的个案" in told
    assert "可能含他的导出 1 次" in told
    assert "导出台账“适龄失学”" in told
    assert Event.objects.filter(action="audit.who", object_id=home.gap.pk).count() == 1
    assert "查看与办理" not in page(cast.auditor, "/audit/who/", child="C00000000000")
