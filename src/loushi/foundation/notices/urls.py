from django.urls import path

from . import views

app_name = "notices"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:pk>/open/", views.open_notice, name="open"),
    path("<int:pk>/read/", views.read, name="read"),
    path("read-all/", views.read_all, name="read_all"),
    path("preferences/", views.preferences, name="preferences"),
    path("undelivered/", views.undelivered, name="undelivered"),
    path("undelivered/<str:what>/<int:pk>/retry/", views.retry, name="retry"),
]
