"""The style pages in a real browser: keys, drafts, dialogs, nothing cut off, accessible."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from loushi.foundation.web import samples

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.one_engine,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}


@pytest.fixture(autouse=True)
def frame_only(settings: Any) -> None:
    settings.DEMO = True
    settings.ROOT_URLCONF = "loushi.foundation.web.tests.addresses"
    settings.MIDDLEWARE = [
        name
        for name in settings.MIDDLEWARE
        if "accounts" not in name and "axes" not in name and "AuthenticationMiddleware" not in name
    ]


@pytest.mark.parametrize("part", sorted(samples.PARTS))
def test_style_pages_fit_and_are_accessible(
    part: str, new_page: "Callable[..., Page]", axe: "Callable[[Page], None]"
) -> None:
    address = f"/styleguide/{part}/" if part else "/styleguide/"
    for viewport in (PHONE, WALL):
        page = new_page(viewport=viewport)
        for theme in ("light", "dark"):
            page.goto(f"{address}?theme={theme}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), viewport
            axe(page)
        page.close()


def test_keys_move_through_a_list(new_page: "Callable[..., Page]") -> None:
    page = new_page()
    page.goto("/styleguide/case/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".is-cursor .list-title").inner_text().startswith("桐川路 112 号")
    page.keyboard.press("k")
    assert page.locator(".is-cursor .list-title").inner_text().startswith("食堂承包")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("j?")
    assert page.locator("[data-find]").input_value() == "j?"
    assert not page.locator("#shortcuts").is_visible()


def test_the_help_opens_and_closes_by_key(new_page: "Callable[..., Page]") -> None:
    page = new_page()
    page.goto("/styleguide/case/")
    page.keyboard.press("?")
    assert page.locator("#shortcuts").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#shortcuts").is_visible()


def test_a_draft_survives_and_the_counter_counts(new_page: "Callable[..., Page]") -> None:
    page = new_page()
    page.goto("/styleguide/form/")
    page.locator("#id_phone").fill("138")
    page.locator("#id_text").fill("电梯要等二十分钟")
    assert page.locator("[data-counter]").inner_text() == "8 / 1000"
    page.locator("[data-draft-sign]").filter(has_text="已存草稿").wait_for()
    page.reload()
    assert page.locator("#id_text").input_value() == "电梯要等二十分钟"
    assert page.locator("#id_phone").input_value() == "138"


def test_a_password_is_never_kept_and_can_be_shown(new_page: "Callable[..., Page]") -> None:
    page = new_page()
    page.goto("/styleguide/form/")
    page.locator("#id_secret").fill("mi-ma-12345")
    page.locator("#id_phone").fill("138")
    page.locator("[data-draft-sign]").filter(has_text="已存草稿").wait_for()
    assert "mi-ma" not in page.evaluate("JSON.stringify(localStorage)")
    page.locator('[data-show="id_secret"]').click()
    assert page.locator("#id_secret").get_attribute("type") == "text"
    assert page.locator('[data-show="id_secret"]').inner_text() == "隐藏"


def test_a_long_list_is_narrowed_by_typing_and_ticked_by_key(
    new_page: "Callable[..., Page]",
) -> None:
    page = new_page()
    page.goto("/styleguide/")
    box = page.locator("#field-towers")
    box.locator("[data-narrow-text]").fill("大厦")
    shown = box.locator("[data-narrow-item]:visible")
    assert shown.all_inner_texts() == ["东清大厦", "星川大厦", "桐川大厦", "漕汇大厦", "银鸢大厦"]
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    box.locator("[data-narrow-text]").fill("听澜")
    assert shown.all_inner_texts() == ["听澜府"]
    assert box.locator("[data-narrow-sign]").inner_text() == "找到 1 项，已勾 1 项"
    box.locator("[data-narrow-text]").press("Escape")
    assert shown.count() == 14
    assert box.locator("input:checked").count() == 1
    box.locator("[data-narrow-text]").fill("中心")
    box.get_by_role("button", name="勾上列出的").click()
    box.locator("[data-narrow-text]").fill("望澜")
    box.get_by_role("button", name="列出的都不勾").click()
    assert box.locator("input:checked").count() == 3
    assert page.url.endswith("/styleguide/")  # Enter has sent nothing


def test_confirmation_can_be_declined(new_page: "Callable[..., Page]") -> None:
    page = new_page()
    page.goto("/styleguide/")
    form = page.locator("form[data-confirm]")
    form.locator("button").click()
    page.get_by_role("button", name="再想想").click()
    assert page.url.endswith("/styleguide/")
    assert not page.context.cookies()[0]["name"].endswith("theme")


def test_a_dialog_opens_from_its_button(new_page: "Callable[..., Page]") -> None:
    page = new_page()
    page.goto("/styleguide/")
    page.locator('[data-dialog="sample-dialog"]').click()
    assert page.locator("#sample-dialog").is_visible()
    page.locator("#sample-dialog [data-close]").first.click()
    assert not page.locator("#sample-dialog").is_visible()


def test_everything_is_there_without_scripts(new_page: "Callable[..., Page]") -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/styleguide/phone-form/")
    assert page.locator('input[type="file"]').is_visible()
    page.goto("/styleguide/case/")
    page.locator(".top details.menu summary").last.click()
    assert page.get_by_role("button", name="深色").is_visible()
    page.get_by_role("button", name="深色").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
