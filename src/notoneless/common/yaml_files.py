"""Read YAML files with the parser written in C where there is one: a command reads forty definitions at its start, and
in Python alone that takes longer than importing a small list.
"""

from pathlib import Path
from typing import Any

import yaml

FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Plain data only, like SafeLoader."""


def read_yaml(path: Path) -> Any:
    """The content of one file. Raises yaml.YAMLError when it is no YAML."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=FastLoader)
