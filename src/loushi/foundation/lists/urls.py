"""Addresses of this package, under /lists/."""

from django.urls import path

from loushi.foundation.lists import views

app_name = "lists"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:key>/", views.word_list, name="list"),
]
