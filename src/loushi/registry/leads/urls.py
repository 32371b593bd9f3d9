"""Addresses of this package, under /leads/."""

from django.urls import path

from loushi.registry.leads import views

app_name = "leads"
urlpatterns = [
    path("", views.lead_list, name="list"),
    path("new/", views.create, name="create"),
    path("funnel/", views.funnel, name="funnel"),
    path("posts/", views.posts, name="posts"),
    path("posts/<int:pk>/", views.referrer, name="referrer"),
    path("referrals/", views.referrals, name="referrals"),
    path("<int:pk>/", views.lead, name="page"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/<slug:name>/", views.move, name="move"),
]
