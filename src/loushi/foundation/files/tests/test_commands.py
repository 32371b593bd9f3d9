"""Attaching, claiming, removing, sweeping; refusals leave neither rows nor bytes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from loushi.foundation.core.errors import NotVisible, Refused
from loushi.foundation.core.testing import at, make_actor
from loushi.foundation.files import commands, queries
from loushi.foundation.files.commands import attach, safe_name, sweep_orphans, upload_pending
from loushi.foundation.files.models import Attachment, Visibility

from .uploads import jpeg, upload

pytestmark = pytest.mark.django_db
PARENT = ("plots.plot", 7)
TOKEN = "t" * 20


@pytest.fixture
def actor(django_user_model):
    user = django_user_model(username="zhou")
    user.set_unusable_password()
    user.save()
    return make_actor(user.pk)


@pytest.fixture
def other(django_user_model):
    user = django_user_model(username="li")
    user.set_unusable_password()
    user.save()
    return make_actor(user.pk, "李")


def test_a_picture_is_stored_clean_with_its_thumbnail(actor, media):
    (row,) = attach(actor=actor, parent=PARENT, uploads=upload("现场.JPG", jpeg()))
    assert (row.name, row.content_type, row.width, row.height) == ("现场.jpg", "image/jpeg", 60, 40)
    assert len(media()) == 2
    assert all("现场" not in path.name for path in media())
    assert all(b"SECRET" not in path.read_bytes() for path in media())
    assert row.size == queries.stored_file(row).stat().st_size
    assert queries.attachments_of(PARENT) == [row]


def test_every_wrong_file_is_named_and_none_is_attached(actor, media):
    files = [upload("a.jpg", jpeg()), upload("b.exe", b"MZ"), upload("c.pdf", b"")]
    with pytest.raises(Refused) as refusal:
        attach(actor=actor, parent=PARENT, uploads=files)
    assert "b.exe" in str(refusal.value)
    assert "c.pdf" in str(refusal.value)
    assert refusal.value.errors[0].field == "attachments"
    assert not Attachment.objects.exists()
    assert media() == []


def test_size_and_count_are_limited(actor, media, settings):
    settings.UPLOAD_LIMIT_BYTES = 2 * 1024 * 1024
    with pytest.raises(Refused, match=r"有 3.0 MB，每个文件最多 2 MB"):
        attach(actor=actor, parent=PARENT, uploads=upload("a.txt", b"x" * 3 * 2**20))
    settings.UPLOAD_LIMIT_COUNT = 2
    attach(actor=actor, parent=PARENT, uploads=upload("a.txt", b"x"))
    with pytest.raises(Refused, match="最多 2 个附件，现在共 3 个"):
        attach(actor=actor, parent=PARENT, uploads=[upload("b.txt", b"x"), upload("c.txt", b"x")])
    assert Attachment.objects.count() == 1
    assert len(media()) == 1


def test_pending_uploads_are_claimed_by_their_form_only(actor, other):
    (mine,) = upload_pending(actor=actor, token=TOKEN, uploads=[upload("a.txt", b"x")])
    assert queries.pending(actor, TOKEN) == [mine]
    assert queries.pending(other, TOKEN) == []
    assert attach(actor=other, parent=PARENT, token=TOKEN) == []
    assert attach(actor=actor, parent=PARENT, token="u" * 20) == []
    claimed = attach(actor=actor, parent=PARENT, token=TOKEN, label="照片")
    assert [row.pk for row in claimed] == [mine.pk]
    mine.refresh_from_db()
    assert (mine.parent_type, mine.parent_id, mine.token, mine.label) == (*PARENT, "", "照片")
    assert attach(actor=actor, parent=("plots.plot", 8), token=TOKEN) == []


@pytest.mark.parametrize("token", ["", "short", "x" * 65, "../../../etc/passwd", "令" * 20])
def test_a_token_must_look_like_one(actor, token):
    with pytest.raises(Refused):
        upload_pending(actor=actor, token=token, uploads=[upload("a.txt", b"x")])
    assert not Attachment.objects.exists()


def test_a_pending_upload_can_be_taken_back_by_its_uploader(
    actor, other, media, django_capture_on_commit_callbacks
):
    (row,) = upload_pending(actor=actor, token=TOKEN, uploads=[upload("a.txt", b"x")])
    with pytest.raises(NotVisible):
        commands.withdraw_pending(actor=other, token=TOKEN, pk=row.pk)
    assert len(media()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        commands.withdraw_pending(actor=actor, token=TOKEN, pk=row.pk)
    assert media() == []
    assert not Attachment.objects.exists()


def test_orphans_are_swept_after_a_day(actor, media, django_capture_on_commit_callbacks):
    now = timezone.now()
    with at(now - timedelta(hours=25)):
        upload_pending(actor=actor, token=TOKEN, uploads=[upload("a.txt", b"x")])
        attach(actor=actor, parent=PARENT, uploads=upload("kept.txt", b"x"))
    upload_pending(actor=actor, token="u" * 20, uploads=[upload("young.txt", b"x")])
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_orphans() == 1
    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["kept.txt", "young.txt"]
    assert len(media()) == 2


def test_removing_hides_the_row_and_deletes_the_bytes(
    actor, media, django_capture_on_commit_callbacks
):
    (row,) = attach(actor=actor, parent=PARENT, uploads=upload("a.jpg", jpeg()))
    with pytest.raises(NotVisible):
        commands.remove(actor=actor, parent=("plots.plot", 8), pk=row.pk)
    assert len(media()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        commands.remove(actor=actor, parent=PARENT, pk=row.pk)
    assert media() == []
    assert queries.attachments_of(PARENT) == []
    assert Attachment.objects.get().removed_by_name == actor.name


def test_internal_attachments_are_left_out_unless_asked_for(actor):
    attach(actor=actor, parent=PARENT, uploads=upload("a.txt", b"x"))
    attach(
        actor=actor, parent=PARENT, uploads=upload("b.txt", b"x"), visibility=Visibility.INTERNAL
    )
    assert [row.name for row in queries.attachments_of(PARENT)] == ["a.txt"]
    assert len(queries.attachments_of(PARENT, internal=True)) == 2
    found = queries.attachments_by_parent("plots.plot", [7, 8])
    assert [row.name for row in found[7]] == ["a.txt"]
    assert found[8] == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\合同.pdf", "合同.pdf"),
        ("a\u202egpj.exe\x00.txt", "agpj.exe.txt"),
        (" . ", "附件"),
        ("很" * 200 + ".pdf", "很" * 116 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name, kept):
    assert safe_name(name) == kept
