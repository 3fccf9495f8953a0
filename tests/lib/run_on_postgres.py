"""`python tests/lib/run_on_postgres.py -m pytest tests/integration`.

Run a Python command on a throw-away PostgreSQL.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from postgres import throwaway_postgres


def main() -> int:
    """Start the server, run the command with NOTONELESS_DATABASE_URL set, stop the server.

    The command's exit code.
    """
    with throwaway_postgres() as url:
        return subprocess.run(
            [sys.executable, *sys.argv[1:]], env=os.environ | {"NOTONELESS_DATABASE_URL": url}
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
