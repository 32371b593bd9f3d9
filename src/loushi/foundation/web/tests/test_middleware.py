"""Request ids, and refusals that become calm pages, fragments or problem details."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import RequestFactory

from loushi.foundation.core.actor import ANONYMOUS, Actor
from loushi.foundation.core.errors import (
    Conflict,
    Denied,
    Gone,
    LoushiError,
    NotVisible,
    Refused,
    TooMany,
)
from loushi.foundation.core.logs import request_id
from loushi.foundation.web.middleware import ErrorPageMiddleware, RequestIdMiddleware
from loushi.foundation.web.views import csrf_failure, not_found, server_error


@pytest.fixture(autouse=True)
def fresh_id() -> Iterator[None]:
    yield
    request_id.set("")


@pytest.fixture(autouse=True)
def addresses(settings: pytest.FixtureRequest) -> None:
    """The frame's own addresses only: these tests need no other package."""
    settings.ROOT_URLCONF = "loushi.foundation.web.tests.addresses"


def through(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    return RequestIdMiddleware(view)(request)


def seen(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(request_id.get())


def test_a_sane_id_is_kept_and_returned() -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": "edge-12345678"})
    response = through(request, seen)
    assert response.content == b"edge-12345678"
    assert response.headers["X-Request-ID"] == "edge-12345678"


@pytest.mark.parametrize("offered", ["", "short", "a" * 65, "x y z x y z", "<script>alert(1)"])
def test_any_other_id_is_replaced(offered: str) -> None:
    response = through(RequestFactory().get("/", headers={"X-Request-ID": offered}), seen)
    number = response.headers["X-Request-ID"]
    assert number != offered
    assert len(number) == 16


def test_one_access_line_without_the_query(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="loushi.access"):
        through(RequestFactory().get("/demands/?q=陈屿"), seen)
        through(RequestFactory().get("/static/web/loushi.js"), seen)
        through(RequestFactory().get("/healthz"), seen)
    (line,) = caplog.records
    assert line.path == "/demands/"
    assert line.status == 200
    assert "陈屿" not in str(vars(line))


def refuse(error: LoushiError, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/demands/7/", headers=headers)
    request.resolver_match = None
    response = ErrorPageMiddleware(seen).process_exception(request, error)
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("error", "status"),
    [(Refused("请填写楼层。", field="floor"), 422), (Denied(), 403), (NotVisible(), 404),
     (Conflict(), 409), (Gone(), 410), (TooMany(), 429)],
)  # fmt: skip
def test_each_refusal_has_its_page(error: LoushiError, status: int) -> None:
    response = refuse(error)
    page = response.content.decode()
    assert response.status_code == status
    assert "<h1" in page
    assert "<!doctype html>" in page


def test_the_sentence_of_the_refusal_is_shown_and_escaped() -> None:
    page = refuse(Refused.many({"a": "请填写<b>楼层</b>。", "b": "请选类别。"})).content.decode()
    assert "请填写&lt;b&gt;楼层&lt;/b&gt;。" in page
    assert "请选类别。" in page


def test_a_fragment_for_htmx_and_a_problem_for_programs() -> None:
    fragment = refuse(Conflict("这件刚刚被交办。"), HX_Request="true")
    assert b"<html" not in fragment.content
    assert "这件刚刚被交办。" in fragment.content.decode()
    problem = refuse(Denied("不能交办。"), Accept="application/json")
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert json.loads(problem.content) == {
        "type": "about:blank",
        "title": "这一步您不能办",
        "status": 403,
        "detail": "不能交办。",
        "request_id": "",
    }


def test_other_exceptions_are_left_to_django() -> None:
    request = RequestFactory().get("/")
    assert ErrorPageMiddleware(seen).process_exception(request, ValueError("x")) is None


def test_an_invisible_row_says_nothing_about_itself() -> None:
    assert "demand" not in refuse(NotVisible()).content.decode().replace("/demands/", "")


def test_error_handlers_say_what_why_and_next() -> None:
    request = RequestFactory().get("/nowhere/")
    for response, status, words in (
        (not_found(request), 404, "没有找到"),
        (server_error(request), 500, "系统出了问题"),
        (csrf_failure(request), 403, "表单已经过期"),
    ):
        page = response.content.decode()
        assert response.status_code == status
        assert words in page
        assert 'href="/"' in page


def test_an_expired_form_does_not_send_people_to_their_superior() -> None:
    page = csrf_failure(RequestFactory().post("/demands/")).content.decode()
    assert '<h1 class="title">表单已经过期</h1>' in page
    assert "本单位负责人" not in page


def test_a_limit_that_says_how_to_go_on_is_not_contradicted() -> None:
    page = refuse(TooMany("24 小时内已经催办过，承办单位已收到提醒。")).content.decode()
    assert "24 小时内已经催办过" in page
    assert "请过几分钟再试" not in page
    assert "请过几分钟再试" in refuse(TooMany()).content.decode()


@pytest.mark.django_db  # the frame of a person may ask for what is kept, after other tests
@pytest.mark.parametrize(("error", "status"), [(Denied(), 403), (NotVisible(), 404)])
def test_a_stranger_is_led_to_the_login(error: LoushiError, status: int) -> None:
    request = RequestFactory().get("/demands/7/")
    request.resolver_match = None
    link = f'<a class="button button-primary" href="{settings.LOGIN_URL}">登录</a>'
    for actor, offered in ((ANONYMOUS, True), (Actor(user_id=1, name="许之"), False)):
        request.actor = actor  # type: ignore[attr-defined]
        response = ErrorPageMiddleware(seen).process_exception(request, error)
        assert response is not None
        assert response.status_code == status
        assert (link in response.content.decode()) is offered


def test_the_last_resort_needs_no_template(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_kwargs: object) -> HttpResponse:
        raise RuntimeError

    monkeypatch.setattr("loushi.foundation.web.views.error_response", broken)
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "系统出了问题" in response.content.decode()


def test_opening_the_address_of_a_form_says_so_instead_of_nothing() -> None:
    """A reload after a failed form, or a change of language on it, asks for it by GET."""
    empty = ErrorPageMiddleware(lambda _request: HttpResponseNotAllowed(["POST"]))
    page = empty(RequestFactory().get("/people/1/leave/"))
    assert page.status_code == 405
    assert page.headers["Allow"] == "POST"
    assert "这个地址只接收提交" in page.content.decode()
    problem = empty(RequestFactory().get("/api/v1/demands/1/moves/accept"))
    assert json.loads(problem.content)["status"] == 405
