"""The sheets and scripts of every page, and the address that changes with the release."""

from functools import cache

from django.templatetags.static import static

from loushi import __version__

SHEETS = tuple(
    f"web/css/{name}.css"
    for name in ("tokens", "base", "frame", "components", "forms", "data", "charts", "print")
)
SCRIPTS = ("web/loushi.js", "web/js/forms.js", "web/js/keys.js", "web/js/net.js")
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "loushi_theme"


@cache
def versioned(path: str) -> str:
    """The address of a static file, with the release, so that a new one is fetched anew."""
    return f"{static(path)}?v={__version__}"
