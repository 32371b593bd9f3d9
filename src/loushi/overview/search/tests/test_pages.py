"""The page in a real browser: from the box of the top bar to the hits, on desk and phone."""

import os

import pytest
from tests.browser import PHONE

from loushi.casework.demands.factories import make_world
from loushi.registry.accounts.factories import make_staff
from loushi.registry.buildings.commands.indexing import index_buildings
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.commands.indexing import index_enterprises

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHY = "test data"


@pytest.fixture
def secretary():
    world = make_world()
    Space.objects.unscoped(WHY).create(
        building=world.tower, unit_path=world.here.path, number="1703"
    )
    for _ in range(3):
        world.submit()
    index_buildings(Building.objects.unscoped(WHY).order_by("pk"))
    index_enterprises([world.enterprise.pk])
    return make_staff("community_secretary", world.here)


def test_the_box_leads_to_grouped_hits(signed_in, axe, secretary):
    page = signed_in(secretary)
    page.goto("/search/")
    page.get_by_role("searchbox").last.fill("望澜中心")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=**")
    assert page.get_by_role("heading", level=2).count() == 2
    axe(page)
    if folder := os.environ.get("LOUSHI_PICTURES"):
        page.screenshot(path=f"{folder}/search.png", full_page=True)


@pytest.mark.parametrize("query", ["望澜中心", "石棉", "停", ""])
def test_every_answer_fits_a_phone(signed_in, axe, secretary, query):
    page = signed_in(secretary, viewport=PHONE)
    page.goto(f"/search/?q={query}")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    axe(page)
    if folder := os.environ.get("LOUSHI_PICTURES"):
        page.screenshot(path=f"{folder}/phone-{query or 'empty'}.png", full_page=True)
