"""Chromium 86 is the floor (360 and 奇安信 still carry it): what the desk sends knows nothing newer.

newer_than_floor.json says what arrived later and when (tools/update_floor.py writes it from MDN's compatibility data).
Each style sheet, script and template that is shipped is parsed and asked; what may stay is listed with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import tinycss2
import tree_sitter_javascript
from tinycss2.ast import Node
from tree_sitter import Language, Parser
from tree_sitter import Node as Branch

WEB = Path(__file__).resolve().parents[3] / "src" / "notoneless" / "web"
NEWER = json.loads(Path(__file__).with_name("newer_than_floor.json").read_text(encoding="utf-8"))
GETS_ON_WITHOUT = {
    "accent-color": "ticks and bars keep the browser's own colour",
    "text-wrap": "a table's head breaks where it must",
    "print-color-adjust": "-webkit-print-color-adjust stands beside it where it matters",
    "text-decoration-thickness": "links are underlined in the usual place",
    "text-underline-offset": "links are underlined in the usual place",
    "rect": "Bootstrap's clip: rect(…) is as old as CSS 2; the new one is of clip-path",
    "file-selector-button": "Bootstrap's second way beside -webkit-file-upload-button",
}
"""What older browsers pass over without harm, and why."""
UNUSED_OF_BOOTSTRAP = {"inset": "floating labels, which the desk has none of"}
ASKED_BEFORE_USE = {"startViewTransition", "moveBefore", "parseHTMLUnsafe"}
"""htmx looks whether the browser has them."""
NEWER_SYNTAX = {"class_static_block": 94, "import_attribute": 123}
EXPRESSIONS = {
    r"#\w+ in ": "private names in an object, Chrome 91",
    r"/[dgimsuy]*v[dgimsuy]*[,;.)]": "regular expressions with v, 112",
}

SHEETS = sorted(WEB.rglob("static/**/*.css"))
SCRIPTS = sorted(WEB.rglob("static/**/*.js"))
TEMPLATES = sorted(WEB.rglob("templates/**/*.html"))


def late(kind: str, names: Iterator[str] | set[str]) -> dict[str, int]:
    """The names of that kind that are newer than the floor and may not stay."""
    return {name: NEWER[kind][name] for name in names if name in NEWER[kind] and name not in GETS_ON_WITHOUT}


def declarations(rules: list[Node]) -> Iterator[list[Node]]:
    """The declarations of each block, nested ones (media, keyframes) too."""
    for rule in rules:
        if getattr(rule, "content", None) is not None:
            inside = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            yield [one for one in inside if one.type == "declaration"]
            yield from declarations([one for one in inside if one.type in ("qualified-rule", "at-rule")])


def tokens(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from tokens(getattr(node, "content", None) or getattr(node, "arguments", None) or [])


def sheet_of(text: str) -> list[Node]:
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    assert not [one for one in rules if one.type == "error"]
    return rules


def too_new_in_sheet(text: str) -> dict[str, int]:
    rules = sheet_of(text)
    blocks = list(declarations(rules))
    said = [one for block in blocks for one in block]
    names = {
        one.lower_name
        for block in blocks
        for one in block
        if f"-webkit-{one.lower_name}" not in {other.lower_name for other in block}
    }
    every = [token for one in said for token in tokens(one.value)]
    pairs = {f"{one.lower_name}: {token.lower_value}" for one in said for token in one.value if token.type == "ident"}
    selectors = set(re.findall(r"(?<!:)::?([a-z-]+)(?=[^;{}]*\{)", text))
    queries = " ".join(re.findall(r"@media([^{]*)\{", text))
    found = late("css_properties", names) | late("css_values", pairs) | late("css_selectors", selectors)
    found |= late("css_functions", {token.lower_name for token in every if token.type == "function"})
    found |= late("css_units", {token.lower_unit for token in every if token.type == "dimension"})
    found |= late("css_at_rules", set(re.findall(r"@([a-z-]+)", text)))
    found |= late("css_media", set(re.findall(r"\(\s*([a-z-]+)", queries)))
    found |= {f"media {one}": 104 for one in re.findall(r"[<>]=?", queries)}
    return found | {f":not({one})": 88 for one in re.findall(r":not\(([^()]*,[^()]*)\)", text)}


def branches(node: Branch) -> Iterator[Branch]:
    yield node
    for child in node.children:
        yield from branches(child)


def too_new_in_script(text: str) -> dict[str, int]:
    tree = Parser(Language(tree_sitter_javascript.language())).parse(text.encode())
    assert not tree.root_node.has_error
    nodes = list(branches(tree.root_node))
    found = {node.type: NEWER_SYNTAX[node.type] for node in nodes if node.type in NEWER_SYNTAX}
    names = [node for node in nodes if node.type in ("property_identifier", "identifier")]
    given = {said(node) for node in names if _is_given(node)}
    return found | late("js_names", {said(node) for node in names if _is_read(node)} - given - ASKED_BEFORE_USE)


def said(node: Branch) -> str:
    return (node.text or b"").decode()


def _is_read(node: Branch) -> bool:
    """A member of something, or a name by itself that is called or made."""
    over = node.parent
    return bool(over and over.type in ("member_expression", "call_expression", "new_expression"))


def _is_given(node: Branch) -> bool:
    """A name that the script gives itself: of a function, a variable, a key, or a member that it writes to."""
    over = node.parent
    if over and over.type == "member_expression" and over.parent and over.parent.type == "assignment_expression":
        return over.parent.child_by_field_name("left") == over
    return bool(over and over.type in ("function_declaration", "variable_declarator", "pair", "formal_parameters"))


class _Markup(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _value in attrs}


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_style_sheets_know_nothing_newer(path: Path) -> None:
    found = too_new_in_sheet(path.read_text(encoding="utf-8"))
    assert found.keys() - (UNUSED_OF_BOOTSTRAP.keys() if path.parent.name == "vendor" else set()) == set(), found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_know_nothing_newer(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert too_new_in_script(text) == {}
    if path.parent.name != "vendor":
        assert [why for form, why in EXPRESSIONS.items() if re.search(form, text)] == []


def test_templates_know_nothing_newer_and_carry_no_code_of_their_own() -> None:
    for path in TEMPLATES:
        text = re.sub(r"\{%.*?%\}|\{#.*?#\}", "", path.read_text(encoding="utf-8"))
        markup = _Markup(text)
        assert late("html_elements", markup.elements) | late("html_attributes", markup.attributes) == {}, path
        assert "form-floating" not in text, path
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), path


def test_the_list_knows_what_it_should() -> None:
    sheet = (
        "a:has(b) { inset: 0; aspect-ratio: 1; height: 100dvh; color: color-mix(in srgb, red, blue); overflow: clip }"
    )
    assert too_new_in_sheet(f"@layer x {{ {sheet} }} @media (width >= 5em) {{ a:not(b, c) {{ d: e }} }}").keys() >= {
        "layer", "has", "aspect-ratio", "dvh", "color-mix", "overflow: clip", "media >=", ":not(b, c)",
    }  # fmt: skip
    script = "class A { static { Object.hasOwn(a, 'b'); structuredClone(a.at(1)); } }"
    assert too_new_in_script(script).keys() >= {"class_static_block", "hasOwn", "structuredClone", "at"}
    assert "inert" in NEWER["html_attributes"]
    assert "popover" in NEWER["html_attributes"]


def test_what_may_stay_is_still_there() -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in (*SHEETS, *SCRIPTS))
    assert [name for name in (*GETS_ON_WITHOUT, *ASKED_BEFORE_USE) if name not in text] == []
