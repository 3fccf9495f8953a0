"""The cast is made once per process by the real actions; later tests get the rows that it left, a tenth of the work."""

from __future__ import annotations

from django.core.management.color import no_style
from django.db import connection, models
from tests.lib.cast import Cast, make_cast

from notoneless.org.models import Grant, Place, School, User
from notoneless.trail.models import ChainHead, Event

MADE: list[type[models.Model]] = [Place, School, User, Grant, Event]
"""The tables that make_cast fills, each after those that it points to."""


class KeptCast:
    """Makes the cast the first time it is asked for, and writes the same rows again every other time."""

    def __init__(self) -> None:
        self._rows: list[list[models.Model]] = []
        self._people: dict[str, int] = {}

    def enter(self) -> Cast:
        """The cast in the database of this test, which must be empty."""
        if not self._rows:
            cast = make_cast()
            self._people = {name: user.pk for name, user in vars(cast).items()}
            self._rows = [list(model.objects.order_by("pk")) for model in MADE]
            self._head = ChainHead.objects.get()
            return cast
        for model, rows in zip(MADE, self._rows, strict=True):
            model.objects.bulk_create(rows)
        self._head.save()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), MADE):
                cursor.execute(statement)
        users = User.objects.in_bulk(self._people.values())
        return Cast(**{name: users[pk] for name, pk in self._people.items()})
