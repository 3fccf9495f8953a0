"""Settings shared by every way of running: embedded, test and production.

Environment read here:
  NOTONELESS_DATA          folder of everything the program writes (default: var/ beside manage.py)
  NOTONELESS_KEYS          key ring file (default: <data>/keys/keyring.json); keep it out of backups of the data
  NOTONELESS_INBOX         folder of the departments' drop folders (default: <data>/inbox)
  NOTONELESS_DATABASE_URL  postgres://user:password@host:port/name (default: SQLite in the data folder)
  NOTONELESS_REGION        six digits of the county or city whose policy pack applies
  NOTONELESS_MEMORY        memory of the comparison engine, such as 6GB (default: 3GB); beyond it, it spills to disk
  NOTONELESS_READER_MEMORY MiB that reading one workbook may take at most, in a process of its own (default: 3072)
  NOTONELESS_HOSTS         further host names the site answers to, separated by commas
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from notoneless.settings.database import database_settings
from notoneless.settings.secret import secret_key

PACKAGE_DIR = Path(__file__).resolve().parents[1]
BASE_DIR = PACKAGE_DIR.parents[1]

DATA_DIR = Path(os.environ.get("NOTONELESS_DATA") or BASE_DIR / "var").absolute()
KEYRING_PATH = Path(os.environ.get("NOTONELESS_KEYS") or DATA_DIR / "keys" / "keyring.json").absolute()
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)  # names of children lie in it: nobody else may look in
LAKE_DIR = DATA_DIR / "lake"
UPLOAD_DIR = DATA_DIR / "uploads"
INBOX_DIR = Path(os.environ.get("NOTONELESS_INBOX") or DATA_DIR / "inbox").absolute()
# What the engine may hold in memory before it spills (encrypted) to the data folder.
ENGINE_MEMORY = os.environ.get("NOTONELESS_MEMORY", "3GB")
REGION = os.environ.get("NOTONELESS_REGION", "371321")

# Whether a missing key ring may be made on first use. Never when sealed data is already there (org/keys.py).
KEYRING_CREATE = True
KEYRING_ALGORITHM = os.environ.get("NOTONELESS_ALGORITHM", "AES-256-GCM")

SECRET_KEY = secret_key(DATA_DIR / "keys" / "secret_key")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS += [host for host in os.environ.get("NOTONELESS_HOSTS", "").split(",") if host]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "notoneless.org",
    "notoneless.trail",
    "notoneless.roster.records",
    "notoneless.link.records",
    "notoneless.check.records",
    "notoneless.case.records",
    "notoneless.audit.records",
    "notoneless.jobs",
    "notoneless.api",
    "notoneless.web.shell",
]

# Not Django's LocaleMiddleware: it turns the Chinese desk English for a foreign-language browser.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "notoneless.web.shell.language.ReadersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "notoneless.org.session_guard.SessionGuard",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "notoneless.web.shell.errors.FaultPages",
    "notoneless.api.headers.ApiAnswers",
]

ROOT_URLCONF = "notoneless.web.urls"
WSGI_APPLICATION = "notoneless.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Every stage folder of web/ keeps its own templates; only web.shell is an app.
        "DIRS": sorted((PACKAGE_DIR / "web").glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database_settings(os.environ.get("NOTONELESS_DATABASE_URL", ""), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = ["notoneless.org.login.StaffBackend"]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# A desk left alone signs itself out; nobody stays signed in over a working day (session_guard.py).
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "notoneless.web.shell.errors.csrf_failed"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns at every start when it is not there
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Nothing inline, nothing from elsewhere. data: only for the small drawings inside Bootstrap's own style sheet.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Uploaded lists are sealed while they arrive; nothing of them is ever plain on the disk.
FILE_UPLOAD_HANDLERS = ["notoneless.org.sealed_upload.SealedUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

# SQL statements carry personal values as parameters, so the database logger is silenced for good;
# everything else goes through a formatter that takes numbers of people and query strings out.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "notoneless.settings.logs.RedactingFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "silent": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.db.backends": {"handlers": ["silent"], "level": "CRITICAL", "propagate": False},
        "notoneless": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
