"""Text that both databases compare and sort by its bytes, so that "begins with" and the order come from one index.

SQLite does so by itself. PostgreSQL sorts by the collation of the database unless the column says otherwise; and for
Django's ``startswith`` (LIKE) SQLite uses no index at all.
"""

from __future__ import annotations

from typing import Any

from django.db import models

LAST = chr(0x10FFFF)
"""Follows every character, so that ``prefix + LAST`` lies behind all that begins with the prefix."""


class ByteOrderField(models.CharField):
    """A CharField in byte order, with the lookup ``begins``."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        """As for any text, with PostgreSQL's collation of bytes."""
        found = dict(super().db_parameters(connection))
        return found | {"collation": "C"} if connection.vendor == "postgresql" else found


@ByteOrderField.register_lookup
class Begins(models.Lookup):
    """``field__begins="王"``; an empty prefix fits everything."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, values = self.process_lhs(compiler, connection)
        return f"({column} >= %s AND {column} < %s)", [*values, self.rhs, *values, f"{self.rhs}{LAST}"]
