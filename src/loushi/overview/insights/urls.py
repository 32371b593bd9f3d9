"""Addresses of the figures."""

from django.urls import path

from loushi.overview.insights import views

app_name = "insights"
urlpatterns = [
    path("", views.board, name="board"),
    path("figures/<slug:code>/", views.rows, name="rows"),
]
