"""Where facts live: SQLite in the data folder, or PostgreSQL named by a URL."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# FULL, not NORMAL: under NORMAL a power cut takes back commits that were already acknowledged to the user.
# A commit then costs about 3 ms, so actions write many rows in one transaction instead of one by one.
# IMMEDIATE: a transaction that reads first and writes later would else fail with "database is locked" at once.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA cache_size=-65536;"
SQLITE_OPTIONS = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_PRAGMAS}


def database_settings(url: str, data_dir: Path) -> dict[str, Any]:
    """The Django database entry for a URL, or for SQLite when it is empty. Raises ValueError on another scheme."""
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        # What does not fit into memory while it is sorted (names of children among it) stays in the data folder.
        os.environ.setdefault("SQLITE_TMPDIR", str(data_dir))
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data_dir / "notoneless.sqlite3",
            "OPTIONS": dict(SQLITE_OPTIONS),
            # Opening the file and setting it up takes longer than most questions to it: each thread keeps its own.
            "CONN_MAX_AGE": 60,
            "ATOMIC_REQUESTS": False,
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"NOTONELESS_DATABASE_URL: expected postgres://…, got {parts.scheme}://…")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "notoneless",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A socket folder may be given as ?host=/folder, as libpq does it.
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
