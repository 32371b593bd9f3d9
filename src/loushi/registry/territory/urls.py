"""Addresses of the unit tree."""

from django.urls import path

from loushi.registry.territory import views

app_name = "territory"

urlpatterns = [
    path("", views.tree, name="tree"),
    path("<int:pk>/", views.unit, name="unit"),
    path("<int:pk>/found/", views.found, name="found"),
    path("<int:pk>/rename/", views.rename, name="rename"),
    path("<int:pk>/move/", views.move, name="move"),
    path("<int:pk>/merge/", views.merge, name="merge"),
    path("<int:pk>/split/", views.split, name="split"),
    path("<int:pk>/details/", views.details, name="details"),
    path("<int:pk>/hosts/", views.add_host, name="add_host"),
    path("<int:pk>/hosts/<int:host>/end/", views.end_host, name="end_host"),
]
