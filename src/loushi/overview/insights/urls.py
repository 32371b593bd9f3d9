"""Addresses of the figures."""

from django.urls import path

from loushi.overview.insights.views import board, timeline

app_name = "insights"
urlpatterns = [
    path("", board.board, name="board"),
    path("figures/<slug:code>/", board.rows, name="rows"),
    path("enterprises/<int:pk>/timeline/", timeline.timeline, name="timeline"),
]
