from django.urls import path

from . import views

app_name = "files"
urlpatterns = [
    path("pending/<str:token>/", views.pending, name="pending"),
    path("pending/<str:token>/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("<int:pk>/small/", views.small, name="small"),
    path("<int:pk>/<str:name>", views.download, name="download"),
]
