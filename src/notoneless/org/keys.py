"""The process's one key ring and one lake, from the settings."""

from functools import cache

from django.conf import settings

from notoneless.common.errors import Fault
from notoneless.common.keyring import KeyRing
from notoneless.files.lake import Lake


@cache
def keyring() -> KeyRing:
    """The key ring at settings.KEYRING_PATH; made on first use where the settings allow it.

    Never made when sealed deliveries are already there: a fresh key would hide that the old one is lost (Fault E026).
    Raises Fault E020–E022 as KeyRing.open.
    """
    path = settings.KEYRING_PATH
    if not path.exists() and any(settings.LAKE_DIR.glob("*/*/manifest.json")):
        raise Fault("E026", where=str(path))
    return KeyRing.open(path, create=settings.KEYRING_CREATE, algorithm=settings.KEYRING_ALGORITHM)


@cache
def lake() -> Lake:
    """The lake at settings.LAKE_DIR, sealed with `keyring()`."""
    return Lake(settings.LAKE_DIR, keyring())


def pseudonym_key() -> bytes:
    """The key that row keys and child ids are hashed with: 32 bytes, the same for the life of the installation."""
    return keyring().purpose_key("pseudonym")
