"""Every text that a user may read is in the catalog with its English; none hides in a template or in the web's code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.write_messages import (
    CHINESE,
    KEYWORDS,
    MO,
    PO,
    SOURCE,
    current,
    mo_bytes,
    placeholders,
    po_bytes,
    read,
    untranslated,
)

pytestmark = pytest.mark.slow

HOW = "运行 python3 run.py messages，在 src/notoneless/locale/en/LC_MESSAGES/django.po 里补上空的 msgstr，再运行一次"
MARKED = re.compile(
    r"{%-? *blocktrans.*?{%-? *endblocktrans\w* *%}|{%-? *trans\w* .*?%}|_\(\".*?\"\)|_\('.*?'\)|{#.*?#}"
    r"|<!--.*?-->|<\w+[^>]*lang=\"zh[^>]*>[^<]*",
    re.DOTALL,
)
NOT_SHOWN = {
    "web/roster/downloads.py": "the name of a file for a Chinese office",
    "web/roster/presenters.py": "a pattern for names of units",
    "web/roster/views.py": "the name of a file for a Chinese office",
    "web/roster/wizard_presenters.py": "a pattern for what may be a name",
    "web/shell/apps.py": "the app's name, shown nowhere",
    "web/shell/downloads.py": "column titles of files, which are in Chinese",
    "web/system/views/staff_list.py": "the sample rows and a column of the account table, a Chinese file",
}
"""Files of the web with Chinese texts that are no wording, and why."""
IN_CHINESE = {
    "web/audit/templates/audit/case.html": "keys of the evidence pack, a file in Chinese",
    "web/shell/templates/shell/language.html": "the page on which one chooses names both languages",
}
"""Templates with Chinese outside the marks, and why."""


def test_every_text_has_its_english() -> None:
    left = untranslated(current())
    assert not left, f"{HOW}：\n" + "\n".join(left)


def test_the_catalog_is_the_one_that_is_compiled() -> None:
    catalog = current()
    assert po_bytes(catalog) == PO.read_bytes(), HOW
    assert mo_bytes(catalog) == MO.read_bytes(), HOW


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    for message in read() or ():
        source = message.id if isinstance(message.id, tuple) else (message.id,)
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            if message.id and not (isinstance(message.id, tuple) and text == message.string[0]):
                assert placeholders(text) == placeholders(source[0]), f"{source[0]} → {text}"


def test_no_template_holds_chinese_outside_its_marks() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): CHINESE.findall(MARKED.sub("", path.read_text(encoding="utf-8")))
        for path in sorted((SOURCE / "web").rglob("*.html"))
    }
    assert {name: "".join(text) for name, text in found.items() if text and name not in IN_CHINESE} == {}


def test_no_code_of_the_web_holds_chinese_outside_its_marks() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): unmarked
        for path in sorted((SOURCE / "web").rglob("*.py"))
        if (unmarked := sorted(_unmarked(path)))
    }
    assert {name: texts for name, texts in found.items() if name not in NOT_SHOWN} == {}
    assert set(NOT_SHOWN) <= set(found), "an exception that is no longer needed"


def _unmarked(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {id(one) for node in ast.walk(tree) for one in _said_or_told(node)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed
        if is_text and CHINESE.search(node.value):
            yield node.value


def _said_or_told(node: ast.AST) -> Iterator[ast.AST]:
    """Texts that are marked, and docstrings."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
        yield from (one for argument in node.args for one in ast.walk(argument))
    elif isinstance(node, ast.Expr):
        yield node.value
