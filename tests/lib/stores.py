"""The two databases as an outsider sees them: plain SQL, no Django. Used by tests that kill the program."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Protocol

import psycopg

SETTLING = 20.0
"""Seconds within which a server notices that its client was killed."""


class Store(Protocol):
    """A database under test."""

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """What a statement gives; ``?`` stands for a value."""

    def fingerprint(self) -> str:
        """One hash over every row of every table: equal only if nothing at all was written."""

    def check(self) -> None:
        """No half pages, no row that points nowhere, nobody still at work."""


class SqliteStore:
    """One file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self._path)) as database:
            return database.execute(sql, values).fetchall()

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        with closing(sqlite3.connect(self._path)) as database:
            for line in database.iterdump():
                digest.update(line.encode())
        return digest.hexdigest()

    def check(self) -> None:
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        assert self.rows("PRAGMA foreign_key_check") == []


class PostgresStore:
    """A server; what a killed client had begun is decided only once the server has noticed."""

    def __init__(self, url: str) -> None:
        self._url = url

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self._url, autocommit=True) as database:
            self._settle(database)
            return database.execute(sql.replace("?", "%s").encode(), values).fetchall()

    def fingerprint(self) -> str:
        tables = [str(row[0]) for row in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        digest = hashlib.sha256()
        for table in sorted(tables):
            sql = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t"
            digest.update(f"{table}{self.rows(sql)}".encode())
        return digest.hexdigest()

    def check(self) -> None:
        assert self.rows("SELECT conname FROM pg_constraint WHERE NOT convalidated") == []

    @staticmethod
    def _settle(database: psycopg.Connection) -> None:
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        until = time.monotonic() + SETTLING
        while database.execute(others).fetchone() != (0,):
            assert time.monotonic() < until, "a killed command is still at work in the database"
            time.sleep(0.01)
