"""Behind HTTPS, usually with PostgreSQL and gunicorn. `manage.py check --deploy` gives no warning here.

Environment besides that of base.py: NOTONELESS_HOSTS is required.
"""

import os

from django.core.exceptions import ImproperlyConfigured

from notoneless.settings.base import *  # noqa: F403
from notoneless.settings.base import STORAGES

ALLOWED_HOSTS = [host for host in os.environ.get("NOTONELESS_HOSTS", "").split(",") if host]
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "请设置环境变量 NOTONELESS_HOSTS（对外域名，多个用英文逗号隔开），例如 NOTONELESS_HOSTS=desk.example.cn"
    )
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# The key ring is made once, on purpose, by `manage.py create_keyring`: a lost key must never be papered over.
KEYRING_CREATE = False

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"

STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
