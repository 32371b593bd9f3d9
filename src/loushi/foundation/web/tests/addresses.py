"""The frame's own addresses, for tests that need no other package."""

from django.urls import include, path

from loushi.foundation.web import views

urlpatterns = [path("", include("loushi.foundation.web.urls"))]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
