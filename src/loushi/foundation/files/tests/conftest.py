import pytest


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """An own folder for stored files; returns what lies in it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "media" / "attachments"
    return lambda: sorted(path for path in folder.rglob("*") if path.is_file())
