"""The colours keep the contrast that the design promises, computed from the sheet itself."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parent.parent / "static/web/css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
GROUNDS = ("paper", "surface", "sunken")

# Worst contrast over paper, surface and sunken: (token, light, dark), from the design paper.
OVER_GROUNDS = [
    ("ink", 13.8, 14.1),
    ("ink2", 7.3, 9.3),
    ("ink3", 4.9, 6.1),
    ("control", 3.4, 4.2),
    ("accent", 6.8, 8.6),
    ("accent2", 10.0, 11.3),
    ("cinnabar", 5.5, 7.1),
    ("amber", 5.8, 8.8),
    ("slate", 6.1, 8.2),
]
# (text, ground, light, dark)
PAIRS = [
    ("accent2", "soft", 9.7, 8.4),
    ("ink2", "soft", 6.9, 6.9),
    ("cinnabar", "cinnabar-soft", 5.4, 6.5),
    ("amber", "amber-soft", 5.9, 7.4),
    ("slate", "slate-soft", 6.0, 6.9),
    ("on-accent", "accent", 7.9, 9.1),
    ("on-mid", "mid", 4.5, 4.5),
    ("mid", "paper", 3.0, 4.5),
    ("amber-fill", "paper", 3.2, 8.6),
    ("paper", "ink", 13.0, 13.0),
    ("ink", "tint", 10.0, 7.5),
    ("ink", "amber-soft", 12.0, 10.0),
]


def block(opening: str) -> dict[str, str]:
    body = TOKENS.split(opening, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9A-F]{6});", body))


LIGHT = block('[data-theme="light"] {')
DARK = block('\n  [data-theme="dark"] {')
DARK_BY_MACHINE = block(':root[data-theme="auto"] {')


# The design paper states one place, rounded generously.
ROUNDING = 0.1


def luminance(colour: str) -> float:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("token", "light", "dark"), OVER_GROUNDS)
def test_text_stands_out_on_every_ground(token: str, light: float, dark: float) -> None:
    assert min(contrast(LIGHT[token], LIGHT[ground]) for ground in GROUNDS) >= light - ROUNDING
    assert min(contrast(DARK[token], DARK[ground]) for ground in GROUNDS) >= dark - ROUNDING


@pytest.mark.parametrize(("text", "ground", "light", "dark"), PAIRS)
def test_pairs_keep_their_contrast(text: str, ground: str, light: float, dark: float) -> None:
    assert contrast(LIGHT[text], LIGHT[ground]) >= light - ROUNDING
    assert contrast(DARK[text], DARK[ground]) >= dark - ROUNDING


def test_dark_is_the_same_whether_chosen_or_by_the_machine() -> None:
    assert DARK == DARK_BY_MACHINE
    assert LIGHT.keys() == DARK.keys()


def test_sheets_use_only_tokens_that_exist() -> None:
    text = "".join(sheet.read_text(encoding="utf-8") for sheet in sorted(CSS.glob("*.css")))
    known = set(re.findall(r"(?<![\w(])--([\w-]+)\s*:", text))
    used = set(re.findall(r"var\(--([\w-]+)\)", text))
    assert used - known == set()


def test_no_sheet_reaches_another_host_and_none_is_too_long() -> None:
    for sheet in CSS.glob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "http" not in text
        assert "@import" not in text
        assert text.count("{") == text.count("}"), sheet.name
        assert len(text.splitlines()) < 500
