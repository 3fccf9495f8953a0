"""Whoever reads English meets no Chinese but data: names of people, places and schools, and what is marked zh-CN.

Marked with ``lang="zh-CN"`` are texts that were recorded in Chinese (reasons of a sweep, reports of a job, what people
wrote) or that stand so in a list (cells, headings). Everything else on the pages of four roles must be in the catalog.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from tests.lib.cast import COUNTY, make_cast
from tests.lib.two_counties import Samples, fill, home_county
from tests.lib.web import client_of
from tools.write_messages import read

from notoneless.common.names import mask_name
from notoneless.org.models import User
from notoneless.policy.pack import load_pack
from notoneless.policy.places import Places

pytestmark = [pytest.mark.django_db, pytest.mark.keep_lake, pytest.mark.slow]

CHINESE = re.compile(r"[\u3400-\u9fff]")
LONGEST_NAME = 4
READERS = ("clerk", "principal", "auditor", "admin")
WORDS: Samples = {
    "field": "id_no", "kind": "hukou", "list_id": "nation", "name": "school_age", "parameter": "school_age.start_years",
    "role_id": "teacher", "which": "new", "move_id": "transfer", "number": 1,
}  # fmt: skip
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
MIXED = re.compile(r"[\u3400-\u9fff（）〔〕、]+")
SAID = ("aria-label", "placeholder", "title", "alt", "data-label")
VOID = {"meta", "link", "input", "br", "hr", "img", "col", "wbr"}
CHINESE_ON_PURPOSE = {
    "language/": "names the language in itself",
    "roster/<slug:delivery_id>/reply/": "a letter to a Chinese office",
}


class Page(HTMLParser):
    """The words of a page that are not marked as Chinese."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._open: list[bool] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_chinese = any(self._open) or (given.get("lang") or "").startswith("zh") or tag in {"textarea", "script"}
        if not is_chinese:
            self.words += [given[name] or "" for name in SAID if name in given]
        if tag not in VOID:
            self._open.append(is_chinese)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open) and data.strip():
            self.words.append(data.strip())


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        else:
            yield address, entry


def data() -> re.Pattern[str]:
    """Names of places, codes of national lists, what people or lists have put into the database, and the Chinese examples
    in English texts; a text of the catalog is no data."""
    known, places = set(_texts_of_tables()), Places.load()
    for place in places:
        if place.code.startswith(COUNTY[:4]):
            known |= {place.name, place.short_name, places.label(place.code)}
    known |= {name for codes in load_pack(None, dt.date(2026, 11, 1)).codes.values() for name in codes.values()}
    known |= {mask_name(word) for word in known if len(word) <= LONGEST_NAME}
    catalog = list(read() or ())
    known -= {message.id for message in catalog}
    words = known | {one for message in catalog for one in MIXED.findall(str(message.string))}
    return re.compile("|".join(sorted(map(re.escape, words - {""}), key=len, reverse=True)))


def _texts_of_tables() -> Iterator[str]:
    for model in apps.get_models():
        if model._meta.app_label not in {"contenttypes", "auth", "sessions", "trail", "jobs"}:
            for row in model._default_manager.values():
                yield from _texts(list(row.values()))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and CHINESE.search(value):
        yield from (value, *re.split(r"[；，：、]", value))
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def test_no_chinese_but_data_for_a_reader_of_english() -> None:
    cast = make_cast()
    User.objects.filter(pk=cast.admin.pk).update(must_change_password=False)
    things = {**WORDS, **fill([home_county(cast)])[0]}
    known, left = data(), dict[str, set[str]]()
    for reader in READERS:
        client = client_of(User.objects.get(pk=getattr(cast, reader).pk))
        client.cookies["language"] = "en"
        for address, _ in routes(get_resolver()):
            if address.startswith("api/") or address in CHINESE_ON_PURPOSE:
                continue
            answer = client.get("/" + PARAMETER.sub(lambda found: str(things[found[1]]), address))
            if (
                not answer.streaming
                and answer.status_code == 200
                and answer.headers["Content-Type"].startswith("text/html")
            ):
                words = [known.sub("", word) for word in Page(answer.content.decode()).words]
                left.setdefault(address, set()).update(word for word in words if CHINESE.search(word))
    left = {address: words for address, words in left.items() if words}
    assert not left, '没有英文的文字（数据请标 lang="zh-CN"，其余用 translate 或 Wording）：\n' + "\n".join(
        f"/{address}: {word[:80]}" for address, words in sorted(left.items()) for word in sorted(words)
    )
