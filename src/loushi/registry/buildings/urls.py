"""Addresses of this package, under /buildings/."""

from django.urls import path

from loushi.registry.buildings import views

app_name = "buildings"
urlpatterns = [
    path("", views.building_list, name="list"),
    path("new/", views.create, name="create"),
    path("<int:pk>/", views.building, name="page"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/spaces/", views.spaces, name="spaces"),
    path("<int:pk>/spaces/new/", views.create_space, name="create_space"),
    path("<int:pk>/facts/", views.facts, name="facts"),
    path("<int:pk>/appoint/", views.appoint, name="appoint"),
    path("spaces/<int:pk>/edit/", views.edit_space, name="edit_space"),
]
