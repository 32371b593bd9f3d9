"""Downloads: under the parent's policy, and harmless in a browser."""

import pytest
from django.test import RequestFactory

from loushi.foundation.core.actor import ANONYMOUS
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.testing import make_actor
from loushi.foundation.files import registry, views
from loushi.foundation.files.commands import attach, upload_pending
from loushi.foundation.files.models import Attachment, Visibility

from .uploads import jpeg, upload

pytestmark = pytest.mark.django_db
READER, CLERK, STRANGER = make_actor(None, "读者"), make_actor(None, "窗口"), make_actor(None, "外")


@pytest.fixture(autouse=True)
def parent(monkeypatch):
    """Plot 7 is read by the reader and the clerk; what is internal by the clerk alone."""
    monkeypatch.setattr(registry, "_readers", {})

    def may_read(actor, pk, internal):
        return pk == 7 and (actor is CLERK or (actor is READER and not internal))

    registry.register("plots.plot", may_read)


def get(view, actor, **kwargs):
    request = RequestFactory().get("/files/")
    request.actor = actor
    answer = view(request, **kwargs)
    answer.body = b"".join(answer.streaming_content)
    answer.file_to_stream.close()
    return answer


def attached(name="报告.txt", data=b"hello", parent=("plots.plot", 7), **more) -> Attachment:
    (row,) = attach(actor=CLERK, parent=parent, uploads=upload(name, data), **more)
    return row


def test_a_download_is_private_and_sandboxed():
    row = attached()
    answer = get(views.download, READER, pk=row.pk, name="whatever")
    assert answer.body == b"hello"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Cache-Control"].startswith("private")


def test_pictures_open_in_place_and_have_a_small_version():
    row = attached("a.jpg", jpeg((900, 600)))
    whole = get(views.download, READER, pk=row.pk, name="a.jpg")
    small = get(views.small, READER, pk=row.pk)
    assert whole["Content-Disposition"].startswith("inline")
    assert small["Content-Type"] == "image/jpeg"
    assert len(small.body) < len(whole.body)


def test_names_cannot_break_the_header():
    row = attached('a"; x=y\r\nSet-Cookie: a=b.txt')
    header = get(views.download, READER, pk=row.pk, name="x")["Content-Disposition"]
    assert "\r" not in header
    assert "\n" not in header


@pytest.mark.parametrize("view", [views.download, views.small])
def test_who_may_not_see_the_parent_finds_no_file(view):
    kwargs = {"name": "x"} if view is views.download else {}
    row = attached()
    internal = attached(visibility=Visibility.INTERNAL)
    unknown = attached(parent=("nobody.knows", 7))
    elsewhere = attached(parent=("plots.plot", 8))
    for actor, hidden in (
        (STRANGER, row), (ANONYMOUS, row), (READER, internal), (CLERK, unknown), (CLERK, elsewhere),
    ):  # fmt: skip
        with pytest.raises(NotVisible):
            get(view, actor, pk=hidden.pk, **kwargs)
    assert get(view, CLERK, pk=internal.pk, **kwargs).status_code == 200


def test_waiting_uploads_belong_to_their_uploader(django_user_model):
    users = []
    for name in ("zhou", "li"):
        user = django_user_model(username=name)
        user.set_unusable_password()
        user.save()
        users.append(make_actor(user.pk))
    (row,) = upload_pending(actor=users[0], token="t" * 20, uploads=[upload("a.txt", b"x")])
    assert get(views.download, users[0], pk=row.pk, name="x").body == b"x"
    for actor in (users[1], ANONYMOUS):
        with pytest.raises(NotVisible):
            get(views.download, actor, pk=row.pk, name="x")


def test_a_removed_file_is_gone(media):
    row = attached()
    for path in media():
        path.unlink()
    with pytest.raises(NotVisible):
        get(views.download, READER, pk=row.pk, name="x")


def test_a_form_collects_its_files(django_user_model):
    user = django_user_model(username="zhou")
    user.set_unusable_password()
    user.save()
    request = RequestFactory().post("/files/", {"attachments": [upload("a.txt", b"x")]})
    request.actor = make_actor(user.pk)
    page = views.pending(request, "t" * 20).content.decode()
    assert "a.txt" in page
    again = RequestFactory().post("/files/")
    again.actor = request.actor
    page = views.withdraw(again, "t" * 20, Attachment.objects.get().pk).content.decode()
    assert "a.txt" not in page
