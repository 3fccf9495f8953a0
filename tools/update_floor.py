#!/usr/bin/env python3
"""Write tests/unit/web/newer_than_floor.json: what of CSS, JavaScript and HTML arrived after Chromium 86, and when.

Source: MDN's browser-compat-data (CC0), the file data.json of the npm package @mdn/browser-compat-data:
    npm pack @mdn/browser-compat-data && tar xzf *.tgz && python3 tools/update_floor.py package/data.json
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FLOOR = 86
TARGET = Path(__file__).resolve().parents[1] / "tests" / "unit" / "web" / "newer_than_floor.json"
FUNCTION = re.compile(r"<code>([a-z-]+)\(\)</code>")
NAME = re.compile(r"[a-z][a-z0-9-]*")
UNITS = dict.fromkeys(("dvh", "dvw", "dvi", "dvb", "dvmin", "dvmax", "svh", "svw", "lvh", "lvw"), 108) | {
    "cqw": 105, "cqh": 105, "cqi": 105, "cqb": 105, "cqmin": 105, "cqmax": 105, "lh": 109, "rlh": 111, "ic": 106, "cap": 118,
}  # fmt: skip
"""The data name units in sentences; versions from its css.types.length."""


def main() -> int:
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    css, html = data["css"], data["html"]
    found = {
        "css_properties": newer(css["properties"]),
        "css_values": {f"{name}: {value}": version for name, value, version in values(css["properties"])},
        "css_selectors": newer(css["selectors"]),
        "css_at_rules": newer(css["at-rules"]),
        "css_media": newer(css["at-rules"]["media"]),
        "css_functions": dict(functions(css["types"])),
        "css_units": UNITS,
        "js_names": js_names(data),
        "html_elements": newer(html["elements"]),
        "html_attributes": newer(html["global_attributes"]) | attributes(html["elements"]),
    }
    head = {"source": f"@mdn/browser-compat-data {data['__meta']['version']}", "floor": FLOOR}
    TARGET.write_text(json.dumps(head | found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def since(node: dict[str, Any]) -> int | None:
    """The Chrome version that has the feature under this name (perhaps in part) and without a switch; None when no version has it."""
    support = node.get("__compat", {}).get("support", {}).get("chrome", {})
    entries = support if isinstance(support, list) else [support]
    plain = [one for one in entries if not {"flags", "prefix", "alternative_name"} & one.keys()]
    added = [str(one.get("version_added", "")).removeprefix("≤") for one in plain]
    return min((int(one) for one in added if one.isdigit()), default=None)


def newer(nodes: dict[str, Any]) -> dict[str, int]:
    dated = {name: since(node) for name, node in nodes.items() if name != "__compat"}
    return {name: version for name, version in dated.items() if version is not None and version > FLOOR}


def values(properties: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    for name, node in properties.items():
        if (since(node) or FLOOR + 1) <= FLOOR:
            yield from ((name, value, version) for value, version in newer(node).items() if NAME.fullmatch(value))


def functions(node: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for key, below in node.items():
        if key != "__compat" and isinstance(below, dict):
            told, version = FUNCTION.search(below.get("__compat", {}).get("description", "")), since(below)
            if told and version is not None and version > FLOOR:
                yield told[1], version
            yield from functions(below)


def js_names(data: dict[str, Any]) -> dict[str, int]:
    """Names of built-in objects and their members, that no older object has too."""
    first: dict[str, int] = {}
    for interface, node in [*data["javascript"]["builtins"].items(), *data["api"].items()]:
        for name, below in [(interface, node), *node.items()]:
            plain = name.removesuffix("_static").removesuffix("_event")
            version = since(below) if name != "__compat" else None
            if version is not None and re.fullmatch(r"[A-Za-z]\w+", plain):
                first[plain] = min(version, first.get(plain, version))
    return {name: version for name, version in first.items() if version > FLOOR}


def attributes(elements: dict[str, Any]) -> dict[str, int]:
    """Attributes new with every element that has them."""
    first: dict[str, int] = {}
    for element in elements.values():
        for name, node in element.items():
            version = since(node) if name != "__compat" else None
            if version is not None and NAME.fullmatch(name):
                first[name] = min(version, first.get(name, version))
    return {name: version for name, version in first.items() if version > FLOOR}


if __name__ == "__main__":
    sys.exit(main())
