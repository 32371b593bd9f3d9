"""The sheets and scripts of every page, and the address that changes with the release."""

from functools import cache

from django.templatetags.static import static

from loushi import __version__

SHEETS = tuple(
    f"web/css/{name}.css"
    for name in ("tokens", "base", "frame", "components", "forms", "data", "charts", "print")
)
SCRIPTS = (
    "web/loushi.js",
    "web/js/forms.js",
    "web/js/keys.js",
    "web/js/net.js",
    "web/js/offline.js",
)
# Imported by the scripts, under the same address everywhere: a module is loaded once.
MODULES = ("web/js/store.js", "web/js/sync.js")
# What else an installed app needs to open without a network.
SHELL = (
    "web/js/kept.js",
    "web/icons.svg",
    "web/logo.svg",
    "django_htmx/htmx-2.min.js",
    "web/app/icon-192.png",
    "web/app/icon-512.png",
    "web/app/maskable-512.png",
)
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "loushi_theme"


@cache
def versioned(path: str) -> str:
    """The address of a static file, with the release, so that a new one is fetched anew."""
    return f"{static(path)}?v={__version__}"
