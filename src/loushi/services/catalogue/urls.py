"""Addresses of this package, under /catalogue/."""

from django.urls import path

from loushi.services.catalogue.views import bookings, bundles, items, own, resources
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
    path("bundles/", bundles.bundle_list, name="bundles"),
    path("bundles/new/", bundles.create, name="bundle_create"),
    path("bundles/<int:pk>/", bundles.bundle, name="bundle"),
    path("bundles/<int:pk>/edit/", bundles.edit, name="bundle_edit"),
    path("bundles/<int:pk>/design/", bundles.design, name="design"),
    path("bundles/<int:pk>/design/<slug:part>/new/", bundles.part, name="part_new"),
    path("bundles/<int:pk>/design/<slug:part>/<slug:code>/", bundles.part, name="part"),
    path(
        "bundles/<int:pk>/design/<slug:part>/<slug:code>/change/",
        bundles.change,
        name="part_change",
    ),
    path("bundles/<int:pk>/do/<slug:name>/", bundles.act, name="bundle_act"),
    path("resources/<int:pk>/times/", bookings.times, name="resource_times"),
    path("resources/<int:pk>/book/", bookings.book, name="book"),
    path("resources/<int:pk>/day/", bookings.day, name="resource_day"),
    path("resources/<int:pk>/day/book/", bookings.host_book, name="host_book"),
    path("bookings/<int:pk>/cancel/", bookings.cancel, name="booking_cancel"),
    path("bookings/<int:pk>/mark/", bookings.mark, name="booking_mark"),
    path("bookings/<int:pk>.ics", bookings.calendar, name="booking_calendar"),
    path("own/bookings/", bookings.own_bookings, name="own_bookings"),
    path("own/resources/", resources.own_resources, name="own_resources"),
    path("items/", items.item_list, name="items"),
    path("items/new/", items.create, name="item_create"),
    path("items/template/", items.template, name="item_template"),
    path("items/<int:pk>/", items.item, name="item"),
    path("items/<int:pk>/edit/", items.edit, name="item_edit"),
    path("items/<int:pk>/withdraw/", items.withdraw, name="item_withdraw"),
    path("menus/<int:pk>/take/", items.take, name="menu_take"),
    path("menus/entries/<int:pk>/", items.entry, name="menu_entry"),
    path("menus/entries/<int:pk>/drop/", items.drop, name="menu_drop"),
    path("own/items/", items.own_items, name="own_items"),
    path("own/items/<int:pk>/", items.own_item, name="own_item"),
    path("own/", own.policies, name="policies"),
    path("own/pushes/", own.pushes, name="pushes"),
    path("own/<int:pk>/", own.own_policy, name="own_policy"),
    path("own/<int:pk>/declare/", own.declare, name="declare"),
]
