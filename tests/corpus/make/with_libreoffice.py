"""LibreOffice/: lists opened and saved again by LibreOffice Calc, as an office without Excel does.

`PYTHONPATH=src:. python -m tests.corpus.make.with_libreoffice` needs `soffice` (Debian: libreoffice-calc). Its files
are committed, what is there already stays; no test needs LibreOffice.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.corpus.make import cells, headers, kinds, lines, pages
from tests.corpus.make.__main__ import FOLDER
from tests.corpus.make.lists import grid
from tests.corpus.make.writing import html_table, text_file, xlsx

# Its numbers of character sets: 85 is GB18030, 65535 is UTF-16.
GB18030_CSV = "csv:Text - txt - csv (StarCalc):44,34,85,1,,0,false,true"
UTF16_TEXT = "txt:Text - txt - csv (StarCalc):9,34,65535,1,,0,false,true"
OPENED_AS = {".csv": "Text - txt - csv (StarCalc):44,34,85", ".html": "HTML (StarCalc)"}
SOURCES: dict[str, tuple[str, bytes, str]] = {
    "户籍另存.xlsx": ("xlsx", xlsx(grid("户籍")), "xlsx"),
    "户籍另存.xls": ("xlsx", xlsx(grid("户籍")), "xls"),
    "户籍另存.csv": ("xlsx", xlsx(grid("户籍")), GB18030_CSV),
    "户籍另存.txt": ("xlsx", xlsx(grid("户籍")), UTF16_TEXT),
    "户籍另存.ods": ("xlsx", xlsx(grid("户籍")), "ods"),
    "户籍另存.pdf": ("xlsx", xlsx(grid("户籍")), "pdf"),
    "户籍另存.html": ("xlsx", xlsx(grid("户籍")), "html"),
    "两行合并另存.xlsx": ("xlsx", xlsx(headers.grouped_under_titles()), "xlsx"),
    "两行合并另存.xls": ("xlsx", xlsx(headers.grouped_under_titles()), "xls"),
    "三个班另存.xlsx": ("xlsx", xlsx(*pages.class_lists()), "xlsx"),
    "隐藏行另存.xlsx": ("xlsx", xlsx(*[pages.Page(grid("户籍"), "名单", hidden_rows=[2, 5])]), "xlsx"),
    "日期另存.xlsx": ("xlsx", xlsx(cells.real_dates('yyyy"年"m"月"d"日"')), "xlsx"),
    "日期一九〇四另存.xls": ("xlsx", xlsx(cells.real_dates("yyyy/m/d"), date_1904=True), "xls"),
    "公式算过.xlsx": ("xlsx", xlsx(lines.numbered(True)), "xlsx"),
    "打开CSV再存.xlsx": ("csv", text_file(grid("户籍"), "gb18030"), "xlsx"),
    "打开网页再存.xlsx": ("html", html_table(grid("户籍")), "xlsx"),
    "国网导出另存.xls": ("xlsx", xlsx(kinds.national_export()), "xls"),
    "生僻字另存.xls": ("xlsx", xlsx(cells.names()), "xls"),
}  # fmt: skip


def main() -> None:
    target = FOLDER / "LibreOffice"
    target.mkdir(parents=True, exist_ok=True)
    for name, (suffix, data, form) in SOURCES.items():
        if (target / name).exists():
            continue
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / f"source.{suffix}"
            source.write_bytes(data)
            convert(source, form, Path(folder))
            (target / name).write_bytes((Path(folder) / f"source.{form.split(':')[0]}").read_bytes())
        sys.stdout.write(f"{name}\n")


def convert(source: Path, form: str, folder: Path) -> None:
    """Let LibreOffice save ``source`` as ``form`` beside it; a csv is opened as people do, by double click."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    opening = [f"--infilter={OPENED_AS[source.suffix]}"] if source.suffix in OPENED_AS else []
    command = [
        "soffice",
        profile,
        "--headless",
        *opening,
        "--convert-to",
        form,
        "--outdir",
        f"{folder}/out",
        str(source),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    made = next((folder / "out").iterdir())
    made.rename(folder / made.name)


if __name__ == "__main__":
    main()
