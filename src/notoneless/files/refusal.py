"""How the guarded child says no: a code and values, without the catalog (loading it would cost each child 0.2 s)."""

from typing import Any


class Refused(Exception):
    """A file is not read. The parent makes a Fault of ``code``, ``values`` and ``detail`` (see common/errors.py)."""

    def __init__(self, code: str, *, detail: str = "", **values: Any) -> None:
        super().__init__(code, detail, values)
        self.code = code
        self.detail = detail
        self.values = values
