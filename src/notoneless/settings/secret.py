"""The site's own secret: made on the first run, kept in the data folder, readable by its owner only."""

import secrets
from pathlib import Path

from notoneless.common.durable import create_once


def secret_key(path: Path) -> str:
    """The secret stored at `path`; made first if absent. Two processes starting at once agree on one."""
    if not path.exists():
        create_once(path, secrets.token_urlsafe(64).encode())
    return path.read_text(encoding="ascii").strip()
