from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("", views.listing, name="list"),
    path("export/<str:form>/", views.export, name="export"),
    path("<int:pk>/", views.detail, name="detail"),
]
