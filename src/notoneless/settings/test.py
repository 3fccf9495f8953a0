"""Tests: everything in a folder of its own that is thrown away, so that no test can touch a real store."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="notoneless-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["NOTONELESS_DATA"] = _folder  # processes started by a test inherit it
os.environ.pop("NOTONELESS_KEYS", None)

from notoneless.settings.base import *  # noqa: E402, F403
from notoneless.settings.base import DATA_DIR, DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not :memory:, so that threads and other processes meet the same locking as in real life.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # Tests do not outlive a power cut: no fsync for each commit.
    DATABASES["default"]["OPTIONS"]["init_command"] = DATABASES["default"]["OPTIONS"]["init_command"].replace(
        "synchronous=FULL", "synchronous=OFF"
    )
