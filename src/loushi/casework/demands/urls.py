"""Addresses of demands: the desk, the enterprise's own pages, links without login."""

from django.urls import path

from loushi.casework.demands.views import desk, firm, settings, towers, without_login

app_name = "demands"
urlpatterns = [
    path("", desk.inbox, name="inbox"),
    path("new/", desk.register, name="register"),
    path("towers/", towers.rates, name="towers"),
    path("export/", desk.export, name="export"),
    path("views/", desk.save_view, name="save_view"),
    path("views/<int:pk>/remove/", desk.remove_view, name="remove_view"),
    path("mine/", firm.home, name="mine"),
    path("mine/all/", firm.own_list, name="own_list"),
    path("mine/new/", firm.submit, name="submit"),
    path("mine/new/rooms/", firm.rooms, name="rooms"),
    path("mine/new/promise/", firm.promise, name="promise"),
    path("mine/<int:pk>/", firm.own, name="own"),
    path("mine/<int:pk>/sent/", firm.sent, name="sent"),
    path("mine/<int:pk>/rate/", firm.rate, name="rate"),
    path("mine/<int:pk>/<slug:name>/", firm.act, name="own_act"),
    path("rate/<str:token>/", without_login.rate_link, name="rate_link"),
    path("track/", without_login.track, name="track"),
    path("settings/", settings.overview, name="settings"),
    path("settings/categories/new/", settings.new_category, name="category_new"),
    path("settings/categories/<int:pk>/", settings.category, name="category"),
    path("settings/categories/<int:pk>/switch/", settings.switch, name="category_switch"),
    path("settings/levels/new/", settings.new_level, name="level_new"),
    path("<int:pk>/", desk.case, name="case"),
    path("<int:pk>/<slug:name>/", desk.move, name="move"),
]
