"""The documents hold together: links lead somewhere, every command is described, generated pages are fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from notoneless.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SHELL = re.compile(r"^```(?:sh|sh curl|text|ini|nginx|python)?\n.*?^```", re.MULTILINE | re.DOTALL)


def links(page: Path) -> list[str]:
    prose = SHELL.sub("", page.read_text(encoding="utf-8"))
    return [link for link in LINK.findall(prose) if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = [link for link in links(page) if not (page.parent / link.split("#")[0]).exists()]
    assert lost == []


def commands(command: typer.core.TyperGroup, path: str = "notoneless") -> list[str]:
    found = [path]
    for name, child in getattr(command, "commands", {}).items():
        found += commands(child, f"{path} {name}")
    return found


def test_every_command_stands_in_the_reference() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (notoneless.*)$", page, re.MULTILINE))
    assert headings == set(commands(typer.main.get_command(app)))


def test_every_command_in_the_documents_exists() -> None:
    known = set(commands(typer.main.get_command(app)))
    for page in PAGES:
        for line in re.findall(r"^\s*notoneless ([a-z].*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            first, *rest = line.removeprefix("--json ").split()
            named = {f"notoneless {first}", f"notoneless {first} {rest[0]}" if rest else ""}
            assert named & known, f"{page.name}: notoneless {line}"


def test_every_document_can_be_reached_from_the_index() -> None:
    seen, waiting = set(), [ROOT / "docs" / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        waiting += [page.parent / link.split("#")[0] for link in links(page)]
    assert [str(page.relative_to(ROOT)) for page in PAGES if "docs" in page.parts and page not in seen] == []


@pytest.mark.slow
def test_generated_pages_are_fresh() -> None:
    result = subprocess.run(
        [sys.executable, "tools/write_reference.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
