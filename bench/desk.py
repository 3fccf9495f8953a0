"""The desk at the size of a city: 2,200,000 children, 60,000 open cases, 32 people asking at once.

    python bench/desk.py [--database sqlite|postgresql] [--children 2200000] [--cases 60000] [--seed 20260901]

An invented city is written straight into the tables (desk_people.py), the site is started as ``notoneless serve`` runs
it, and this machine asks it over 127.0.0.1 (desk_load.py): ledger pages of a county and of the city, every filter, a page
a million rows deep beside the first one, searches, a big export. The server shares the machine with the one who asks (and
with PostgreSQL): CPU time per answer says more than wall time. Results go to bench/results/desk-<database>.json.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "bench"), str(ROOT / "tests" / "lib")]

from desk_load import HOST, Request, measure  # noqa: E402
from on_screen import free_port, wait_for  # noqa: E402
from postgres import throwaway_postgres  # noqa: E402

RESULTS = ROOT / "bench" / "results"
CONNECTIONS = 32
LIBRARIES = ("django", "waitress", "psycopg", "pyarrow")
OPTION = re.compile(r'<a class="option" href="(\?[^"]+)"')
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
TARGETS = {
    "county page": 150, "county page, each for the first time": 150, "city page": 200, "county filter": 200,
    "city filter": 200, "id search": 100, "name search": 200, "initials search": 200,
}  # fmt: skip
"""Scenario → milliseconds within which 95 of 100 answers should be there."""
PAGES_A_SECOND = 300
DEEPER_AT_MOST = 1.3
SURNAMES, LETTERS = "王李张刘陈杨赵黄周吴", "WLZCYHXS"


def main() -> None:
    """Build, serve, ask, write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--children", type=int, default=2_200_000)
    parser.add_argument("--cases", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=20260901)
    parser.add_argument("--requests", type=int, default=640, help="of each kind")
    parser.add_argument("--most-seconds", type=float, default=60, help="of each kind")
    parser.add_argument("--folder", type=Path, help="keep the data (SQLite) here and use it again")
    arguments = parser.parse_args()
    with database(arguments) as (folder, environment):
        report = machine(arguments)
        city = build(arguments, folder, environment)
        report["build_seconds"] = city["seconds"]
        with site(environment) as (port, pid):
            report |= ask(arguments, city, port, pid)
        report["export"] = export(environment)
    report["targets_met"] = judge(report)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    path = RESULTS / f"desk-{arguments.database}.json"
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


@contextmanager
def database(arguments: argparse.Namespace) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder and the environment of the site."""
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="notoneless-bench-"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NOTONELESS_")}
    environment |= {
        "NOTONELESS_DATA": str(folder / "data"), "NOTONELESS_REGION": "371300",
        "DJANGO_SETTINGS_MODULE": "notoneless.settings.local",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
    }  # fmt: skip
    try:
        if arguments.database == "sqlite":
            yield folder, environment
        else:
            with throwaway_postgres() as url:
                yield folder, environment | {"NOTONELESS_DATABASE_URL": url}
    finally:
        if arguments.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


def build(arguments: argparse.Namespace, folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """The city; one that lies in the folder already is used again."""
    kept = folder / "city.json"
    if kept.exists() and arguments.database == "sqlite":
        return dict(json.loads(kept.read_text("utf-8")))
    sizes = [f"--{name}={getattr(arguments, name)}" for name in ("children", "cases", "seed")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "desk_people.py"), *sizes],
        env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    told = done.stdout.strip().splitlines()[-1]
    kept.write_text(told, "utf-8")
    return dict(json.loads(told))


@contextmanager
def site(environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The port and the process of the site as ``notoneless serve`` runs it."""
    port = free_port()
    command = [sys.executable, "-m", "notoneless.cli.main", "serve", "--no-worker", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)


def ask(arguments: argparse.Namespace, city: dict[str, Any], port: int, pid: int) -> dict[str, Any]:
    """Every scenario, warmed up by a few requests."""
    chance = random.Random(arguments.seed)
    scenarios = requests_of(city, port, chance)
    found = {}
    for name, requests in scenarios.items():
        limits = {"count": arguments.requests, "most_seconds": arguments.most_seconds}
        warming = {"count": CONNECTIONS * 2, "most_seconds": arguments.most_seconds}
        measure(port, pid, requests[::-1], connections=CONNECTIONS, **warming)  # from the other end
        found[name] = measure(port, pid, requests, connections=CONNECTIONS, **limits).to_dict()
        print(name, found[name], file=sys.stderr, flush=True)
    first, deep = deep_pages(city, port, pid)
    return {
        "scenarios": found,
        "first_page": first,
        "deep_page": deep,
        "deep_over_first": round(deep["server_cpu_ms"] / first["server_cpu_ms"], 2),
        "weight": weigh(port, city),
    }


def requests_of(city: dict[str, Any], port: int, chance: random.Random) -> dict[str, list[Request]]:
    """Scenario → what is asked in turn."""
    cookies: dict[str, str] = city["cookies"]
    counties = [cookie for name, cookie in cookies.items() if name.startswith("county")]
    page, whole = "/ledger/school_age/", cookies["city"]
    return {
        "county page": [Request(page, cookie) for cookie in counties],
        "county page, each for the first time": [
            Request(f"{page}?n={n}", counties[n % len(counties)]) for n in range(10_000)
        ],
        "city page": [Request(page, whole)],
        "suspected page": [Request("/ledger/suspected/", cookie) for cookie in counties],
        "home": [Request("/", cookie) for cookie in counties],
        "county filter": [one for cookie in counties for one in filters(port, cookie, chance, 60)],
        "city filter": filters(port, whole, chance, 720),
        "id search": [Request("/child/find/", cookie, f"q={number}") for cookie in counties for number in city["numbers"][:30]],
        "name search": [Request(f"/child/?q={quote(one + two)}", cookie) for cookie in counties for one in SURNAMES for two in ("", "伟")],
        "initials search": [Request(f"/child/?q={one}{two}", cookie) for cookie in counties for one in LETTERS for two in LETTERS],
    }  # fmt: skip


def filters(port: int, cookie: str, chance: random.Random, number: int) -> list[Request]:
    """Values of the panel, one or two at once, in both age ledgers and the ledger of suspects."""
    found = []
    for ledger in ("school_age", "preschool", "suspected"):
        address = f"/ledger/{ledger}/"
        options = [one.replace("&amp;", "&") for one in OPTION.findall(fetch(port, address, cookie).decode())]
        chosen = [chance.sample(options, chance.choice((1, 2))) for _ in range(number // 3)]
        found += [
            Request(address + "&".join(["".join(one[:1]), *(two[1:] for two in one[1:])]), cookie) for one in chosen
        ]
    chance.shuffle(found)
    return found


def deep_pages(city: dict[str, Any], port: int, pid: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The city's first page and pages a million rows deep, by turns, one after the other."""
    cookie = city["cookies"]["city"]
    deep = [Request(f"/ledger/school_age/?after={token(mark)}", cookie) for mark in city["deep"]]
    firsts = [Request(f"/ledger/school_age/?size=50&n={n}", cookie) for n in range(len(deep))]
    limits = {"connections": 1, "count": len(deep), "most_seconds": 120}
    return measure(port, pid, firsts, **limits).to_dict(), measure(port, pid, deep, **limits).to_dict()


def token(mark: Sequence[str]) -> str:
    """A place in the order as the address of a page carries it."""
    return base64.urlsafe_b64encode(json.dumps(mark).encode()).decode().rstrip("=")


def weigh(port: int, city: dict[str, Any]) -> dict[str, int]:
    """Compressed bytes of the county page, its styles, its scripts."""
    cookie = city["cookies"]["county0"]
    html = fetch(port, "/ledger/school_age/", cookie)
    static = {one: fetch(port, one, cookie) for one in set(STATIC.findall(html.decode()))}
    sizes = {
        kind: sum(len(gzip.compress(body)) for path, body in static.items() if path.endswith(kind))
        for kind in ("css", "js")
    }
    return {
        "html": len(html),
        "html_gzip": len(gzip.compress(html)),
        **{f"{kind}_gzip": size for kind, size in sizes.items()},
    }


def fetch(port: int, path: str, cookie: str) -> bytes:
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", headers={"Cookie": f"sessionid={cookie}"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return bytes(answer.read())


def export(environment: dict[str, str]) -> dict[str, Any]:
    """200,000 rows of the city's ledger as a workbook, in a process of its own: seconds and memory."""
    command = [sys.executable, str(ROOT / "bench" / "desk_export.py"), "200000", "20000"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def judge(report: dict[str, Any]) -> dict[str, bool]:
    """Target → whether it was met, by wall time on this machine as it was."""
    found = report["scenarios"]
    met = {name: found[name]["p95_ms"] <= most for name, most in TARGETS.items() if name in found}
    met["county pages a second"] = found["county page"]["per_second"] >= PAGES_A_SECOND
    met["deep page"] = report["deep_over_first"] <= DEEPER_AT_MOST
    met["export"] = report["export"]["seconds"] <= 30
    return met


def machine(arguments: argparse.Namespace) -> dict[str, Any]:
    """Where, with what and on how much it was measured."""
    return {
        "database": arguments.database,
        "children": arguments.children,
        "cases": arguments.cases,
        "seed": arguments.seed,
        "connections": CONNECTIONS,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "system": platform.platform(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "load_at_start": [round(value, 1) for value in os.getloadavg()],
        "date": time.strftime("%Y-%m-%d"),
    }


if __name__ == "__main__":
    main()
