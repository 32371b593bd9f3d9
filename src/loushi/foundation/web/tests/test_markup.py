"""How the pages of all packages call the components."""

import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
COTTON = SOURCE / "foundation/web/templates/cotton"
TEMPLATES = sorted(SOURCE.glob("*/*/templates/**/*.html"))
BOUND = re.compile(r'\s:[a-z][\w-]*="([^"]*)"')
# A variable with dots, a literal, or a template expression; anything else cotton drops silently.
PLAIN = re.compile(r"""^[\w.]*$|^[\[{].*[\]}]$|^-?\d+(\.\d+)?$|^'[^']*'$|^.*(\{\{|\{%).*$""")


def test_bound_attributes_are_variables() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}: {match[0].strip()}"
        for path in TEMPLATES
        for match in BOUND.finditer(path.read_text(encoding="utf-8"))
        if not PLAIN.match(match[1])
    ]
    assert not wrong, 'write attr="{% if a == b %}1{% endif %}":\n' + "\n".join(wrong)


def test_pages_use_only_components_that_exist() -> None:
    drawn = {path.stem.replace("_", "-") for path in COTTON.glob("*.html")} | {"vars", "slot"}
    unknown = {
        f"{path.relative_to(SOURCE)}: c-{name}"
        for path in TEMPLATES
        for name in re.findall(r"<c-([a-z-]+)", path.read_text(encoding="utf-8"))
        if name not in drawn
    }
    assert not unknown, sorted(unknown)


def test_pages_use_only_icons_that_are_drawn() -> None:
    sprite = (SOURCE / "foundation/web/static/web/icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'id="([\w-]+)"', sprite))
    used = {
        (path.relative_to(SOURCE).as_posix(), name)
        for path in TEMPLATES
        for name in re.findall(
            r'\{% icon "([\w-]+)"|<c-icon name="([\w-]+)"|\sicon="([\w-]+)"',
            path.read_text(encoding="utf-8"),
        )
        for name in name
        if name
    }
    assert not {(where, name) for where, name in used if name not in drawn}
    assert len(drawn) > 60
