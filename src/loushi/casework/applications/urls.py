"""Addresses of this package, under /applications/."""

from django.urls import path

from loushi.casework.applications.views import desk, own

app_name = "applications"
urlpatterns = [
    path("", desk.inbox, name="inbox"),
    path("totals/", desk.totals, name="totals"),
    path("records/", desk.records, name="records"),
    path("register/", own.choose_at_window, name="register"),
    path("register/<int:pk>/", own.register_one, name="register_one"),
    path("apply/", own.choose, name="apply"),
    path("apply/<int:pk>/", own.apply_one, name="apply_one"),
    path("mine/", own.mine, name="mine"),
    path("mine/<int:pk>/", own.own, name="own"),
    path("mine/<int:pk>/<slug:name>/", own.own_act, name="own_act"),
    path("p/<slug:token>/", own.follow, name="follow"),
    path("<int:pk>/", desk.case, name="case"),
    path("<int:pk>/receipt/", own.receipt, name="receipt"),
    path("<int:pk>/do/<slug:name>/", desk.act, name="act"),
    path("<int:pk>/steps/<slug:code>/<slug:move>/", desk.step, name="step"),
]
