"""The process's key ring and lake: made once, never papered over (I14)."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from notoneless.common.errors import Fault
from notoneless.org import keys


@pytest.fixture
def fresh(settings: object, tmp_path: Path) -> Iterator[Path]:
    """An installation of its own, with nothing in it yet."""
    settings.KEYRING_PATH, settings.LAKE_DIR = tmp_path / "keys" / "ring.json", tmp_path / "lake"
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    keys.keyring.cache_clear()
    keys.lake.cache_clear()


def test_first_use_makes_a_ring_and_later_ones_read_it(fresh: Path) -> None:
    pseudonym = keys.pseudonym_key()
    assert len(pseudonym) == 32
    _forget()
    assert keys.pseudonym_key() == pseudonym
    assert keys.lake() is keys.lake()


def test_a_lost_ring_is_not_replaced_while_sealed_data_is_there(fresh: Path, settings: object) -> None:
    with keys.lake().stage() as stage:
        stage.write_bytes("original", b"x")
        stage.publish("deliveries", "D1", {})
    settings.KEYRING_PATH.unlink()
    _forget()
    with pytest.raises(Fault) as caught:
        keys.keyring()
    assert caught.value.code == "E026"
    assert not settings.KEYRING_PATH.exists()
    with pytest.raises(CommandError, match="恢复"):
        call_command("create_keyring")


def test_production_makes_its_ring_on_purpose_only(fresh: Path, settings: object) -> None:
    settings.KEYRING_CREATE = False
    with pytest.raises(Fault) as caught:
        keys.keyring()
    assert caught.value.code == "E020"
    settings.KEYRING_ALGORITHM = "SM4-GCM"
    out = StringIO()
    call_command("create_keyring", stdout=out)
    assert "离线保管" in out.getvalue()
    assert keys.keyring().algorithm.name == "SM4-GCM"
    with pytest.raises(CommandError, match="已经存在"):
        call_command("create_keyring")
