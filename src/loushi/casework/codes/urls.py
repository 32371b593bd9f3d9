"""Addresses of this package: short ones, because they are printed on doors."""

from django.urls import path

from loushi.casework.codes import views

app_name = "codes"
urlpatterns = [
    path("q/<str:code>/", views.scan, name="scan"),
    path("buildings/<int:pk>/codes/", views.codes, name="building"),
    path("buildings/<int:pk>/codes/sheet.pdf", views.sheet, name="sheet"),
    path("buildings/<int:pk>/codes/phone/", views.phone, name="phone"),
    path("buildings/codes/<int:pk>/revoke/", views.revoke, name="revoke"),
]
