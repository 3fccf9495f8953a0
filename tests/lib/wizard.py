"""Helps for tests of the import wizard: lists that need a word, and what a person clicks."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client
from tests.lib.web import hukou_csv, resident_id, run_jobs, upload

from notoneless.roster.records.models import UploadDraft

POLICE = "县公安局户政科"
HEAD = "姓名,性别,公民身份号码,民族,户口所在地,与户主的关系,户号,户籍状态"
ODD_VILLAGE, VILLAGE = "柳行叉村", "柳行岔村"
ODD_WORD, WORD = "挂空户", "正常"


def odd_hukou_csv(rows: int = 8, odd: int = 3, unknown: int = 2) -> bytes:
    """``rows`` good rows, the first ``odd`` with a misspelt village, the last ``unknown`` with a status nobody knows,
    as Chinese Excel writes a csv (GB18030).
    """
    lines = [HEAD]
    for number in range(rows):
        village = ODD_VILLAGE if number < odd else VILLAGE
        status = ODD_WORD if number >= rows - unknown else WORD
        sex = "男" if (100 + number) % 2 else "女"
        name = f"王小{'一二三四五六七八九十'[number % 10]}"
        where = f"沂南县岸堤镇{village}"
        lines.append(f"{name},{sex},{resident_id(100 + number)},汉族,{where},子,10000{number:02d},{status}")
    return "\r\n".join(lines).encode("gb18030")


def renamed_csv(heading: str = "号码一栏") -> bytes:
    """A list whose ID column has a name that says nothing."""
    text = hukou_csv(5, 0).decode("gb18030").replace("公民身份号码", heading)
    return text.encode("gb18030")


def uploaded(client: Client, content: bytes, name: str = "户籍.csv", **fields: str) -> UploadDraft:
    """Upload one list, run its check, and give its draft."""
    known = set(UploadDraft.objects.values_list("pk", flat=True))
    upload(client, (name, content), **fields)
    return UploadDraft.objects.exclude(pk__in=known).get()


def click(client: Client, draft: UploadDraft, act: str, **fields: str) -> HttpResponse:
    """Post to one of a draft's addresses and run what it started."""
    response = client.post(f"/roster/draft/{draft.pk}/{act}/", fields)
    run_jobs()
    draft.refresh_from_db()
    return response


def page_of(client: Client, draft: UploadDraft, act: str = "") -> str:
    return client.get(f"/roster/draft/{draft.pk}/{act}").content.decode()


def suggestion(draft: UploadDraft, written: str) -> dict:
    """The suggestion about that writing."""
    return next(one for one in draft.result["suggestions"] if (one["correction"] or {}).get("written") == written)


def answers(client: Client, draft: UploadDraft, **chosen: str) -> dict[str, str]:
    """The fields of the page 对列 with what it proposes, and ``chosen`` (heading → canonical id) instead."""
    from notoneless.flows.upload_columns import get_columns
    from notoneless.roster.core import load_kinds
    from notoneless.web.roster.wizard_presenters import column_lines

    kind = load_kinds()[draft.kind or draft.result["choices"]["kind"]]
    lines = column_lines(kind, draft, get_columns(draft))
    fields = {f"column_{at}": chosen.get(line.label, line.matched or line.near) for at, line in enumerate(lines)}
    return {"kind": kind.id, "remember": "on", **fields}
