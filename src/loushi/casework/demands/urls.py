"""Addresses of demands: the desk, the enterprise's own pages, links without login."""

from django.urls import path

from loushi.casework.demands.views import desk

app_name = "demands"
urlpatterns = [
    path("", desk.inbox, name="inbox"),
    path("new/", desk.register, name="register"),
    path("export/", desk.export, name="export"),
    path("views/", desk.save_view, name="save_view"),
    path("views/<int:pk>/remove/", desk.remove_view, name="remove_view"),
    path("<int:pk>/", desk.case, name="case"),
    path("<int:pk>/<slug:name>/", desk.move, name="move"),
]
