"""Addresses of login, own account, people and departments."""

from django.urls import path

from loushi.registry.accounts import views

app_name = "accounts"

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("account/password/", views.change_password, name="change_password"),
]
