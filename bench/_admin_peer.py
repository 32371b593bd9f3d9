"""The peer of demands-list: the Django admin's changelist over our tables, same restriction.

A settings module, the admin site and the WSGI application in one: middleware and context processors
as `startproject` writes them, our models and database, no more.
"""

from loushi.config import settings as ours

SECRET_KEY = ours.SECRET_KEY
DATABASES = ours.DATABASES
ALLOWED_HOSTS = ours.ALLOWED_HOSTS
AUTH_USER_MODEL = ours.AUTH_USER_MODEL
DEFAULT_AUTO_FIELD = ours.DEFAULT_AUTO_FIELD
LANGUAGE_CODE, LANGUAGES, TIME_ZONE, USE_TZ = "zh-hans", ours.LANGUAGES, ours.TIME_ZONE, True
DATA_DIR, DEMO, PUBLIC_ADDRESS = ours.DATA_DIR, ours.DEMO, ours.PUBLIC_ADDRESS
LOUSHI_SUBSCRIPTIONS, LOUSHI_GRANT_CONTRIBUTORS = (
    ours.LOUSHI_SUBSCRIPTIONS, ours.LOUSHI_GRANT_CONTRIBUTORS,
)  # fmt: skip
MEDIA_ROOT, STATIC_URL = ours.MEDIA_ROOT, ours.STATIC_URL
INSTALLED_APPS = ["django.contrib.admin", *ours.INSTALLED_APPS]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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
ROOT_URLCONF = "bench._admin_peer_site"
SILENCED_SYSTEM_CHECKS: list[str] = []
