"""The repository keeps its own promises: sizes, words, layers, no numbers of law in code."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "notoneless"
FILE_LINES, FUNCTION_LINES = 400, 60
STORY_ORDER = ["trail", "org", "roster", "link", "check", "case", "audit", "jobs", "api"]
OWN_LABELS = set(STORY_ORDER)


def python_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return [ROOT / name for name in listed if "/migrations/" not in name and (ROOT / name).exists()]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in python_files() if (n := len(p.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


@pytest.mark.slow
def test_no_function_is_longer_than_sixty_lines() -> None:
    long = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {lines}")
    assert long == []


def test_nothing_is_called_utils_or_helpers() -> None:
    vague = [p for p in python_files() if p.stem in {"utils", "helpers", "misc", "util"}]
    assert vague == []


def test_nothing_is_left_to_do_later() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b")
    found = [str(p) for p in python_files() if p != Path(__file__) and word.search(p.read_text(encoding="utf-8"))]
    assert found == []


def test_no_signals_and_no_logic_hidden_in_save() -> None:
    text = {p: p.read_text(encoding="utf-8") for p in python_files() if SOURCE in p.parents}
    assert [str(p) for p, t in text.items() if "@receiver" in t or "def save(self" in t] == []


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_relations_look_only_to_earlier_stages(model: type) -> None:
    """A foreign key written as text imports nothing, so import-linter cannot see it; this does."""
    label = model._meta.app_label
    if label not in OWN_LABELS:
        return
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if target is None or field.auto_created:
            continue
        other = target._meta.app_label
        assert other in OWN_LABELS, f"{field} points out of the project"
        assert STORY_ORDER.index(other) <= STORY_ORDER.index(label), f"{field} points to a later stage"


def test_glossary_knows_every_model() -> None:
    words = set(re.findall(r"`(\w+)`", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")))
    models = {m.__name__ for m in apps.get_models() if m._meta.app_label in OWN_LABELS}
    assert models - words == set()


def test_every_error_code_in_the_code_has_its_text() -> None:
    from notoneless.common.errors import catalog

    raised = set()
    for path in python_files():
        if SOURCE in path.parents:
            raised |= set(re.findall(r"""Fault\(\s*["'](E\d{3})["']""", path.read_text(encoding="utf-8")))
    assert raised - set(catalog()) == set()


def test_error_codes_stand_in_order() -> None:
    for path in (ROOT / "src").rglob("errors.yaml"):
        codes = re.findall(r"^(E\d+):", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert codes == sorted(set(codes)), path


def test_the_workplace_is_not_named() -> None:
    names = re.compile("|".join(["/" + "work/", "shared/" + "reference", r"\." + "library"]))
    assert [
        str(p) for p in python_files() if p != Path(__file__) and names.search(p.read_text(encoding="utf-8"))
    ] == []
