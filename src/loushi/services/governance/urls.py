"""Addresses of this package, under /governance/."""

from django.urls import path

from loushi.services.governance.views import bodies, items, meetings, resolutions

app_name = "governance"
urlpatterns = [
    path("", bodies.body_list, name="list"),
    path("new/", bodies.create, name="create"),
    path("<int:pk>/", bodies.body, name="body"),
    path("<int:pk>/edit/", bodies.edit, name="edit"),
    path("<int:pk>/seats/new/", bodies.add_seat, name="seat_add"),
    path("<int:pk>/seats/<int:seat>/", bodies.edit_seat, name="seat"),
    path("<int:pk>/rules/", bodies.rule, name="rule"),
    path("<int:pk>/propose/", items.propose, name="propose"),
    path("<int:pk>/meet/", meetings.create, name="meet"),
    path("meetings/", meetings.meeting_list, name="meetings"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/edit/", meetings.edit, name="meeting_edit"),
    path("meetings/<int:pk>/agenda/", meetings.agenda, name="agenda"),
    path("meetings/<int:pk>/attendance/", meetings.attendance, name="attendance"),
    path("meetings/<int:pk>/do/<slug:name>/", meetings.act, name="meeting_act"),
    path("meetings/<int:pk>/minutes.<slug:kind>", meetings.minutes, name="minutes"),
    path("items/<int:pk>/", items.item, name="item"),
    path("items/<int:pk>/edit/", items.edit, name="item_edit"),
    path("items/<int:pk>/open/", items.open_vote, name="vote_open"),
    path("items/<int:pk>/vote/", items.cast, name="vote"),
    path("items/<int:pk>/roll/", items.roll, name="roll"),
    path("items/<int:pk>/do/<slug:name>/", items.act, name="item_act"),
    path("resolutions/", resolutions.resolution_list, name="resolutions"),
    path("resolutions/<int:pk>/", resolutions.resolution, name="resolution"),
    path("resolutions/<int:pk>/edit/", resolutions.edit, name="resolution_edit"),
    path("resolutions/<int:pk>/task/", resolutions.add_task, name="task_add"),
    path("resolutions/<int:pk>/report/", resolutions.report, name="report"),
    path("resolutions/<int:pk>/resource/", resolutions.resource, name="resource"),
    path("tasks/<int:pk>/", resolutions.task, name="task"),
]
