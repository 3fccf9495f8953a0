"""Start the program for a command: settings, database, the person in whose name the command acts."""

from __future__ import annotations

import datetime as dt
import os

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from notoneless.common.errors import Fault

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notoneless.settings.local")
django.setup()


def prepare_database() -> None:
    """Bring an embedded database up to date; a production one is migrated by its operator (E902)."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if connection.vendor != "sqlite":
        raise Fault("E902", where="migrate")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)


def acting_user(username: str, role: str = "county_clerk") -> object:
    """The person whose rights and scope the command has: --by, or the only one with `role` (E903, E904)."""
    from notoneless.org.models import User
    from notoneless.org.roles import ROLES

    prepare_database()
    people = User.objects.filter(is_active=True)
    chosen = people.filter(username=username) if username else people.filter(role=role)
    found = list(chosen[:2])
    if len(found) != 1:
        raise Fault("E903" if username else "E904", where=username or "--by", role=ROLES[role].name)
    return found[0]


def now() -> dt.datetime:
    return timezone.now()


def today() -> dt.date:
    return timezone.localdate()
