"""Bring the English catalog up to date: every text a user may read, taken from the code, the templates and the YAML.

`python3 run.py messages` writes new texts into django.po with an empty msgstr, drops those that are gone, keeps what is
translated, makes django.mo from it, and lists what is still to be put into English. Fill the empty ones and run it again.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "notoneless"
PO = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
CHINESE = re.compile(r"[\u3400-\u9fff]")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "Wording", "worded"), 1),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), 2),
}
"""What takes a text in the code, and how many of its arguments are texts (singular and plural)."""
TEMPLATE_KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
PLAIN_FORMAT = re.compile(r"(?<![{])\{(\w*)(?:\.\w+)*(?:![rs])?(?::[^{}]*)?\}|%\((\w+)\)s|%(s|d)")
DAY = datetime(2026, 11, 30, tzinfo=UTC)
"""In the head of the catalog, so that equal texts give equal bytes."""
ALL = "*"
# Definitions whose texts are shown: the fields that are, or ALL. What leaves the desk on paper stays Chinese (reply.yaml).
TEXT_FIELDS: dict[str, set[str]] = {
    "**/errors.yaml": {"name", "what", "how"},
    "trail/sentences.yaml": {ALL},
    "case/definitions/sentences.yaml": {ALL},
    "case/definitions/states.yaml": {ALL},
    "case/definitions/closing.yaml": {"name"},
    "case/definitions/visit_kinds.yaml": {"name"},
    "check/definitions/*/check.yaml": {"name", "question", "why"},
    "flows/ledgers.yaml": {"name", "sentence"},
    "link/definitions/review.yaml": {"name", "why"},
    "link/definitions/steps.yaml": {"name", "sentence", "needs"},
    "link/definitions/weights.yaml": {"name", "label"},
    "policy/parameters/*/*.yaml": {"name", "unit"},
    "policy/tables/*.yaml": {"name", "stage_name", "issuer", "hint", "todo"},
    "roster/definitions/columns.yaml": {"name"},
    "roster/definitions/*/kind.yaml": {"name", "why"},
    "web/help/texts.yaml": {"title", "text"},
    "web/help/cards.yaml": {"when", "what", "where", "remember", "ask"},
}

Found = tuple[str, str | tuple[str, ...], str | None]
"""File, msgid (or singular and plural), context."""


def main() -> int:
    PO.parent.mkdir(parents=True, exist_ok=True)
    catalog = current()
    PO.write_bytes(po_bytes(catalog))
    MO.write_bytes(mo_bytes(catalog))
    empty = untranslated(catalog)
    print(f"{len(catalog)} 条，未译 {len(empty)} 条" + "".join(f"\n  {text}" for text in empty[:40]))
    return 0


def current() -> Catalog:
    """The catalog of all texts as they are now, with the English of those that had it."""
    known = read()
    catalog = Catalog(
        locale="en", project="notoneless", charset="utf-8", fuzzy=False, creation_date=DAY, revision_date=DAY
    )
    for file, text, context in sorted(
        texts(), key=lambda found: (found[0], found[1] if isinstance(found[1], str) else "")
    ):
        before = known.get(text, context) if known else None
        catalog.add(text, before.string if before else None, locations=[(file, 0)], context=context)
    return catalog


def read() -> Catalog | None:
    """The catalog in the repository; None before the first one."""
    return read_po(io.BytesIO(PO.read_bytes()), locale="en") if PO.exists() else None


def untranslated(catalog: Catalog) -> list[str]:
    """Source texts without English."""
    return [str(message.id) for message in catalog if message.id and not _filled(message.string)]


def placeholders(text: str) -> set[str]:
    """Names of what is filled in: ``{name}``, ``%(name)s``."""
    return {"".join(names) for names in PLAIN_FORMAT.findall(text)}


def _filled(string: Any) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def texts() -> Iterator[Found]:
    """Every text a user may read, with the file it stands in."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _from_code(path)
    for path in sorted(SOURCE.rglob("*.html")):  # in brackets, for indentation does not count there
        yield from _from_template(path, f"({templatize(path.read_text(encoding='utf-8'))})")
    for pattern, fields in TEXT_FIELDS.items():
        for path in sorted(SOURCE.glob(pattern)):
            for text in _from_data(yaml.safe_load(path.read_text(encoding="utf-8")), fields, ""):
                yield _name(path), text, None


def _from_code(path: Path) -> Iterator[Found]:
    """Read as a tree, for a text inside an f-string is no token of its own."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and (how := KEYWORDS.get(_called(node.func))) is not None:
            words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if len(words) >= how and any(map(CHINESE.search, words[:how])):
                yield _name(path), words[0] if how == 1 else tuple(words[:how]), None


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def _from_template(path: Path, code: str) -> Iterator[Found]:
    for _, text, _, context in extract("python", io.BytesIO(code.encode()), keywords=TEMPLATE_KEYWORDS):
        whole = text if isinstance(text, str) else "".join(text)
        if CHINESE.search(whole):
            yield _name(path), text, context


def _from_data(value: Any, fields: set[str], key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _from_data(part, fields, str(name))
    elif isinstance(value, list):
        for part in value:
            yield from _from_data(part, fields, key)
    elif isinstance(value, str) and (key in fields or ALL in fields) and CHINESE.search(value):
        yield value


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def po_bytes(catalog: Catalog) -> bytes:
    """The catalog as it stands in the repository: without dates and line numbers, so that branches merge."""
    catalog.header_comment = "# English of the desk. Written by `python3 run.py messages`; fill in msgstr by hand."
    text = io.BytesIO()
    write_po(text, catalog, width=120, ignore_obsolete=True, include_lineno=False, omit_header=False)
    lines = text.getvalue().decode().splitlines(keepends=True)
    return "".join(
        line for line in lines if not re.match(r'"(POT-Creation|PO-Revision|Last-Translator|Generated)', line)
    ).encode()


def mo_bytes(catalog: Catalog) -> bytes:
    """The compiled catalog that Django reads; committed, because a user's machine has nothing to make it with."""
    text = io.BytesIO()
    write_mo(text, catalog)
    return text.getvalue()


if __name__ == "__main__":
    sys.exit(main())
