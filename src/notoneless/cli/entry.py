"""Where the command starts: `link` and the sealing of lists run by themselves, everything else with settings, database
and all commands."""

from __future__ import annotations

import sys
from pathlib import Path

from notoneless.cli import link_quickly

ALONE = frozenset({"link", "seal", "seal-key", "seal-rows"})
"""Commands that need neither settings nor database."""


def main() -> None:
    """Run the command line; always UTF-8, also where the terminal says otherwise."""
    if _command(sys.argv[1:]) not in ALONE:
        from notoneless.cli.main import main as everything

        everything()
        return
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    words = link_quickly.plain(sys.argv[1:])
    if words and not any(link_quickly.seems_sealed(Path(words[side])) for side in ("left", "right")):
        link_quickly.go_without(words)
        _run_quickly(words)
        return
    from notoneless.cli import link_lists, seal
    from notoneless.cli.chinese import PROGRAM, App
    from notoneless.cli.options import global_options

    app = App(name=PROGRAM)
    app.callback()(global_options)
    link_lists.add_to(app)
    seal.add_to(app)
    app(prog_name=PROGRAM)


def _run_quickly(words: dict[str, str]) -> None:
    from notoneless.common.errors import Fault

    try:
        link_quickly.link(words)
    except Fault as fault:
        from notoneless.cli.output import exit_code_of, report_fault

        report_fault(fault)
        raise SystemExit(exit_code_of(fault)) from None


def _command(words: list[str]) -> str:
    """The first word that is no option."""
    return next((word for word in words if not word.startswith("-")), "")
