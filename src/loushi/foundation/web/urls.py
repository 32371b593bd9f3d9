"""Addresses of the frame itself."""

from django.urls import path

from loushi.foundation.web import device, views

app_name = "web"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("manifest.webmanifest", device.manifest, name="manifest"),
    path("sw.js", device.worker, name="worker"),
    path("offline/", device.kept, name="kept"),
    path("offline/shell/", device.shell, name="shell"),
    path("offline/session/", device.session, name="session"),
    path("offline/pack/", device.pack, name="pack"),
    path("offline/sync/", device.sync, name="sync"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/<slug:part>/", views.styleguide, name="styleguide_part"),
]
