"""The notice pages, with a person logged in by hand."""

from datetime import time
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory

from loushi.foundation.core.errors import Denied
from loushi.foundation.core.testing import make_actor
from loushi.foundation.notices import queries, registry, views
from loushi.foundation.notices.commands import notify
from loushi.foundation.notices.models import Delivery, Notice


def ask(view: Any, method: str = "get", actor: Any = None, **kwargs: Any) -> HttpResponse:
    data = kwargs.pop("data", {})
    request = getattr(RequestFactory(), method)("/notices/", data)
    request.actor = actor or make_actor(3)
    request._messages = CookieStorage(request)
    request._dont_enforce_csrf_checks = True
    response: HttpResponse = view(request, **kwargs)
    return response


def tell(key: str = "k", **fields: Any) -> Notice:
    notify(
        **{"user_ids": [3], "kind": "k", "title": "请签收", "link": "/demands/12/", **fields},
        key=key,
    )
    return Notice.objects.unscoped("test").get(key=key)


@pytest.mark.django_db
def test_the_list_tells_unread_from_read() -> None:
    tell()
    page = ask(views.listing).content.decode()
    assert "请签收" in page
    assert "1 条未读" in page
    assert "标为已读" in page


@pytest.mark.django_db
def test_the_empty_list_says_what_will_come() -> None:
    assert "还没有消息" in ask(views.listing).content.decode()
    assert "没有符合这个筛选" in ask(views.listing, data={"show": "unread"}).content.decode()


@pytest.mark.django_db
def test_opening_leads_to_the_matter_and_marks_as_read() -> None:
    notice = tell()
    response = ask(views.open_notice, pk=notice.pk)
    assert (response.status_code, response["Location"]) == (302, "/demands/12/")
    assert queries.unread_count(make_actor(3)) == 0


@pytest.mark.django_db
def test_mark_all_takes_what_was_shown() -> None:
    notice = tell()
    tell(key="later")
    ask(views.read_all, "post", data={"until": str(notice.pk)})
    assert queries.unread_count(make_actor(3)) == 1
    ask(views.read_all, "post", data={"until": "everything"})
    assert queries.unread_count(make_actor(3)) == 1


@pytest.mark.django_db
def test_preferences_are_shown_saved_and_refused() -> None:
    registry.declare_kind("demand_dispatched", "派单给我")
    assert "派单给我" in ask(views.preferences).content.decode()
    good = {
        "digest_hour": "8",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "mode_demand_dispatched": "digest",
    }
    assert ask(views.preferences, "post", data=good).status_code == 302
    chosen = queries.preferences(make_actor(3))
    assert (chosen.digest_hour, chosen.quiet_until, chosen.kinds[0].mode) == (8, time(7), "digest")
    half = {**good, "quiet_until": ""}
    refused = ask(views.preferences, "post", data=half)
    assert refused.status_code == 422
    assert "要同时填写开始和结束" in refused.content.decode()
    assert queries.preferences(make_actor(3)).quiet_until == time(7)


@pytest.mark.django_db
def test_dead_letters_are_shown_and_tried_again_by_the_administrator_only() -> None:
    dead = Delivery.objects.unscoped("test").create(
        recipient_id=3, notice=tell(), state="dead", error="550 no such user"
    )
    keeper = make_actor(9, path="000001", permissions=["notices.manage"])
    page = ask(views.undelivered, actor=keeper).content.decode()
    assert "550 no such user" in page
    assert "没有后台进程在运行" in page
    with pytest.raises(Denied):
        ask(views.undelivered)
    with pytest.raises(Denied):
        ask(views.retry, "post", what="mail", pk=dead.pk)
    ask(views.retry, "post", actor=keeper, what="mail", pk=dead.pk)
    dead.refresh_from_db()
    assert dead.state == "pending"
