"""Addresses of this package, under /search/."""

from django.urls import path

from loushi.overview.search import views

app_name = "search"
urlpatterns = [path("", views.results, name="results")]
