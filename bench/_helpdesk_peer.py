"""The peer of demands-create: a django-helpdesk site with its REST API, run by its own environment.

A settings module and its addresses in one: apps, middleware and templates as django-helpdesk's
installation guide names them, token authentication, mail accepted and dropped at once. The
database, host and port come from the environment. `prepare()` makes the tables, a staff account
with a token, and two queues: one that tells nobody, one that tells an address of each new ticket.
"""

import json
import os
import sys
from urllib.parse import urlsplit

_url = urlsplit(os.environ["PEER_DATABASE_URL"])
SECRET_KEY = "only-for-a-bench-on-this-machine"
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.strip("/"),
        "USER": _url.username,
        "HOST": _url.hostname,
        "PORT": str(_url.port),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ, TIME_ZONE = True, "Asia/Shanghai"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SITE_ID = 1
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "helpdesk",
]
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
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
STATIC_URL = "/static/"
MEDIA_ROOT = os.environ["PEER_MEDIA"]
ROOT_URLCONF = "_helpdesk_peer_urls"
HELPDESK_ACTIVATE_API_ENDPOINT = True
HELPDESK_TEAMS_MODE_ENABLED = False


def prepare(answer: str) -> None:
    """Writes the token and the ids of the two queues as JSON."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from helpdesk.models import Queue
    from rest_framework.authtoken.models import Token

    call_command("migrate", verbosity=0, interactive=False)
    user = get_user_model().objects.create_user(  # type: ignore[call-arg]
        "desk", "desk@example.cn", "not-a-secret-of-anybody-1", is_staff=True, is_superuser=True
    )
    quiet = Queue.objects.create(title="silent", slug="silent", allow_public_submission=True)
    telling = Queue.objects.create(
        title="telling", slug="telling", allow_public_submission=True,
        email_address="desk@example.cn", new_ticket_cc="clerk1@example.cn",
    )  # fmt: skip
    found = {
        "token": Token.objects.create(user=user).key,
        "silent": quiet.pk,
        "telling": telling.pk,
    }
    with open(answer, "w", encoding="utf-8") as stream:
        json.dump(found, stream)


def count() -> None:
    """Prints how many tickets and first follow-ups there are."""
    import django

    django.setup()
    from helpdesk.models import FollowUp, Ticket

    found = {"tickets": Ticket.objects.count(), "followups": FollowUp.objects.count()}
    sys.stdout.write(json.dumps(found) + "\n")
