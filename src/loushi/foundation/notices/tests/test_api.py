"""The own notices over the API."""

import json

import pytest
from django.test import RequestFactory

from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.testing import make_actor
from loushi.foundation.notices import api
from loushi.foundation.notices.commands import notify
from loushi.foundation.notices.models import Notice


@pytest.mark.django_db
def test_a_person_lists_and_reads_the_own_notices_only() -> None:
    notify(user_ids=[3, 4], kind="k", title="请签收", link="/demands/12/", key="d:12")
    request = RequestFactory().get("/api/v1/notices")
    request.actor = make_actor(3)
    answer = api.NoticePage(**api.list_notices(request))
    (item,) = json.loads(answer.model_dump_json())["items"]
    assert (item["title"], item["link"], item["read"], answer.unread) == (
        "请签收",
        "/demands/12/",
        False,
        1,
    )
    assert api.read_notice(request, item["id"]) == (204, None)
    assert api.NoticePage(**api.list_notices(request)).unread == 0
    other = Notice.objects.unscoped("test").get(recipient_id=4)
    with pytest.raises(NotVisible):
        api.read_notice(request, other.pk)
    other.refresh_from_db()
    assert other.read_at is None
