"""Settings, read from the environment once. Nothing secret stands here; see docs/operations.md."""

import sys
from pathlib import Path

from loushi.config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

DEMO = env.flag("LOUSHI_DEMO")
PRODUCTION = env.flag("LOUSHI_PRODUCTION")
TESTING = "pytest" in sys.modules
DEBUG = env.flag("LOUSHI_DEBUG")

DATA_DIR = Path(env.text("LOUSHI_DATA", "data")).expanduser().resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEFAULT_SECRET_KEY = "insecure-development-key-change-me-before-any-real-use"
SECRET_KEY = env.text("LOUSHI_SECRET_KEY", DEFAULT_SECRET_KEY)
PORT = env.number("PORT", 8000)
ALLOWED_HOSTS = env.words("LOUSHI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env.words("LOUSHI_TRUSTED_ORIGINS")

if PRODUCTION and (SECRET_KEY == DEFAULT_SECRET_KEY or len(SECRET_KEY) < 32):
    raise env.ConfigurationError(
        "LOUSHI_PRODUCTION=1 needs LOUSHI_SECRET_KEY: 32 random characters or more, not the default"
    )
if PRODUCTION and (DEMO or DEBUG):
    raise env.ConfigurationError(
        "LOUSHI_DEMO and LOUSHI_DEBUG are refused with LOUSHI_PRODUCTION=1"
    )

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_cotton",
    "django_htmx",
    "loushi.foundation.core",
    "loushi.foundation.audit",
    "loushi.foundation.notices",
    "loushi.foundation.transfer",
    "loushi.foundation.files",
    "loushi.foundation.lists",
    "loushi.foundation.language",
    "loushi.foundation.web",
    "loushi.registry.territory",
    "loushi.registry.accounts",
    "loushi.registry.buildings",
    "loushi.registry.enterprises",
    "loushi.registry.tax",
    "loushi.registry.leads",
    "loushi.services.catalogue",
    "loushi.services.stations",
    "loushi.services.governance",
    "loushi.casework.demands",
    "loushi.casework.visits",
    "loushi.casework.matching",
    "loushi.casework.applications",
    "loushi.casework.codes",
    "loushi.overview.insights",
    "loushi.overview.search",
    "loushi.demo",
    "loushi.config.apps.WiringConfig",
]

MIDDLEWARE = [
    "loushi.foundation.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "loushi.registry.accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "loushi.foundation.web.middleware.ErrorPageMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "loushi.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "loushi.config.page.frame",
            ],
            "builtins": ["loushi.foundation.web.templatetags.loushi"],
        },
    },
]

DATABASES = {"default": env.database(env.text("LOUSHI_DATABASE_URL"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- people -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": env.number("LOUSHI_PASSWORD_LENGTH", 10)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
# Local policy, not the standard's text: 5 failures lock for 5 minutes (docs/security.md).
AXES_FAILURE_LIMIT = env.number("LOUSHI_LOCKOUT_FAILURES", 5)
LOCKOUT_MINUTES = env.number("LOUSHI_LOCKOUT_MINUTES", 5)
AXES_COOLOFF_TIME = "loushi.registry.accounts.entrance.cool_off"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "loushi.registry.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
IDLE_MINUTES = env.number("LOUSHI_IDLE_MINUTES", 30)
LINK_DAYS = env.number("LOUSHI_LINK_DAYS", 90)
"""How long after its end an application is still read by the link on its receipt."""

SESSION_ENGINE = "loushi.registry.accounts.session_store"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "loushi.foundation.web.views.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
if env.flag("LOUSHI_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "SAMEORIGIN"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],  # widths of bars are inline styles
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}

# ---- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
FORMAT_MODULE_PATH = "loushi.config.formats"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
FORM_RENDERER = "loushi.foundation.web.forms.Renderer"
TIME_ZONE = env.text("LOUSHI_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True

# ---- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
# Names carry no hash: an upgrade must be seen within the hour (assets carry ?v=version besides).
WHITENOISE_MAX_AGE = 3600 if PRODUCTION else 60
MEDIA_ROOT = DATA_DIR / "files"
UPLOAD_LIMIT_BYTES = env.number("LOUSHI_UPLOAD_MB", 20) * 1024 * 1024
UPLOAD_LIMIT_COUNT = 9
IMPORT_LIMIT_BYTES = env.number("LOUSHI_IMPORT_MB", 100) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# ---- mail and jobs ------------------------------------------------------------------------------
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("LOUSHI_SMTP_HOST")
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = env.text("LOUSHI_SMTP_HOST")
EMAIL_PORT = env.number("LOUSHI_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("LOUSHI_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("LOUSHI_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("LOUSHI_SMTP_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("LOUSHI_MAIL_FROM", "楼事 <loushi@localhost>")
PUBLIC_ADDRESS = env.text("LOUSHI_PUBLIC_ADDRESS", f"http://127.0.0.1:{PORT}")

# ---- wiring (see loushi.config.*) ---------------------------------------------------------------
LOUSHI_SUBSCRIPTIONS = "loushi.config.subscriptions.SUBSCRIPTIONS"
LOUSHI_GRANT_CONTRIBUTORS = "loushi.config.grants.CONTRIBUTORS"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "loushi.foundation.core.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
            "json_ensure_ascii": False,
        },
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["request_id"],
        },
    },
    "root": {"handlers": ["stderr"], "level": env.text("LOUSHI_LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
