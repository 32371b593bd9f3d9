"""Every desk at a phone's width: nothing cut off, nothing that axe finds serious."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.one_engine]
PHONE = {"width": 390, "height": 844}
# Who looks, and at what: the pages of lists, forms and settings that no story of ours passes.
DESKS: dict[str, tuple[str, ...]] = {
    "liaison1": ("/leads/", "/leads/new/", "/leads/1/"),
    "referral1": ("/leads/referrals/",),
    "finance": ("/tax/ledger/", "/tax/totals/", "/tax/rules/", "/tax/release/", "/tax/towers/"),
    "secretary1": (
        "/leads/funnel/",
        "/buildings/1/",
        "/buildings/1/owners/",
        "/buildings/1/contracts/new/",
        "/buildings/1/amenities/",
        "/buildings/1/codes/",
        "/enterprises/duplicates/",
        "/enterprises/1/compare/2/",
        "/enterprises/merges/",
        "/enterprises/vacancies/calendar/",
        "/enterprises/sign-ups/",
        "/enterprises/new/licence/",
        "/visits/coverage/",
        "/visits/retention/",
        "/visits/sweeps/1/",
        "/transfer/",
    ),
    "secadmin": ("/people/", "/people/new/", "/people/appoint/", "/people/support/"),
    "sysadmin": ("/demands/settings/", "/notices/undelivered/", "/account/tokens/"),
    "auditor": ("/audit/", "/audit/1/"),
    "firm1": ("/enterprises/mine/", "/visits/own/"),
}


def test_desks_that_no_story_passes(enter: Callable[..., Any], axe: Callable[..., None]) -> None:
    for number, (username, paths) in enumerate(DESKS.items()):
        scheme = "dark" if number % 2 else "light"
        page = enter(username, viewport=PHONE, color_scheme=scheme)
        if username == "finance":
            page.goto("/tax/purpose/")
            page.fill("input[name=purpose]", "年度核对")
            page.locator("main form button").last.click()
            page.wait_for_load_state()
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, (username, path)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (username, path)
            axe(page)
        page.close()
