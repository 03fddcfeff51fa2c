"""Production: everything that differs between two préfectures comes from the environment, and nothing has a default
that would be wrong in silence. A missing or weak value stops the start with one sentence that names it."""

import environ
from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *

env = environ.FileAwareEnv()


def required(name: str, *, example: str) -> str:
    """The value of `name`; refuses an absent or empty one."""
    value = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"Variable d’environnement {name} absente. Exemple : {name}={example}")
    return str(value)


def strong_secret(name: str) -> str:
    """A secret of at least 50 characters, 20 of them different: what a generator gives, not what a person types."""
    value = required(name, example="$(openssl rand -base64 48)")
    if len(value) < 50 or len(set(value)) < 20:
        raise ImproperlyConfigured(
            f"{name} est trop faible : au moins 50 caractères tirés au hasard (openssl rand -base64 48)."
        )
    return value


DEBUG = False
SECRET_KEY = strong_secret("SECRET_KEY")
JOURNAL_KEY = strong_secret("JOURNAL_KEY")
if SECRET_KEY == JOURNAL_KEY:
    raise ImproperlyConfigured("SECRET_KEY et JOURNAL_KEY doivent être deux secrets différents.")

ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS", example="sillage.prefecture.example").split(",")]
if any("*" in host or host.startswith(".") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS doit nommer chaque hôte : ni « * » ni nom commençant par un point.")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

required("DATABASE_URL", example="postgres://sillage:…@127.0.0.1:5432/sillage")
DATABASES = {"default": env.db("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL doit désigner une base PostgreSQL (postgres://…).")
if not DATABASES["default"].get("PASSWORD") and DATABASES["default"].get("HOST", "").replace("127.0.0.1", ""):
    raise ImproperlyConfigured("DATABASE_URL désigne un serveur distant sans mot de passe.")
# Migrations run as the owner of the tables (DATABASE_OWNER_URL); the application's own role may neither change nor
# delete an event of the journal. See docs/production.md.
if env.str("DATABASE_OWNER_URL", default=""):
    DATABASES["owner"] = env.db("DATABASE_OWNER_URL")
DATABASES["default"]["OPTIONS"] = {
    "pool": {
        "min_size": 2,
        "max_size": env.int("DATABASE_POOL", default=12),
        # Seconds. While PostgreSQL is away a page says so soon, instead of holding its thread; and the pool, which asks
        # less and less often, forgets that patience, so that all goes on within seconds of its return.
        "timeout": 5,
        "reconnect_timeout": 5,
    }
}

# A connection that a restart of PostgreSQL has closed is found out before a page is given it: nobody sees an error.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

CELERY_BROKER_URL = required("REDIS_URL", example="redis://127.0.0.1:6379/0")
# No page waits for the broker (tracker/waking.py); this bounds how long a worker or the clock does.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CELERY_BROKER_URL}}
# Bounded: a Redis that does not answer must not hold what the counters of the database tell anyway.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [
                {
                    "address": CELERY_BROKER_URL,
                    "socket_connect_timeout": 2,
                    "socket_timeout": 2,
                    "health_check_interval": 15,
                }
            ],
            "prefix": "sillage",
        },
    }
}

STATIC_ROOT = required("STATIC_ROOT", example="/var/lib/sillage/static")
MEDIA_ROOT = required("MEDIA_ROOT", example="/var/lib/sillage/files")
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_MB", default=25) * 1024 * 1024

required("EMAIL_URL", example="smtp+tls://sillage:…@smtp.prefecture.example:587")
vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL", example="sillage@prefecture.example")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# The browsers' preload list is for sites of the open internet; this one stands on the State's own network.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

SILLAGE_DEMONSTRATION_ALLOWED = False
# Of the links in e-mails: what people type in their browser.
SILLAGE_ADDRESS = env.str("SILLAGE_ADDRESS", default=f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
if not SILLAGE_ADDRESS.startswith(("https://", "http://")):
    raise ImproperlyConfigured(f"SILLAGE_ADDRESS doit commencer par https:// : « {SILLAGE_ADDRESS} ».")
SILLAGE_BRAND = env.list("SILLAGE_BRAND", default=["Préfecture"])
