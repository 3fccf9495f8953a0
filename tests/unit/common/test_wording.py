"""A wording is Chinese to the program and the reader's language to the reader."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.utils.translation import gettext

from notoneless.common.wording import Wording, speak_with, worded, wordings


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    speak_with({"缺口": "gap", "{n} 行": "{n} rows", "大于 <": "more than <"}.get)  # type: ignore[arg-type]
    yield
    speak_with(gettext)


def test_what_is_shown_is_translated() -> None:
    word = Wording("缺口")
    assert (str(word), f"{word}", f"{word:>5}", "%s" % word) == ("gap", "gap", "  gap", "gap")  # noqa: UP031
    assert Template("{{ word }} {{ words|join:'、' }}").render(Context({"word": word, "words": [word, word]})) == (
        "gap gap、gap"
    )
    assert worded("{n} 行", n=3) == "3 rows"
    assert Template("{{ word }}").render(Context({"word": Wording("大于 <")})) == "more than &lt;"


def test_what_is_kept_stays_chinese() -> None:
    word = Wording("缺口")
    assert word == "缺口"
    assert {word: 1}["缺口"] == 1
    assert json.dumps([word], ensure_ascii=False) == '["缺口"]'
    assert type(word.source) is str


def test_an_empty_text_is_not_asked_for() -> None:
    assert str(Wording("")) == ""


def test_only_the_named_fields_of_a_definition_are_worded() -> None:
    made = wordings({"a": {"name": "缺口", "needs": ["缺口"], "aliases": ["缺口"]}}, "name", "needs")
    assert [type(made["a"]["name"]), type(made["a"]["needs"][0]), type(made["a"]["aliases"][0])] == [
        Wording, Wording, str,
    ]  # fmt: skip
