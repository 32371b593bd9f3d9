"""Addresses of this package, under /buildings/."""

from django.urls import path

from loushi.registry.buildings.views import pages, property, rules

app_name = "buildings"
urlpatterns = [
    path("", pages.building_list, name="list"),
    path("new/", pages.create, name="create"),
    path("rules/", rules.rules, name="rules"),
    path("<int:pk>/", pages.building, name="page"),
    path("<int:pk>/edit/", pages.edit, name="edit"),
    path("<int:pk>/spaces/", pages.spaces, name="spaces"),
    path("<int:pk>/spaces/replace/", pages.replace_spaces, name="replace_spaces"),
    path("spaces/<int:pk>/restore/", pages.restore_space, name="restore_space"),
    path("<int:pk>/spaces/new/", pages.create_space, name="create_space"),
    path("<int:pk>/facts/", pages.facts, name="facts"),
    path("<int:pk>/facts/files/", property.add_files, name="add_files"),
    path("<int:pk>/facts/files/<int:file>/remove/", property.remove_file, name="remove_file"),
    path("<int:pk>/owners/", property.owners, name="owners"),
    path("<int:pk>/owners/new/", property.add_owner, name="add_owner"),
    path("<int:pk>/owners/<int:owner>/end/", property.end_owner, name="end_owner"),
    path("<int:pk>/contracts/new/", property.add_contract, name="add_contract"),
    path("<int:pk>/amenities/", property.amenities, name="amenities"),
    path("<int:pk>/amenities/new/", property.add_amenity, name="add_amenity"),
    path("<int:pk>/amenities/<int:amenity>/remove/", property.remove_amenity,
         name="remove_amenity"),
    path("<int:pk>/venues/new/", property.add_venue, name="add_venue"),
    path("<int:pk>/venues/<int:venue>/remove/", property.remove_venue, name="remove_venue"),
    path("<int:pk>/appoint/", pages.appoint, name="appoint"),
    path("spaces/<int:pk>/edit/", pages.edit_space, name="edit_space"),
    path("spaces/<int:pk>/state/", property.record_state, name="record_state"),
    path("owners/<int:pk>/reveal/", property.reveal, name="reveal"),
]  # fmt: skip
