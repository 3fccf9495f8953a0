"""Every model says of each of its fields whether it is about a person; a forgotten field fails here."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from notoneless.org.sealed import SealedTextField

OURS = [model for model in apps.get_models() if model.__module__.startswith("notoneless.")]


def names_of(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields() if field.concrete}


def test_there_are_models_of_all_stages() -> None:
    assert {model._meta.app_label for model in OURS} >= {"org", "trail", "roster", "link", "check", "case", "jobs"}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_each_field_is_personal_or_safe_and_not_both(model: type[models.Model]) -> None:
    privacy = model.__dict__.get("Privacy")
    assert privacy is not None, f"{model.__name__} has no Privacy class"
    personal, safe = set(privacy.personal), set(privacy.safe)
    assert personal & safe == set()
    assert names_of(model) - personal - safe == set(), "neither personal nor safe"
    assert (personal | safe) - names_of(model) == set(), "listed but not a field"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_whatever_is_sealed_is_personal(model: type[models.Model]) -> None:
    sealed = {field.name for field in model._meta.get_fields() if isinstance(field, SealedTextField)}
    assert sealed <= set(model.Privacy.personal)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_numbers_of_people_are_sealed_or_hashed(model: type[models.Model]) -> None:
    """A column named like an ID, phone or card number must be sealed, or be the hash or state of one."""
    words = ("id_no", "phone", "card", "bank", "guardian_id")
    for field in model._meta.get_fields():
        if field.concrete and any(word in field.name for word in words):
            assert isinstance(field, SealedTextField) or field.name.endswith(("_index", "_state"))


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_sealed_rows_make_their_own_keys(model: type[models.Model]) -> None:
    """Sealing binds a value to its row, so the key must be known before the row is saved."""
    if any(isinstance(field, SealedTextField) for field in model._meta.get_fields()):
        assert not isinstance(model._meta.pk, models.AutoField)
