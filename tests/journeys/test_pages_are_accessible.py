"""Every desk at a phone's width: nothing cut off, nothing that axe finds serious."""

from collections.abc import Callable
from typing import Any

import pytest

from loushi.casework.visits.models import SweepCampaign
from loushi.foundation.audit.models import Entry
from loushi.registry.accounts.models import Appointment
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.leads.models import InvestmentLead
from loushi.services.stations.models import Counter

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.one_engine]
WHY = "the pages of real rows"
PHONE = {"width": 390, "height": 844}
# Who looks, and at what: the pages of lists, forms and settings that no story of ours passes.
DESKS: dict[str, tuple[str, ...]] = {
    "liaison1": ("/leads/", "/leads/new/", "/leads/{lead}/"),
    "referral1": ("/leads/referrals/",),
    "finance": ("/tax/ledger/", "/tax/totals/", "/tax/rules/", "/tax/release/", "/tax/towers/"),
    "secretary1": (
        "/leads/funnel/",
        "/buildings/{building}/",
        "/buildings/{building}/owners/",
        "/buildings/{building}/contracts/new/",
        "/buildings/{building}/amenities/",
        "/buildings/{building}/codes/",
        "/enterprises/duplicates/",
        "/enterprises/{enterprise}/compare/{other}/",
        "/enterprises/merges/",
        "/enterprises/vacancies/calendar/",
        "/enterprises/sign-ups/",
        "/enterprises/new/licence/",
        "/catalogue/items/",
        "/catalogue/items/template/",
        "/stations/{station}/queue/",
        "/stations/{station}/queue/screen/",
        "/matching/",
        "/matching/lists/",
        "/matching/matches/",
        "/matching/new/",
        "/matching/pick/",
        "/matching/meetings/",
        "/matching/meetings/new/",
        "/matching/decisions/",
        "/visits/coverage/",
        "/visits/retention/",
        "/visits/sweeps/{sweep}/",
        "/transfer/",
    ),
    "secadmin": ("/people/", "/people/new/", "/people/appoint/", "/people/support/"),
    "sysadmin": ("/demands/settings/", "/notices/undelivered/", "/account/tokens/"),
    "auditor": ("/audit/", "/audit/{entry}/"),
    "firm1": (
        "/enterprises/mine/",
        "/visits/own/",
        "/catalogue/own/items/",
        "/catalogue/own/bookings/",
        "/stations/{station}/ticket/",
    ),
}


def first_rows() -> dict[str, int]:
    """Rows of the first community; ids differ from run to run."""
    home = Appointment.objects.unscoped(WHY).get(user__username="secretary1").unit_path
    inside = {"unit_path__startswith": home}
    firms = Enterprise.objects.unscoped(WHY).filter(**inside).order_by("pk")
    return {
        "building": Building.objects.unscoped(WHY).filter(**inside).order_by("pk")[0].pk,
        "enterprise": firms[0].pk,
        "other": firms[1].pk,
        "lead": InvestmentLead.objects.unscoped(WHY).filter(**inside).order_by("pk")[0].pk,
        "sweep": SweepCampaign.objects.unscoped(WHY).filter(**inside).order_by("pk")[0].pk,
        "station": Counter.objects.unscoped(WHY).filter(**inside)[0].station_id,
        "entry": Entry.objects.unscoped(WHY).order_by("pk")[0].pk,
    }


@pytest.mark.parametrize("username", DESKS)
def test_desks_that_no_story_passes(
    enter: Callable[..., Any], axe: Callable[..., None], username: str
) -> None:
    rows = first_rows()
    scheme = "dark" if list(DESKS).index(username) % 2 else "light"
    page = enter(username, viewport=PHONE, color_scheme=scheme)
    if username == "finance":
        page.goto("/tax/purpose/")
        page.fill("input[name=purpose]", "年度核对")
        page.locator("main form button").last.click()
        page.wait_for_load_state()
    for path in DESKS[username]:
        path = path.format(**rows)
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
        axe(page)
