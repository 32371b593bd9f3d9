"""Login and the own account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from loushi.foundation.core.access import public
from loushi.registry.accounts import sessions


@public
def log_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("login")


@public
def log_out(request: HttpRequest) -> HttpResponse:
    sessions.finish(request)
    return redirect("accounts:login")


def change_password(request: HttpRequest) -> HttpResponse:
    return HttpResponse("password")


def locked_out(request: HttpRequest, credentials: object = None) -> HttpResponse:
    return HttpResponse("locked", status=429)
