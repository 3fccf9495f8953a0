"""Fetch the front-end files that the desk serves itself and write their versions and SHA-256 list.

Run by hand when a version changes: ``python tools/update_vendor.py`` (needs npm; running and testing do not).
The ``sourceMappingURL`` line is cut off: the map is not shipped, and collectstatic refuses a file that names it.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "src/notoneless/web/shell/static/vendor"
# package@version → path inside the package: name here
WANTED = {
    "htmx.org@2.0.11": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE"},
    "bootstrap@5.3.9": {"dist/css/bootstrap.min.css": "bootstrap.min.css", "LICENSE": "bootstrap.LICENSE"},
}
SOURCE_MAP = re.compile(rb"\n?(/\*#|//#) sourceMappingURL=\S+( \*/)?\s*$")


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    lines = ["# package@version  file  sha256 (written by tools/update_vendor.py)"]
    for package, files in WANTED.items():
        with tempfile.TemporaryDirectory() as folder:
            archive = fetch(package, Path(folder))
            for inside, name in files.items():
                data = SOURCE_MAP.sub(b"\n", read_member(archive, inside))
                (VENDOR / name).write_bytes(data)
                lines.append(f"{package}  {name}  {hashlib.sha256(data).hexdigest()}")
    (VENDOR / "VERSIONS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def fetch(package: str, folder: Path) -> Path:
    """Download one npm package into ``folder``; returns the path of its archive."""
    subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def read_member(archive: Path, inside: str) -> bytes:
    """The bytes of one file of an npm archive; raises KeyError when the package does not hold it."""
    with tarfile.open(archive) as opened:
        member = opened.extractfile(f"package/{inside}")
        if member is None:
            raise KeyError(inside)
        return member.read()


if __name__ == "__main__":
    main()
