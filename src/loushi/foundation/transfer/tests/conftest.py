import pytest

from loushi.foundation.transfer import registry

from . import plots as support


@pytest.fixture
def plots(db, monkeypatch, settings, tmp_path):
    """The table of plots and its importer, for one test."""
    monkeypatch.setattr(registry, "_importers", {"plots": support.PlotImporter})
    monkeypatch.setattr(
        registry,
        "_unit_choices",
        lambda actor, permission: [(support.HOME, "望澜商务社区"), (support.NEXT, "青杼商务社区")],
    )
    monkeypatch.setattr(registry, "_actor_of", lambda user_id: support.importing())
    monkeypatch.setattr(support.PlotImporter, "audited", [])
    settings.MEDIA_ROOT = tmp_path / "media"
    support.create_table()
    return support.plots


@pytest.fixture
def csv_file(tmp_path):
    """Writes lines as a csv file and returns its path."""

    def write(*lines: str, name: str = "地块.csv", encoding: str = "utf-8"):
        path = tmp_path / name
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return write
