"""Health, theme, language, and the style pages with every component in them."""

import re
from pathlib import Path

import pytest
from django.test import Client

from loushi.foundation.core.logs import request_id
from loushi.foundation.web import samples, views
from loushi.foundation.web.assets import THEME_COOKIE

COTTON = Path(__file__).resolve().parent.parent / "templates/cotton"
STYLE = Path(__file__).resolve().parent.parent / "templates/web/styleguide"
# Parts of other components.
INNER = {"table_head", "icon", "sparkline"}


@pytest.fixture(autouse=True)
def frame_only(settings: pytest.FixtureRequest) -> None:
    """The frame's own addresses and no middleware of other packages."""
    settings.ROOT_URLCONF = "loushi.foundation.web.tests.addresses"
    settings.MIDDLEWARE = [
        name
        for name in settings.MIDDLEWARE
        if "accounts" not in name and "axes" not in name and "AuthenticationMiddleware" not in name
    ]


def test_healthz_answers_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "no-cache" in response.headers["Cache-Control"]


def test_the_request_id_ends_with_the_answer(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "edge-12345678"})
    assert response.headers["X-Request-ID"] == "edge-12345678"
    assert request_id.get() == ""


@pytest.mark.django_db
def test_readyz_names_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/readyz").json() == {
        "status": "ok",
        "database": True,
        "migrations": True,
        "data_folder": True,
    }
    monkeypatch.setattr(views, "_migrations_applied", lambda: False)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["migrations"] is False


@pytest.mark.django_db
def test_readyz_sees_a_folder_that_cannot_be_written(
    client: Client, settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["data_folder"] is False


def test_the_theme_is_kept_and_only_own_pages_are_returned_to(client: Client) -> None:
    response = client.post("/theme/", {"theme": "dark", "next": "/demands/"})
    assert response.headers["Location"] == "/demands/"
    assert response.cookies[THEME_COOKIE].value == "dark"
    response = client.post("/theme/", {"theme": "light", "next": "https://elsewhere.example/"})
    assert response.headers["Location"] == "/"


def test_an_unknown_theme_changes_nothing(client: Client) -> None:
    response = client.post("/theme/", {"theme": "sepia"})
    assert response.status_code == 422
    assert THEME_COOKIE not in response.cookies
    assert client.get("/theme/").status_code == 405


def test_the_language_is_kept(client: Client, settings: pytest.FixtureRequest) -> None:
    response = client.post("/language/", {"language": "en", "next": "/"})
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert client.post("/language/", {"language": "tlh"}).status_code == 422


@pytest.mark.parametrize("part", sorted(samples.PARTS))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_style_pages_render(
    client: Client, settings: pytest.FixtureRequest, part: str, theme: str
) -> None:
    settings.DEMO = True
    address = f"/styleguide/{part}/" if part else "/styleguide/"
    page = client.get(address, {"theme": theme}).content.decode()
    assert f'data-theme="{theme}"' in page
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert "<c-" not in page
    assert not re.search(r"\son[a-z]+=", page)
    assert "<script>" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_the_style_page_is_hidden_from_strangers(client: Client) -> None:
    assert client.get("/styleguide/").status_code == 404


def test_an_unknown_part_is_not_found(client: Client, settings: pytest.FixtureRequest) -> None:
    settings.DEMO = True
    assert client.get("/styleguide/secret/").status_code == 404


def test_every_component_stands_on_a_style_page() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in STYLE.glob("*.html"))
    shown = {name.replace("-", "_") for name in re.findall(r"<c-([a-z-]+)", pages)} - {"slot"}
    drawn = {path.stem for path in COTTON.glob("*.html")}
    assert drawn - shown - INNER == set()
    assert shown - drawn == set()


def test_sample_sums_add_up() -> None:
    data = samples.load("components")
    assert sum(part["value"] for part in data["tower"]) == 214
    assert sum(part["value"] for part in data["solved"]) == 181
    for part in data["tower"]:
        numbers = [int(text) for text in re.findall(r"\d+", part["text"])]
        assert sum(numbers) == part["value"], part["label"]
    assert sum(grid["open"] for grid in data["grids"]) == 86
    assert sum(grid["late"] for grid in data["grids"]) == 5
    assert sum(grid["month"] for grid in data["grids"]) == 214
    areas: dict[str, int] = {}
    for floor in data["plan"]:
        for space in floor["spaces"]:
            areas[space["kind"]] = areas.get(space["kind"], 0) + space["area"]
    for item in data["plan_legend"]:
        assert f"{areas[item['kind']]:,} ㎡" == item["value"]
