"""Write a whole synthetic township, county or city as departments would send it, with its truth file.

Every person is invented; places are real. The same arguments give the same bytes.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml

from notoneless.common.workers import worker_pool
from notoneless.demo import aid, fates, lists, promises, school_lists, sending
from notoneless.demo.desk import Body, Desk, FileKey
from notoneless.demo.people import Block
from notoneless.demo.places import County, Township, load_counties
from notoneless.demo.truth import TruthWriter

Size = Literal["township", "county", "city"]
Progress = Callable[[str, int, int], None]

DEFAULT_AS_OF = date(2026, 11, 20)
SHOWN_COUNTY, SHOWN_TOWNSHIP = "371321000000", "371321101000"
_CHILDREN = {"township": 2_700, "county": 110_000, "city": 2_200_000}
_KEYS_PER_BLOCK = 1_000_000


@dataclass(frozen=True)
class CountyFile:
    """One written file and what must be said when it is imported."""

    path: Path
    kind: str
    sender: str
    as_of: date
    legal_basis: str
    place_code: str


@dataclass(frozen=True)
class CountyFiles:
    """All files of a synthetic county and the folder that holds the truth."""

    files: list[CountyFile]
    truth_path: Path


@dataclass(frozen=True)
class _Order:
    """What a worker needs to make one township."""

    size: Size
    seed: str
    as_of: date
    folder: Path
    places: list[tuple[str, int]]


@dataclass
class _Made:
    """What a worker hands back: the bodies of its part of each file and its broken promises."""

    bodies: list[Body]
    planted: list[dict[str, Any]]
    register_rows: int
    children: int


def write_county(
    folder: Path | str,
    size: Size = "township",
    seed: int | str = 20260901,
    as_of: date = DEFAULT_AS_OF,
    progress: Progress | None = None,
    processes: int = 2,
) -> CountyFiles:
    """Write the lists of a synthetic township (2,700 children), county (110,000) or city (2.2 million).

    ``folder`` is made; files already in it are replaced. ``progress(stage, done, total)`` is called per township.
    Returns the files with sender, kind and as-of day, and the folder of the truth file.
    Raises ValueError for an unknown size. The bytes do not depend on ``processes``.
    """
    if size not in _CHILDREN:
        raise ValueError(f"size must be one of {', '.join(_CHILDREN)}, not {size!r}")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=target, prefix=".parts-") as parts,
        TruthWriter(target / "truth") as truth,
        sending.Post(target, size, str(seed), as_of, truth) as post,
    ):
        order = _Order(size, str(seed), as_of, Path(parts), _children_by_township(size, str(seed)))
        totals = _send_townships(order, processes, post, truth, progress)
        sent = post.close()
        note = {"seed": str(seed), "size": size, "as_of": as_of.isoformat(), **totals}
        truth.close({**note, "files": {f.path.name: {"kind": f.kind, "sender": f.sender} for f in sent}})
    files = [CountyFile(f.path, f.kind, f.sender, as_of, f.legal_basis, f.place_code) for f in sent]
    return CountyFiles(files, target / "truth")


def _send_townships(
    order: _Order, processes: int, post: sending.Post, truth: TruthWriter, progress: Progress | None
) -> dict[str, int]:
    """Make every township and hand its bodies to the post, its faults to the truth; return the totals."""
    counties = _counties(order)
    post.expect(counties, SHOWN_TOWNSHIP if order.size == "township" else "")
    totals = {"children": 0, "register_rows": 0}
    for done, made in enumerate(_make_all(order, processes), 1):
        post.take(made.bodies)
        truth.add_planted(made.planted)
        totals["children"] += made.children
        totals["register_rows"] += made.register_rows
        if progress:
            progress("写出名册", done, len(order.places))
    _add_directories(post, counties, dict(order.places))
    return totals


def _add_directories(post: sending.Post, counties: list[County], shown: dict[str, int]) -> None:
    """Send each county's directory: the schools of the townships shown and those of the county town."""
    for county in counties:
        townships = {township.code for township in county.townships if township.code in shown}
        if townships:
            town = {school.code for school in county.town_schools()}
            schools = [s for s in county.schools() if s.township in townships or s.code in town]
            post.add_directory(county, schools)


def content_digest(files: CountyFiles) -> str:
    """Return one SHA-256 over the bytes of all written lists, in order of their names."""
    digest = hashlib.sha256()
    for file in sorted(files.files, key=lambda f: f.path.name):
        digest.update(file.path.name.encode())
        with file.path.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()


def _make_all(order: _Order, processes: int) -> Iterator[_Made]:
    """Yield the townships in order, made one after the other or on several processors."""
    codes = [code for code, _ in order.places]
    if len(codes) == 1 or processes < 2:
        yield from map(partial(_make, order), codes)
        return
    with worker_pool(processes) as pool:
        yield from pool.map(partial(_make, order), codes)


def _make(order: _Order, code: str) -> _Made:
    """Make one township: its people, their fates, its lists and its broken promises."""
    wanted = dict(order.places)[code]
    counties = _counties(order)
    townships = [township for county in counties for township in county.townships]
    number = next(i for i, township in enumerate(townships) if township.code == code)
    block = Block(townships[number], wanted, _school_year(order.as_of), order.seed, (number + 1) * _KEYS_PER_BLOCK)
    rates = load_rates()
    floor = order.size == "township"
    fates.settle_fates(block, rates, order.as_of, floor)
    scheme = _scheme(block.township.county.code[:6], order.as_of)
    payments = aid.pay(block, scheme, rates, floor)
    parts = order.folder / code
    parts.mkdir()
    desk = Desk(order.seed, parts, partial(_is_big, order.size))
    _write_lists(lists.Pen(block, rates, order.as_of, desk, order.seed), payments, order.size)
    planted = promises.broken_promises(block, payments, scheme, order.as_of)
    people = sum(len(home.members) for home in block.households)
    children = sum(3 <= fates.life_of(child).age <= 14 for child in block.children)
    return _Made(desk.close(), planted, people, children)


def _write_lists(pen: lists.Pen, payments: list[aid.Payment], size: Size) -> None:
    lists.write_register(pen)
    school_lists.write_roll(pen)
    school_lists.write_head_count(pen, {"township": "school", "county": "township", "city": "county"}[size])
    lists.write_poverty(pen)
    lists.write_disability(pen)
    lists.write_civil_affairs(pen)
    lists.write_medical_insurance(pen)
    lists.write_social_insurance(pen)
    school_lists.write_aid(pen, payments)
    school_lists.write_doorstep(pen)


def _is_big(size: Size, key: FileKey) -> bool:
    """Return whether a list is too long for a workbook and is sent as csv."""
    if size == "township":
        return key.kind in ("medical_insurance", "low_income")
    big = {"hukou", "school_roll", "head_count", "medical_insurance", "doorstep", "low_income"}
    return key.kind in big or (size == "city" and key.kind in ("poverty", "aid_paid"))


def _school_year(as_of: date) -> int:
    return as_of.year if as_of.month >= 9 else as_of.year - 1


@cache
def load_rates() -> dict[str, Any]:
    """Return the base rates of situations and of errors (``rates.yaml``)."""
    text = resources.files("notoneless.demo").joinpath("rates.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def _scheme(region: str, as_of: date) -> aid.Scheme:
    return aid.Scheme(region, as_of)


def _counties(order: _Order) -> list[County]:
    return _cached_counties(order.seed, tuple(order.places))


@cache
def _cached_counties(seed: str, places: tuple[tuple[str, int], ...]) -> list[County]:
    return load_counties(seed, dict(places))


def _children_by_township(size: Size, seed: str) -> list[tuple[str, int]]:
    """Return how many children of 3 to 14 each township shall have, by its number of villages."""
    townships: list[Township] = [t for county in load_counties(seed, {}) for t in county.townships]
    if size == "township":
        townships = [t for t in townships if t.code == SHOWN_TOWNSHIP]
    elif size == "county":
        townships = [t for t in townships if t.county.code == SHOWN_COUNTY]
    weights = [len(t.villages) + (30 if t.name.endswith("街道") else 0) for t in townships]
    share = _CHILDREN[size] / sum(weights)
    return [(t.code, round(weight * share)) for t, weight in zip(townships, weights, strict=True)]
