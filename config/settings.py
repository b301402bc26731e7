"""Every setting, read from the environment; `.env.example` explains each one."""

import contextlib
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.templatetags.static import static
from kombu.transport import TRANSPORT_ALIASES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# Tests name /dev/null here: what a developer configured must not reach them.
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")), overwrite=False)

# --- Where it runs -----------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
DEBUG = env.bool("DEBUG", default=False)
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])


def _secret(name: str) -> str:
    """The named secret, from the environment or from a file made at the first start.

    The embedded default has to start without configuration and must still not share
    its keys with every other installation, so the keys are drawn once and kept.
    """
    if value := env.str(name, default=""):
        return value
    path = DATA_DIR / "secrets" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process drew its key first
            os.link(partial, path)
        partial.unlink()
    return path.read_text().strip()


SECRET_KEY = _secret("SECRET_KEY")
# The codes of the response page are derived from this key. Changing it makes every
# code in letters already sent useless, so it is apart from SECRET_KEY.
PORTAL_KEY = _secret("PORTAL_KEY")

SECURE = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # a load balancer asks over plain HTTP
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- The program -------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "campaigns",
    "letters",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.StaffShellPolicy",
    "config.middleware.RefuseNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.deadlocks.MakeAgainAfterDeadlock",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

# --- What is kept ------------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'countersign.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: with the default mode eight writers lost most of their writes to
    # "database is locked"; with it none.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    )
    # Tests run on a file as well: a database in memory locks whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / f"test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STORAGES = {
    # Files under their own SHA-256: letters, scans, logos, imported directories.
    "default": {
        "BACKEND": "config.storage.AtomicFileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a missing one
WHITENOISE_USE_FINDERS = True

DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a bulk form names each recipient it is about
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
REQUEST_MOST_BYTES = 110 * 1024 * 1024  # ten documents of ten megabytes, and the form around them
FILE_UPLOAD_HANDLERS = [
    "config.uploads.WholeRequestLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Where clamd listens, as tcp://host:port or unix:///path. Empty: nothing is scanned.
CLAMD = env.str("CLAMD", default="")

# --- People ------------------------------------------------------------------------

AUTH_USER_MODEL = "campaigns.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "letters:home"

# --- Words and time ----------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.str("TIME_ZONE", default="America/New_York")
USE_TZ = True

# --- The press ---------------------------------------------------------------------

# Letters that break into lines at the same places share one layout, many times faster; each is
# the same file either way, and a sample is compared before approval.
LETTERS_SHARE_LAYOUTS = env.bool("LETTERS_SHARE_LAYOUTS", default=True)
# How many worker processes render one mailing at once. More than there are only makes other work
# wait behind it.
LETTERS_HANDS = env.int("LETTERS_HANDS", default=2)

# --- Mail --------------------------------------------------------------------------

# The embedded default writes each message into a folder that the Outbox page shows:
# a demo can never reach a real mailbox.
OUTBOX_DIR = DATA_DIR / "outbox"
EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Countersign <letters@countersign.invalid>"
)

# A Maildir folder with what came back by e-mail, read every half minute. Empty: none is read.
INBOUND_MAILDIR = env.str("INBOUND_MAILDIR", default="")
# A mailbox that takes name+anything@domain: each letter then has a reply address of its own.
REPLY_ADDRESS = env.str("REPLY_ADDRESS", default="")

# --- Work in the background --------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_IMPORTS = ["config.tasks"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 1800,  # longer than the longest task
        "unacked_restore_throttle": 1,
    }
else:
    TRANSPORT_ALIASES["embedded"] = "config.broker:Transport"
    QUEUE_DIR = DATA_DIR / "queue"
    CELERY_BROKER_URL = "embedded://localhost"
    # One letter after another in the worker's own process: a third of the memory of a pool,
    # and a task that runs when the worker is told to stop is finished first.
    CELERY_WORKER_POOL = "solo"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "in"),
        "data_folder_out": str(QUEUE_DIR / "in"),
        "control_folder": str(QUEUE_DIR / "control"),
        "processed_folder": str(QUEUE_DIR / "done"),  # beside the queue: a rename, never a copy
        "store_processed": True,
        "polling_interval": 0.2,
    }
    for _folder in ("in", "control", "done"):
        (QUEUE_DIR / _folder).mkdir(parents=True, exist_ok=True)


def _every(task: str, **period: int) -> dict[str, Any]:
    """A beat entry whose messages expire, so that they do not pile up without a worker."""
    schedule = timedelta(**period)
    return {
        "task": task,
        "schedule": schedule,
        "options": {"expires": schedule.total_seconds()},
    }


CELERY_BEAT_SCHEDULE = {
    # A lost message costs at most this long: work is found again from its rows.
    "sweep": _every("letters.tasks.sweep", seconds=20),
    "read-inbox": _every("letters.tasks.read_inbox", seconds=30),
    "beat": _every("config.tasks.beat", seconds=20),
    # A file that came while the scanner was down is held, and scanned once it is back.
    "scan-documents": _every("letters.tasks.scan_documents", minutes=2),
    "erase-expired": _every("letters.tasks.erase_expired", minutes=20),
    "tasks": _every("letters.tasks.look_what_waits", minutes=5),
    "prune-queue": _every("config.tasks.prune_queue", minutes=30),
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat")

# --- Content-Security-Policy -------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# Not "no-referrer": with it Chromium sends "Origin: null" with each form, which the CSRF
# check refuses. Another host learns nothing either way.
SECURE_REFERRER_POLICY = "same-origin"

# --- The staff shell ---------------------------------------------------------------

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Countersign",
    "SITE_HEADER": "Countersign",
    "SITE_SUBHEADER": "Compliance letter campaigns",
    "SITE_SYMBOL": "history_edu",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("staff.css")],
    "SCRIPTS": [lambda request: static("staff.js")],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")},
    ],
    "LOGIN": {"form": "campaigns.views.sign_in.SignInForm"},
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": lambda request: request.user.is_superuser,
        "navigation": "campaigns.menu.navigation",
    },
    "COLORS": {
        # A deep blue-green: neither side's colour, and no status has it.
        "primary": {
            "50": "oklch(97.6% .012 210)",
            "100": "oklch(94.5% .026 210)",
            "200": "oklch(89.5% .046 211)",
            "300": "oklch(82% .068 212)",
            "400": "oklch(73% .085 214)",
            "500": "oklch(66% .092 216)",
            "600": "oklch(48% .078 219)",
            "700": "oklch(41.5% .067 221)",
            "800": "oklch(35% .056 223)",
            "900": "oklch(29% .046 225)",
            "950": "oklch(21.5% .036 227)",
        },
    },
}
STATICFILES_DIRS = [BASE_DIR / "templates" / "assets"]

# --- Logs --------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without_codes": {"()": "config.logs.WithoutCodes"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_codes"],
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
