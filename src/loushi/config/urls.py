"""All addresses: each package under its own prefix, included when its `urls` module exists."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from loushi.config.api import api
from loushi.config.home import home

# (prefix, module). `web` and `accounts` carry their own prefixes (/styleguide, /login, /people …).
PACKAGES = (
    ("", "loushi.foundation.web"),
    ("", "loushi.registry.accounts"),
    ("units/", "loushi.registry.territory"),
    ("", "loushi.casework.codes"),
    ("buildings/", "loushi.registry.buildings"),
    ("enterprises/", "loushi.registry.enterprises"),
    ("tax/", "loushi.registry.tax"),
    ("leads/", "loushi.registry.leads"),
    ("catalogue/", "loushi.services.catalogue"),
    ("stations/", "loushi.services.stations"),
    ("governance/", "loushi.services.governance"),
    ("demands/", "loushi.casework.demands"),
    ("visits/", "loushi.casework.visits"),
    ("matching/", "loushi.casework.matching"),
    ("applications/", "loushi.casework.applications"),
    ("insights/", "loushi.overview.insights"),
    ("search/", "loushi.overview.search"),
    ("audit/", "loushi.foundation.audit"),
    ("notices/", "loushi.foundation.notices"),
    ("files/", "loushi.foundation.files"),
    ("transfer/", "loushi.foundation.transfer"),
    ("lists/", "loushi.foundation.lists"),
)


def _included() -> list[URLPattern | URLResolver]:
    return [
        path(prefix, include(import_module(f"{package}.urls")))
        for prefix, package in PACKAGES
        if find_spec(f"{package}.urls") is not None
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    *_included(),
    path("api/v1/", api.urls),
]

handler400 = "loushi.foundation.web.views.bad_request"
handler403 = "loushi.foundation.web.views.forbidden"
handler404 = "loushi.foundation.web.views.not_found"
handler500 = "loushi.foundation.web.views.server_error"
