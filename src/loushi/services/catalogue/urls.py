"""Addresses of this package, under /catalogue/."""

from django.urls import path

from loushi.services.catalogue.views import own, resources
from loushi.services.catalogue.views import policies as desk

app_name = "catalogue"
urlpatterns = [
    path("", desk.policy_list, name="list"),
    path("new/", desk.create, name="create"),
    path("<int:pk>/", desk.policy, name="policy"),
    path("<int:pk>/edit/", desk.edit, name="edit"),
    path("<int:pk>/firms/", desk.firms, name="firms"),
    path("<int:pk>/do/<slug:name>/", desk.act, name="act"),
    path("declarations/<int:pk>/", desk.declaration, name="declaration"),
    path("resources/", resources.resource_list, name="resources"),
    path("resources/new/", resources.create, name="resource_create"),
    path("resources/<int:pk>/", resources.resource, name="resource"),
    path("resources/<int:pk>/edit/", resources.edit, name="resource_edit"),
    path("resources/<int:pk>/do/<slug:name>/", resources.act, name="resource_act"),
    path("own/resources/", resources.own_resources, name="own_resources"),
    path("own/", own.policies, name="policies"),
    path("own/pushes/", own.pushes, name="pushes"),
    path("own/<int:pk>/", own.own_policy, name="own_policy"),
    path("own/<int:pk>/declare/", own.declare, name="declare"),
]
