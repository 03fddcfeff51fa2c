"""What every deployment shares. Each other module of this package says what differs: embedded, production, test."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from config.logs import LOGGING as LOGGING

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# --- Applications -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "widget_tweaks",
    "dsfr",
    "django_htmx",
    "django_filters",
    "django_fsm",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "tracker",
    "correspondence",
    "complaints",
    "actions",
    "notifications",
    "frontend",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # A page is private unless its view says otherwise.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "frontend.middleware.LookOnceMiddleware",
    "frontend.middleware.LocalTimeMiddleware",
    "frontend.middleware.DoorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "dsfr.forms.DsfrDjangoTemplates"
DSFR_MARK_OPTIONAL_FIELDS = True
# The manifest storage rewrites the style sheets: checksums computed on the originals would make browsers refuse them.
DSFR_USE_INTEGRITY_CHECKSUMS = False

# --- Language, dates --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# --- Data -------------------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A service opens its own short transaction; a page that reads needs none.
SQLITE_OPTIONS: dict[str, Any] = {
    # IMMEDIATE takes the write lock at once, so that two writers wait for each other instead of failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}

# --- Accounts ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tracker.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "config.authentication.PasswordBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "frontend.pages.errors.csrf_failure"

# Five wrong passwords for one account from one address close it for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# The form's and the signal's name for the e-mail; axes would look for the model's, find nothing, and lock nobody out.
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "frontend.pages.account.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

# --- Files ------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "tracker.storage.DurableStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Of one request, whatever it is for.
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_UPLOAD_FILES = 50
# Of one attached file, and of all those of one demande.
ATTACHMENT_MAX_BYTES = 25 * 1024 * 1024
ATTACHMENTS_MAX_COUNT = 100
ATTACHMENTS_MAX_TOTAL_BYTES = 200 * 1024 * 1024
# The antivirus that reads each attached file: « /run/clamav/clamd.ctl » or « 127.0.0.1:3310 »; empty: none.
CLAMD_ADDRESS = ""
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_HANDLERS = [
    "frontend.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Browser protections ----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Messages ---------------------------------------------------------------------------------------------------
# Seconds for each answer of the mail server: a silent one holds a thread no longer (notifications/delivery.py).
EMAIL_TIMEOUT = 15

# --- Background work --------------------------------------------------------------------------------------------
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "sillage"
# Logs go where config/logs.py says, in a worker too.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False

# --- API --------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first one says in a 401 how to come in.
        "tracker.api.authentication.TokenAuthentication",
        "tracker.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "tracker.api.authentication.WithinScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["tracker.api.throttling.PersonThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tracker.api.content.DeepJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "tracker.api.content.JsonOnly",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "tracker.api.errors.handle",
    # The address of the connection: a header that anybody may write names nobody. Behind a proxy it is the proxy's, and
    # those who are refused share one count; whose token is good is never in it.
    "NUM_PROXIES": 0,
}
SILLAGE_API_RATES = {"person": "600/min", "refused": "30/min"}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Sillage",
    "DESCRIPTION": "Les demandes d’une préfecture, leurs échéances et leur journal.",
    "VERSION": "1",
    "OAS_VERSION": "3.0.3",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "State": "tracker.enums.State",
        "Module": "tracker.enums.Module",
        "Purpose": "tracker.enums.Purpose",
        "Outcome": "tracker.enums.Outcome",
        "Exclusion": "tracker.enums.Exclusion",
        "DismissalReason": "tracker.enums.DismissalReason",
        "Via": "tracker.enums.Via",
        "Role": "tracker.enums.Role",
        "Machine": "tracker.enums.Machine",
        "TokenScope": "tracker.enums.TokenScope",
        "JobState": "tracker.enums.JobState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tracker.api.schema.tidy_components",
    ],
}

# --- The product ------------------------------------------------------------------------------------------------
# The brand block is a setting: the State's own marks are for its services alone.
SILLAGE_SERVICE_NAME = "Sillage"
SILLAGE_BRAND: list[str] = ["Préfecture", "de démonstration"]
