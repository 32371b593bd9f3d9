"""Addresses of the frame itself."""

from django.urls import path

from loushi.foundation.web import views

app_name = "web"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("styleguide/<slug:part>/", views.styleguide, name="styleguide_part"),
]
