"""The work of script/screenshots: enters the demo by role and photographs the named pages."""

import os
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
DESK, PHONE = (1440, 1000), (390, 844)
CASE = "/demands/?state=handling"
# (file, demo user, address, window, link to follow first)
PICTURES = (
    ("case", "clerk1", CASE, DESK, ".list-title a"),
    ("inbox", "clerk1", "/demands/", DESK, ""),
    ("board", "secretary1", "/insights/", DESK, ""),
    ("handler", "dept1", "/demands/", DESK, ".list-title a"),
    ("district", "leader", "/insights/", DESK, ""),
    ("tree", "office", "/units/", DESK, ""),
    ("meeting", "secretary1", "/governance/meetings/", DESK, "tbody a"),
    ("station", "clerk1", "/stations/", DESK, "tbody a"),
    ("booking", "firm1", "/stations/book/", PHONE, "main a[href$='/book/']"),
    ("enterprise-home", "firm1", "/demands/mine/", PHONE, ""),
    ("enterprise-submit", "firm1", "/demands/mine/new/", PHONE, ""),
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def shoot(browser: Any, base: str, picture: tuple[str, str, str, tuple[int, int], str]) -> None:
    name, user, address, (width, height), link = picture
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", color_scheme="light"
    )
    page = context.new_page()
    page.goto(f"{base}/login/")
    page.click(f'button[name=username][value="{user}"]')
    page.wait_for_load_state()
    page.goto(base + address)
    if link:
        page.locator(link).first.click()
        page.wait_for_load_state()
    with Image.open(BytesIO(page.screenshot())) as image:
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
            IMAGES / f"{name}.png", optimize=True
        )
    context.close()
    print(f"docs/images/{name}.png")


def main() -> int:
    base = sys.argv[1].rstrip("/")
    path = os.environ.get("LOUSHI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        print("no Chromium: apt-get install chromium, or set LOUSHI_CHROMIUM", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for picture in PICTURES:
            shoot(browser, base, picture)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
