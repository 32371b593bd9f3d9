"""Addresses of this package, under /visits/."""

from django.urls import path

from loushi.casework.visits.views import (
    desk,
    firm,
    inspections,
    plan,
    record,
    retention,
    rooms,
    settings,
    sweeps,
)

app_name = "visits"
urlpatterns = [
    path("", desk.visit_list, name="list"),
    path("today/", plan.today, name="today"),
    path("plan/", plan.adjust, name="plan"),
    path("plan/act/", plan.act, name="plan_act"),
    path("record/<int:pk>/", record.new, name="record"),
    path("record/finding/", record.finding, name="finding"),
    path("coverage/", desk.coverage, name="coverage"),
    path("ratings/", desk.ratings, name="ratings"),
    path("rules/", settings.rules, name="rules"),
    path("rules/retention/", settings.thresholds, name="thresholds"),
    path("inspections/", inspections.calendar, name="inspections"),
    path("inspections/<int:pk>/done/", inspections.done, name="inspection_done"),
    path("inspections/<int:pk>/cancel/", inspections.cancel, name="inspection_cancel"),
    path("sweeps/", sweeps.sweep_list, name="sweeps"),
    path("sweeps/new/", sweeps.create, name="sweep_new"),
    path("sweeps/<int:pk>/", sweeps.sweep, name="sweep"),
    path("sweeps/<int:pk>/rooms/", sweeps.room_list, name="sweep_rooms"),
    path("sweeps/<int:pk>/report/", sweeps.report, name="sweep_report"),
    path("sweeps/<int:pk>/close/", sweeps.close, name="sweep_close"),
    path("sweeps/<int:pk>/<int:building>/", sweeps.building, name="sweep_building"),
    path("sweeps/<int:pk>/<int:building>/add/", sweeps.add_room, name="sweep_add"),
    path("rooms/<int:pk>/", rooms.room, name="room"),
    path("retention/", retention.retention_list, name="retention"),
    path("retention/<int:pk>/", retention.decide, name="retention_decide"),
    path("retention/<int:pk>/reopen/", retention.reopen, name="retention_reopen"),
    path("own/", firm.own_list, name="own"),
    path("own/<int:pk>/", firm.own, name="own_visit"),
    path("<int:pk>/", desk.visit, name="page"),
    path("<int:pk>/edit/", record.edit, name="edit"),
    path("<int:pk>/withdraw/", record.withdraw, name="withdraw"),
]
