#!/usr/bin/env python
"""Django's administrative commands."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one command with the local settings unless others are named."""
    sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notoneless.settings.local")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
