"""Addresses of this package, under /matching/."""

from django.urls import path

from loushi.casework.matching.views import grouping, issues, matches, meetings

app_name = "matching"
urlpatterns = [
    path("", issues.issue_list, name="list"),
    path("lists/", matches.lists, name="lists"),
    path("matches/", matches.matches, name="matches"),
    path("matches/propose/", matches.propose, name="match_propose"),
    path("matches/<int:pk>/do/<slug:name>/", matches.decide, name="match_decide"),
    path("new/", grouping.create, name="create"),
    path("pick/", grouping.pick, name="pick"),
    path("join/<int:pk>/", grouping.join, name="join"),
    path("<int:pk>/", issues.issue, name="issue"),
    path("<int:pk>/edit/", issues.edit, name="edit"),
    path("<int:pk>/add/", grouping.add, name="add"),
    path("<int:pk>/remove/", grouping.remove, name="remove"),
    path("<int:pk>/split/", grouping.split, name="split"),
    path("<int:pk>/merge/", grouping.merge, name="merge"),
    path("<int:pk>/assign/", issues.assign, name="assign"),
    path("<int:pk>/refer/", grouping.refer, name="refer"),
    path("<int:pk>/answer/", issues.answer, name="answer"),
    path("<int:pk>/do/<slug:name>/", issues.act, name="act"),
    path("meetings/", meetings.meeting_list, name="meetings"),
    path("meetings/new/", meetings.create, name="meet"),
    path("meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/edit/", meetings.edit, name="meeting_edit"),
    path("meetings/<int:pk>/attendance/", meetings.attendance, name="attendance"),
    path("meetings/<int:pk>/decide/", meetings.decide, name="decide"),
    path("meetings/<int:pk>/do/<slug:name>/", meetings.act, name="meeting_act"),
    path("meetings/<int:pk>/minutes.<slug:kind>", meetings.minutes, name="minutes"),
    path("decisions/", meetings.decision_list, name="decisions"),
    path("decisions/<int:pk>/", meetings.decision, name="decision"),
]
