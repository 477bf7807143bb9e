"""Django's settings, made from the core's own (`core_settings`)."""

import os
from pathlib import Path

from engageai_core.core_settings import (
    DEVELOPMENT_SECRET,
    internal_bots,
    numbered_settings,
    read_core_settings,
)
from utils.logs import set_up_logging
from utils.settings import repository_root

_environment = dict(os.environ)  # noqa: TID251 (this is the settings module)
_core = read_core_settings()
BASE_DIR = Path(__file__).resolve().parent

set_up_logging("core", level=_core.log_level, style=_core.log_style)
LOGGING_CONFIG = None

INTERNAL_BOTS = internal_bots(_environment, is_production=_core.is_production)
INTERNAL_BOT_NAMES = numbered_settings("BOT_NAME_", _environment)
INTERNAL_BOT_API_URL = _core.internal_bot_api_url
ENGAGE_PRODUCTION = _core.is_production
DEFAULT_LEARNER_TIMEZONE = _core.default_timezone

SECRET_KEY = _core.django_secret_key or DEVELOPMENT_SECRET
DEBUG = _core.django_debug
ALLOWED_HOSTS = _core.allowed_hosts
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "engageai_core.idempotency",
    "engageai_core.accounts",
    "engageai_core.curriculum",
    "engageai_core.placement",
    "engageai_core.learning",
    "engageai_core.engagement",
    "engageai_core.notifications",
]
MIDDLEWARE = [
    "engageai_core.common.traces.follow_traces",
    "engageai_core.common.metrics.count_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "engageai_core.urls"
WSGI_APPLICATION = "engageai_core.wsgi.application"
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
            ]
        },
    }
]
DATABASES = {
    "default": {
        # An empty DB_HOST means the embedded server, which this backend finds or starts.
        "ENGINE": "engageai_core.common.postgresql",
        "HOST": _core.db_host,
        "PORT": _core.db_port,
        "NAME": _core.db_name if _core.db_host else "engageai",
        "USER": _core.db_user,
        "PASSWORD": _core.db_password,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 2, "options": "-c statement_timeout=15000"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static_collected"
WHITENOISE_USE_FINDERS = not _core.is_production
WHITENOISE_AUTOREFRESH = not _core.is_production

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "engageai_core.common.authentication.InternalKeyAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["engageai_core.common.permissions.IsInternalBot"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["engageai_core.common.json_body.JsonBodyParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "engageai_core.common.errors.error_response",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "engageAI core",
    "DESCRIPTION": "What the bots ask the core. Every call carries X-Internal-Key; one that writes "
    "may carry Idempotency-Key, under which it happens once.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    # Otherwise a PATCH would be said to need none of its fields.
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_NAME_OVERRIDES": {
        "ActivityKind": "engageai_core.learning.models.ActivityKind",
        "Level": "engageai_core.accounts.models.Level",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "engageai_core.common.openapi.describe_errors",
        "engageai_core.common.openapi.describe_parameters",
    ],
}

CELERY_BROKER_URL = _core.redis_url
# Without these a process that only sends a task would wait for a missing Redis for ever.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "engage-core"
CELERY_WORKER_CONCURRENCY = 2
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BEAT_SCHEDULER = "engageai_core.celery_app:StateFolderScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(repository_root() / ".engage" / "run" / "celerybeat-schedule")
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _core.is_production
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if _core.is_production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _core.is_production
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _core.is_production else None
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the proxy in front redirects, the core never sees it
X_FRAME_OPTIONS = "DENY"

EMAIL_HOST = _core.email_host
EMAIL_PORT = _core.email_port
EMAIL_HOST_USER = _core.email_host_user
EMAIL_HOST_PASSWORD = _core.email_host_password
