"""Where the command starts: `link` runs by itself, everything else with settings, database and all commands."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; always UTF-8, also where the terminal says otherwise."""
    if _command(sys.argv[1:]) != "link":
        from notoneless.cli.main import main as everything

        everything()
        return
    from notoneless.cli import link_lists
    from notoneless.cli.chinese import PROGRAM, App
    from notoneless.cli.options import global_options

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    app = App(name=PROGRAM)
    app.callback()(global_options)
    link_lists.add_to(app)
    app(prog_name=PROGRAM)


def _command(words: list[str]) -> str:
    """The first word that is no option."""
    return next((word for word in words if not word.startswith("-")), "")
