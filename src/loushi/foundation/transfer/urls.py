from django.urls import path

from . import views

app_name = "transfer"
urlpatterns = [
    path("", views.listing, name="list"),
    path("new/<slug:importer>/", views.upload, name="upload"),
    path("templates/<slug:importer>.xlsx", views.template, name="template"),
    path("<int:pk>/", views.batch, name="batch"),
    path("<int:pk>/source/", views.source, name="source"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/recheck/", views.recheck, name="recheck"),
    path("<int:pk>/note/", views.note, name="note"),
    path("<int:pk>/roll-back/", views.roll_back, name="roll_back"),
    path("<int:pk>/apply/", views.apply, name="apply"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/rejected.xlsx", views.rejected, name="rejected"),
    path("waiting/", views.waiting, name="waiting"),
    path("waiting/<int:pk>/", views.waiting_row, name="waiting_row"),
    path("waiting/<int:pk>/drop/", views.drop, name="drop"),
]
