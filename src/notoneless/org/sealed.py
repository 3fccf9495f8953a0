"""A text column whose value is sealed and bound to its table, column and row.

A value copied into another row, column or table does not open. The row's primary key must therefore be known before
saving: models with a sealed column make their own keys (an id or a UUID). Values are opened only when the attribute
is read, so a list that does not show them costs nothing. `QuerySet.update`, `bulk_update` and lookups by value are
refused: write through instances (`save`, `bulk_create`, also with `update_conflicts`), search by a hash column
(`index`).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from notoneless.common import resident_id
from notoneless.org.keys import keyring

ID_PURPOSE = "id_no"


def index(text: str, purpose: str) -> str:
    """Keyed hash for a hash column, 32 hex characters; "" stays "". ID numbers are normalised first."""
    plain = normalised(text, purpose)
    return keyring().index(plain, purpose) if plain else ""


def index_all(texts: Iterable[str], purpose: str) -> list[str]:
    """`index` of many texts."""
    hashed = keyring().hasher(purpose)
    return [hashed(plain) if (plain := normalised(text, purpose)) else "" for text in texts]


def indexes(text: str, purpose: str) -> list[str]:
    """All hashes under which `text` may stand while search keys are being changed: use with `__in`."""
    plain = normalised(text, purpose)
    return keyring().indexes(plain, purpose) if plain else []


def normalised(text: str, purpose: str) -> str:
    """The one spelling that is hashed: no blanks, capital letters, ID numbers of 15 digits lengthened to 18."""
    plain = "".join(text.split()).upper()
    if purpose != ID_PURPOSE:
        return plain
    parsed = resident_id.parse(plain)
    return parsed.value if parsed.state == "valid" else plain


class Sealed(bytes):
    """A sealed value as it stands in the database."""


class SealedAttribute(DeferredAttribute):
    """Opens the value when it is read; keeps what was set until then."""

    def __get__(self, instance: models.Model | None, owner: type[models.Model] | None = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.field.attname)
        if self.field.attname not in instance.__dict__:
            super().__get__(instance, owner)  # a deferred column: fetches it into __dict__
            value = instance.__dict__[self.field.attname]
        if isinstance(value, Sealed):
            value = _open(value, instance, self.field)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.BinaryField):
    """Text sealed at rest; "" is stored as no bytes and shows only that nothing is known."""

    description = "Sealed text"
    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if kwargs.get("default") == "":
            del kwargs["default"]
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | Sealed | None:
        if value is None:
            return None
        return Sealed(value) if len(value) else ""

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        if value == "":
            return Sealed()
        return seal_text(type(instance), self.column, _key_of(instance, self), value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(
                f"{self.name} is sealed to its row: write it through an instance, search by its hash column"
            )
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def _check_str_default_value(self) -> list[CheckMessage]:
        return []  # stored as bytes, but a value is text until it is sealed

    def get_default(self) -> str:
        return str(super(models.BinaryField, self).get_default() or "")

    def value_to_string(self, obj: models.Model) -> str:
        """For dumps: the sealed bytes, never the plain text."""
        raw = self.pre_save(obj, False)
        return "" if raw is None else bytes(raw).hex()


def seal_text(model: type[models.Model], column: str, key: object, value: str) -> Sealed:
    """What a sealed column holds for `value` in the row with this primary key; "" is stored as no bytes."""
    return Sealed(keyring().seal(value.encode(), _aad(model, column, key))) if value else Sealed()


def seal_all(model: type[models.Model], column: str, keys: Iterable[object], values: Sequence[str]) -> list[Sealed]:
    """`seal_text` of many rows, their primary keys in the same order."""
    place = _aad(model, column, "")
    waiting = [(value.encode(), place + str(key).encode()) for key, value in zip(keys, values, strict=True) if value]
    sealed = map(Sealed, keyring().seal_all(waiting))
    return [next(sealed) if value else Sealed() for value in values]


def _aad(model: type[models.Model], column: str, key: object) -> bytes:
    return f"{model._meta.db_table}|{column}|{key}".encode()


def _key_of(instance: models.Model, field: models.Field) -> object:
    if instance.pk in (None, ""):
        raise FieldError(f"{field.name} is sealed to its row: the primary key must be set first")
    return instance.pk


def _open(value: Sealed, instance: models.Model, field: models.Field) -> str:
    return keyring().open_sealed(bytes(value), _aad(type(instance), field.column, _key_of(instance, field))).decode()
