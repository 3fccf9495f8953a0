"""A list of 50,000 rows on screen: from the click on 上传并核对 to the counts, in a real browser, with its progress.

    python bench/on_screen.py [--rows 50000] [--seed 20260901]

A fresh site with its worker is started in a folder of its own (server, worker and browser share the machine); an
invented 户籍 workbook of nine columns, one village in four misspelt, is uploaded as a clerk does it. Measured: until the
file is received, until the result stands on the page, every stand of the progress bar that was seen, and the same
again after one suggestion was accepted. Needs chromium. Results go to bench/results/on-screen.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
RESULTS = ROOT / "bench" / "results" / "on-screen.json"
TARGET_SECONDS = 15
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "一二三四五六七八九十春夏秋冬明强花丽军兰"
VILLAGES = ["柳行岔村", "柳行岔村", "柳行岔村", "柳行叉村"]
HEADER = ["户号", "姓名", "性别", "民族", "出生日期", "公民身份号码", "与户主关系", "户籍地址", "户籍状态"]
LIBRARIES = ("python-calamine", "django", "playwright")
PATIENCE = 300_000  # milliseconds: a slow machine is measured, not cut off


def main() -> None:
    """Measure once and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=20260901)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="notoneless-bench-"))
    try:
        book = folder / "户籍.xlsx"
        write_list(book, arguments.rows, arguments.seed)
        report = machine(arguments.rows, arguments.seed) | measure(folder, book)
    finally:
        shutil.rmtree(folder)
    report["target_met"] = report["checked_seconds"] <= TARGET_SECONDS
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


def write_list(path: Path, rows: int, seed: int) -> None:
    """An invented 户籍 list as a spreadsheet writes it, numbers as text."""
    import xlsxwriter

    from notoneless.common.resident_id import check_digit

    chance = random.Random(seed)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("户籍")
        sheet.write_row(0, 0, HEADER)
        for row in range(1, rows + 1):
            birth = f"{chance.randint(2009, 2023)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
            body = f"371321{birth}{row % 1000:03d}"
            name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
            cells = [
                f"H{row // 3:06d}", name, "男" if row % 2 else "女", "汉族", f"{birth[:4]}-{birth[4:6]}-{birth[6:]}",
                body + check_digit(body), "子女", f"沂南县岸堤镇{chance.choice(VILLAGES)}", "正常",
            ]  # fmt: skip
            sheet.write_row(row, 0, cells)


def measure(folder: Path, book: Path) -> dict[str, Any]:
    """Start a site, upload, and watch the page."""
    data = folder / "data"
    environment = {**os.environ, "NOTONELESS_DATA": str(data), "DJANGO_SETTINGS_MODULE": "notoneless.settings.local"}
    environment["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'src'}"
    password = prepare(environment)
    port = free_port()
    command = [sys.executable, "-m", "notoneless.cli.main", "serve", "--port", str(port)]
    site = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        return watch(f"http://127.0.0.1:{port}", password, book)
    finally:
        site.terminate()
        site.wait(timeout=60)


def prepare(environment: dict[str, str]) -> str:
    """Places and one clerk in a new database, as the tests make them; gives the password."""
    code = (
        "import django; django.setup()\n"
        "from notoneless.cli import start; start.prepare_database()\n"
        "from tests.lib.cast import PASSWORD, make_cast; make_cast(); print(PASSWORD)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def watch(base: str, password: str, book: Path) -> dict[str, Any]:
    """What the clerk sees, with the seconds since the click."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(base_url=base, locale="zh-CN").new_page()
        page.set_default_timeout(PATIENCE)
        page.goto("/login/")
        page.get_by_label("账号").fill("clerk")
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/")
        page.goto("/roster/upload/")
        page.locator("input[type=file]").set_input_files(str(book))
        page.get_by_label("送达单位").fill("县公安局户政科")
        started = time.monotonic()
        page.get_by_role("button", name="上传并核对").click()
        page.wait_for_url("**/roster/draft/*/")
        received = time.monotonic() - started
        seen = progress_until_counts(page)
        checked = time.monotonic() - started
        again = time.monotonic()
        page.get_by_role("row", name="柳行叉村").get_by_role("button").click()
        page.get_by_role("heading", name="已接受的更正").wait_for()
        corrected = time.monotonic() - again
        browser.close()
    return {
        "received_seconds": round(received, 1),
        "checked_seconds": round(checked, 1),
        "corrected_seconds": round(corrected, 1),
        "progress_seen": seen,
    }


def progress_until_counts(page: Any) -> list[str]:
    """The different stands of the progress line until the counts are there."""
    seen: list[str] = []
    counts = page.get_by_text("读入 ")
    while not counts.count():
        for line in page.locator("main p[role=status]").all_inner_texts():
            if line not in seen:
                seen.append(line)
        page.wait_for_timeout(100)
    return seen


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Until the site answers; a minute at most."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the site did not start")


def machine(rows: int, seed: int) -> dict[str, Any]:
    """Where and with what it was measured."""
    return {
        "rows": rows,
        "seed": seed,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "load": [round(value, 1) for value in os.getloadavg()],
    }


if __name__ == "__main__":
    main()
